/** Recomputes folded addresses after the rule of folding has changed. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { foldEmail } from './email.ts'

/** Accounts that have verified one mailbox, in any spelling. */
export type EmailCollision = { readonly address: string; readonly userIds: readonly number[] }

/** Result of bringing the folded addresses up to date. */
export type Refolded = { readonly changed: number; readonly collisions: readonly EmailCollision[] }

const PAGE_SIZE = 500
const MAX_COLLISIONS = 100

/** What is not ASCII alone: of the rest, the fold is SQL's own `lower()`. */
const NOT_ASCII = sql`'*[^' || char(1) || '-' || char(127) || ']*'`

/**
 * Brings `email_folded` to what `foldEmail` says, which SQLite cannot say by itself (it knows no IDNA).
 * Repeatable at any time: rows that are right stay untouched, and a row whose address changes meanwhile is
 * left to its writer. A page costs two round trips.
 */
export async function refoldEmails(db: Database): Promise<Refolded> {
  const changed = (await refoldTable(db, users)) + (await refoldTable(db, emailAddresses))
  return { changed, collisions: await findCollisions(db) }
}

type FoldedRow = { readonly id: number; readonly email: string; readonly folded: string }

/** Refolds one table's addresses, page by page. */
async function refoldTable(
  db: Database,
  table: typeof users | typeof emailAddresses,
): Promise<number> {
  let changed = 0
  let after = 0
  for (;;) {
    const rows = await db.all<FoldedRow>(
      sql`select id, email, email_folded as folded from ${table}
        where id > ${after} and (email_folded <> lower(email) or email glob ${NOT_ASCII})
        order by id limit ${PAGE_SIZE}`,
    )
    const stale = rows
      .map((row) => ({ ...row, folded: foldEmail(row.email), was: row.folded }))
      .filter(({ folded, was }) => folded !== was)
    if (stale.length > 0) await db.run(updateFolded(table, stale))
    changed += stale.length
    after = rows.at(-1)?.id ?? after
    if (rows.length < PAGE_SIZE) return changed
  }
}

function updateFolded(
  table: typeof users | typeof emailAddresses,
  rows: readonly FoldedRow[],
): SQL {
  const given = JSON.stringify(rows.map(({ id, email, folded }) => [id, email, folded]))
  return sql`update ${table} set email_folded = given.value ->> 2 from json_each(${given}) as given
    where ${table}.id = given.value ->> 0 and ${table}.email = given.value ->> 1`
}

/** Spellings of one mailbox that were verified apart while they counted as two. */
async function findCollisions(db: Database): Promise<readonly EmailCollision[]> {
  const rows = await db.all<{ readonly address: string; readonly ids: string }>(
    sql`select email_folded as address, json_group_array(distinct user_id) as ids from ${emailAddresses}
      where is_verified and email_folded <> '' and email_folded in (
        select email_folded from ${emailAddresses} where is_verified and email glob ${NOT_ASCII})
      group by email_folded having count(distinct user_id) > 1 order by min(id) limit ${MAX_COLLISIONS}`,
  )
  return rows.map(({ address, ids }) => ({ address, userIds: JSON.parse(ids) as number[] }))
}
