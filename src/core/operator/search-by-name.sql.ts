/**
 * SQL of the search by a part of name or address, by index ranges instead of `LIKE '%…'`, which would read the
 * whole table.
 */
import { sql, type SQL } from 'drizzle-orm'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
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

/** Sorts after every text that begins with the same letters: the last code point, in SQLite's order of bytes. */
const LAST = '\u{10ffff}'

/**
 * Maximum number of matching names and addresses read for one page, including those that the filters drop: a
 * million accounts that all begin alike are answered as fast as a few.
 */
const WINDOW = 4_000

/**
 * The accounts of a page. Each is listed once: by its username where that fits, else by its address, else by another of
 * its own, else by its first name, else by its last.
 */
export function namedQuery(
  { search, passes, columns }: NameQuery,
  more: number,
  cursor: Cursor | undefined,
): SQL {
  const found = matchesOf(search)
  return sql`${mergedPlaces(search, found, cursor)}
    select merged.key as key, ${columns} from merged cross join ${users} as u on u.id = merged.id
    where ${isFirstPlace(found)} and ${passes} order by merged.key, merged.id limit ${more}`
}

/** Where the page's window ends; no row where it reaches the end of everything. */
export function windowEndQuery(search: string, cursor: Cursor | undefined): SQL {
  return sql`${mergedPlaces(search, matchesOf(search), cursor)}
    select key, id from merged order by key, id, place limit 1 offset ${WINDOW - 1}`
}

/** What a place begins with, and the condition of the index that holds it. */
type Where = { readonly prefix: string; readonly has?: SQL }

/** Places where something begins with the search, in one order, each read from its own index and no further than the window. */
function mergedPlaces(search: string, found: Matches, cursor: Cursor | undefined): SQL {
  const ofUser = (place: number, key: SQL, { prefix, has = sql`1` }: Where) =>
    sql`select * from (select ${key} as key, u.id as id, ${sql.raw(String(place))} as place
      from ${users} as u where ${has} and ${behind(key, sql`u.id`, { prefix, cursor })}
      order by ${key}, u.id limit ${WINDOW})`
  const id = /^[1-9]\d{0,14}$/.test(search) && cursor === undefined ? Number(search) : 0
  const places = [
    sql`select '' as key, u.id as id, 0 as place from ${users} as u
      where u.id = cast(${id} as integer)`,
    ofUser(1, sql`u.username_folded`, { prefix: found.username }),
    ofUser(2, sql`u.email_folded`, { prefix: found.email }),
    sql`select * from (select own.email_folded as key, own.user_id as id, 3 as place
      from ${emailAddresses} as own
      where ${behind(sql`own.email_folded`, sql`own.user_id`, { prefix: found.email, cursor })}
      order by own.email_folded, own.user_id limit ${WINDOW})`,
    ofUser(4, sql`lower(u.first_name)`, { prefix: found.person, has: sql`u.first_name <> ''` }),
    ofUser(5, sql`lower(u.last_name)`, { prefix: found.person, has: sql`u.last_name <> ''` }),
  ]
  return sql`with found as (${sql.join(places, sql` union all `)}),
    merged as materialized (select key, id, place from found order by key, id, place limit ${WINDOW})`
}

/** Whether an account `u` is not found at a better place than this one. */
function isFirstPlace(found: Matches): SQL {
  return sql`case merged.place
    when 0 then not ${found.byAny}
    when 1 then 1
    when 2 then not ${found.byUsername}
    when 3 then not ${found.byUsername} and not ${found.byEmail}
      and not exists (select 1 from ${emailAddresses} as other where other.user_id = u.id
        and ${within(sql`other.email_folded`, found.email)} and other.email_folded < merged.key)
    when 4 then not ${found.byAccount}
    else not ${found.byFirstName} and not ${found.byAccount} end`
}

type Matches = ReturnType<typeof matchesOf>

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

/** The same, after the end of the previous page: all parts are in one order. */
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
