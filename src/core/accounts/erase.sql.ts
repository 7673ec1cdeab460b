/**
 * SQL of erasing an account: every table with personal data is listed here, and a test fails where one is missing.
 */
import { sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database, Statement } from '../../db/open.ts'
import { auditEvents } from '../../db/schema/audit.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { emailConfirmations } from '../../db/schema/confirmations.ts'
import { refreshFamilies } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'
import { accountDeletions } from '../../db/schema/lifecycle.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import { columnsOf, TABLES } from '../../db/tables.ts'

/** Tables whose rows about a user are kept in part, and why. */
export const ERASED_OTHERWISE: Readonly<Record<string, string>> = {
  users: 'deleted last (hard), or emptied (soft)',
  account_deletions: 'deleted when all is done',
  public_ids: 'deleted after others were told who is gone',
  audit_events:
    'what happened stays, under a number that nobody has any more; where from and with what goes',
  refresh_families: 'soft: stay revoked until their tokens have ended, emptied',
  spent_refresh_tokens: 'token ids of nobody, which block those tokens until they have ended',
}

/** An account that is to be erased. Every statement repeats that its deletion is due and that it is inactive. */
export type Erasure = {
  readonly userId: number
  readonly now: Date
  readonly how: 'soft' | 'hard'
  /** Random: the rest of the name of what stays. */
  readonly suffix: string
  readonly passwordHash: string
}

/** Makes an account due at once, and keeps it out: an operator waits for no owner. */
export function makeDeletionDue(db: Database, { userId, now }: Erasure, nonce: string) {
  const row = { userId: sql`${users.id}`, nonce, requestedAt: now, dueAt: now }
  return [
    insertRow(db, accountDeletions, {
      values: row,
      from: sql`from ${users} where ${users.id} = ${userId}`,
    }).onConflictDoUpdate({ target: accountDeletions.userId, set: { dueAt: now } }),
    db.run(sql`update ${users} set is_active = 0 where id = ${userId}`),
  ]
}

/** The account, where it may be erased now: a subquery. */
export function erasableUserId({ userId, now }: Erasure): SQL {
  return sql`(select deletion.user_id from ${accountDeletions} as deletion
    inner join ${users} on ${users.id} = deletion.user_id
    where deletion.user_id = ${userId} and deletion.due_at <= cast(${now.getTime()} as integer)
      and not ${users.isActive})`
}

/** The address that is notified at the end: a subquery, before it is deleted. */
export function lastAddress(erasure: Erasure): SQL {
  return sql`(select email from ${users} where id = ${erasableUserId(erasure)})`
}

/** Everything but the account's own row, each statement by an index of `user_id` where the table is not short-lived. */
export function eraseBelongings(db: Database, erasure: Erasure): readonly Statement[] {
  const userId = erasableUserId(erasure)
  const own = sql`(select id from ${emailAddresses} where user_id = ${userId})`
  const families = sql`update ${refreshFamilies} set user_agent = '', country = '', city = '',
    name = '', revoked_at = coalesce(revoked_at, cast(${erasure.now.getTime()} as integer))
    where user_id = ${userId}`
  return [
    db.run(sql`delete from ${emailConfirmations} where address_id in ${own}`),
    ...personalTables().map((table) => db.run(sql`delete from ${table} where user_id = ${userId}`)),
    db.run(
      erasure.how === 'soft'
        ? families
        : sql`delete from ${refreshFamilies} where user_id = ${userId}`,
    ),
    db.run(sql`update ${auditEvents} set detail = '{}' where user_id = ${userId}`),
  ]
}

function personalTables(): readonly SQL[] {
  return [...TABLES]
    .filter(([name, table]) => columnsOf(table).has('user_id') && !(name in ERASED_OTHERWISE))
    .map(([, table]) => sql`${table}`)
}

/** Columns of a soft-deleted account that stay: others' tables may hold its number. */
const KEPT_COLUMNS: readonly string[] = ['id', 'is_active', 'date_joined_at', 'tokens_revoked_at']

/** The account's own row, at the end; a row comes back where it was erased. */
export function eraseAccount(db: Database, erasure: Erasure) {
  const { userId, suffix, passwordHash, how, now } = erasure
  const id = erasableUserId(erasure)
  const name = sql`${`deleted-${userId}-${suffix}`}`
  const values: Readonly<Record<string, SQL>> = {
    username: name,
    username_folded: name,
    password: sql`${passwordHash}`,
  }
  const emptied = [...columnsOf(users)]
    .filter(([column]) => !KEPT_COLUMNS.includes(column))
    .map(([column, { notNull, dataType }]) => {
      const empty = !notNull ? sql`null` : dataType === 'string' ? sql`''` : sql`0`
      return sql`${sql.identifier(column)} = ${values[column] ?? empty}`
    })
  return {
    erased: db.all<{ readonly erasedId: number }>(
      how === 'hard'
        ? sql`delete from ${users} where id = ${id} returning id as "erasedId"`
        : sql`update ${users} set ${sql.join(emptied, sql`, `)} where id = ${id}
            returning id as "erasedId"`,
    ),
    unnamed: db.run(sql`delete from ${publicIds} where user_id = ${userId}
      and not exists (select 1 from ${users} where id = ${userId} and ${users.usernameFolded} <> ${name})`),
    forgotten: db.run(
      sql`delete from ${accountDeletions} where user_id = ${userId}
        and due_at <= cast(${now.getTime()} as integer)
        and not exists (select 1 from ${users} where id = ${userId} and is_active)`,
    ),
  }
}
