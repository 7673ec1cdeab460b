import { sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { auditEvents, users } from '../../db/schema.ts'
import { accountDeletions, addressChanges } from '../../db/schema-accounts.ts'
import { proofHolds, type Proof } from '../tokens/proof.sql.ts'

/** A deletion about to begin. */
export type NewDeletion = {
  readonly nonce: string
  readonly requestedAt: Date
  readonly dueAt: Date
}

/** Notes that an account is to go, where the proof holds; one that is left over from before starts again. */
export function insertDeletion(db: Database, proof: Proof, deletion: NewDeletion) {
  const { nonce, requestedAt, dueAt } = deletion
  return insertRow(
    db,
    accountDeletions,
    { userId: sql`${users.id}`, nonce, requestedAt, dueAt },
    sql`from ${users} where ${proofHolds(proof)}`,
  )
    .onConflictDoUpdate({ target: accountDeletions.userId, set: { nonce, requestedAt, dueAt } })
    .returning({ deletedUserId: accountDeletions.userId })
}

/** The account of a deletion: a subquery. */
export function leavingUserId(nonce: string): SQL {
  return sql`(select user_id from ${accountDeletions} where nonce = ${nonce})`
}

/** Locks the account of a deletion. */
export function lockAccount(db: Database, nonce: string) {
  return db.run(sql`update ${users} set is_active = 0 where id = ${leavingUserId(nonce)}`)
}

/**
 * The account whose deletion may still be undone: a subquery. Not where an operator has deactivated it meanwhile:
 * leaving is no way out of that.
 */
export function returningUserId(nonce: string, now: Date): SQL {
  return sql`(select deletion.user_id from ${accountDeletions} as deletion
    where deletion.nonce = ${nonce} and deletion.due_at > cast(${now.getTime()} as integer)
      and not ${isBanned})`
}

const isBanned = sql`exists (select 1 from ${auditEvents} as event
  where event.user_id = deletion.user_id and event.kind = 'deactivated'
    and event.happened_at >= deletion.requested_at)`

/** Whether an account is locked because it is to be deleted, and for no other reason. */
export function isLeaving(userId: SQL): SQL {
  return sql`exists (select 1 from ${accountDeletions} as deletion
    where deletion.user_id = ${userId} and not ${isBanned})`
}

/** The first address whose loss may still be undone: it is told, too. As recipients of a mail. */
export function formerAddress(nonce: string, now: Date): SQL {
  return sql`(select user_id, email, null as context from ${addressChanges}
    where user_id = ${leavingUserId(nonce)} and expires_at > cast(${now.getTime()} as integer)
    order by id limit 1)`
}

/** Opens the account again; a row comes back where it may. `forgotten` must stand behind whatever asks for it. */
export function undoDeletion(db: Database, nonce: string, now: Date) {
  const userId = returningUserId(nonce, now)
  return {
    reopened: db.all<{ readonly reopenedId: number }>(
      sql`update ${users} set is_active = 1 where id = ${userId} returning id as "reopenedId"`,
    ),
    forgotten: db.run(
      sql`delete from ${accountDeletions} where nonce = ${nonce} and user_id = ${userId}`,
    ),
  }
}

/** Forgets deletions of accounts that an operator has activated again. */
export function dropStaleDeletions(db: Database) {
  return db.run(
    sql`delete from ${accountDeletions} where user_id in (select deletion.user_id
      from ${accountDeletions} as deletion inner join ${users} on ${users.id} = deletion.user_id
      where ${users.isActive})`,
  )
}

/** Accounts whose time has come, the longest due first. */
export function selectDue(db: Database, now: Date, limit: number) {
  return db.all<{ readonly userId: number }>(
    sql`select user_id as "userId" from ${accountDeletions}
      where due_at <= cast(${now.getTime()} as integer) order by due_at limit ${limit}`,
  )
}
