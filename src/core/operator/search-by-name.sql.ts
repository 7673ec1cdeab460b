import { sql, type SQL } from 'drizzle-orm'
import { emailAddresses, users } from '../../db/schema.ts'
import { foldEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'

/** Where a page of a search by name ended: what the last account was found by, and its number. */
export type Cursor = { readonly key: string; readonly id: number }

/** What is searched for among the rows `u` of `users`. */
type NameQuery = {
  /** How a username, an address, a first or a last name begins, or a number. */
  readonly search: string
  readonly passes: SQL
  readonly columns: SQL
}

/** Behind every text that begins with the same letters: the last code point, in SQLite's order of bytes. */
const LAST = '\u{10ffff}'

/**
 * Each account stands once: by its username where that fits, else by its address, else by another of its own, else by
 * its first name, else by its last. Each part reads its index no further than a page.
 */
export function namedQuery(
  { search, passes, columns }: NameQuery,
  more: number,
  cursor: Cursor | undefined,
): SQL {
  const found = matchesOf(search)
  const id = /^[1-9]\d{0,14}$/.test(search) && cursor === undefined ? Number(search) : 0
  const ofUser = (key: SQL, prefix: string, condition: SQL) =>
    sql`select * from (select ${key} as key, u.id as id from ${users} as u
      where ${behind(key, sql`u.id`, { prefix, cursor })} and ${condition} and ${passes}
      order by ${key}, u.id limit ${more})`
  const parts = [
    sql`select * from (select '' as key, u.id as id from ${users} as u
      where u.id = cast(${id} as integer) and not ${found.byAny} and ${passes})`,
    ofUser(sql`u.username_folded`, found.username, sql`1`),
    ofUser(sql`u.email_folded`, found.email, sql`not ${found.byUsername}`),
    sql`select * from (select own.email_folded as key, own.user_id as id from ${emailAddresses} as own
      cross join ${users} as u on u.id = own.user_id
      where ${behind(sql`own.email_folded`, sql`own.user_id`, { prefix: found.email, cursor })}
        and not ${found.byUsername} and not ${found.byEmail} and ${passes}
        and not exists (select 1 from ${emailAddresses} as other where other.user_id = own.user_id
          and other.id <> own.id and ${within(sql`other.email_folded`, found.email)}
          and (other.email_folded, other.id) < (own.email_folded, own.id))
      order by own.email_folded, own.user_id limit ${more})`,
    ofUser(
      sql`lower(u.first_name)`,
      found.person,
      sql`u.first_name <> '' and not ${found.byAccount}`,
    ),
    ofUser(
      sql`lower(u.last_name)`,
      found.person,
      sql`u.last_name <> '' and not ${found.byFirstName} and not ${found.byAccount}`,
    ),
  ]
  return sql`with found as (${sql.join(parts, sql` union all `)})
    select found.key as key, ${columns} from found cross join ${users} as u on u.id = found.id
    order by found.key, found.id limit ${more}`
}

/** What is compared with which column, and whether a row `u` is found by it. */
function matchesOf(search: string) {
  const username = foldUsername(search)
  const email = search.includes('@') ? foldEmail(search) : lowerLetters(search)
  const person = lowerLetters(search)
  const byUsername = sql`(${within(sql`u.username_folded`, username)})`
  const byEmail = sql`(${within(sql`u.email_folded`, email)})`
  const byOther = sql`exists (select 1 from ${emailAddresses} as own
    where own.user_id = u.id and ${within(sql`own.email_folded`, email)})`
  const byFirstName = sql`(u.first_name <> '' and ${within(sql`lower(u.first_name)`, person)})`
  const byLastName = sql`(u.last_name <> '' and ${within(sql`lower(u.last_name)`, person)})`
  const byAccount = sql`(${byUsername} or ${byEmail} or ${byOther})`
  const byAny = sql`(${byAccount} or ${byFirstName} or ${byLastName})`
  return { username, email, person, byUsername, byEmail, byFirstName, byAccount, byAny }
}

function within(column: SQL, prefix: string): SQL {
  return sql`${column} >= ${prefix} and ${column} < ${prefix + LAST}`
}

/** The same, behind where the page before ended: all parts are in one order. */
function behind(
  column: SQL,
  id: SQL,
  { prefix, cursor }: { readonly prefix: string; readonly cursor: Cursor | undefined },
): SQL {
  const start = cursor !== undefined && cursor.key > prefix ? cursor.key : prefix
  return sql`${column} >= ${start} and ${column} < ${prefix + LAST}
    and (${column}, ${id}) > (${cursor?.key ?? ''}, cast(${cursor?.id ?? 0} as integer))`
}

/** As SQLite's `lower()` does: of ASCII alone. */
function lowerLetters(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
