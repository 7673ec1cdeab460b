/** SQL of deletion with a grace period: locked now, erased later. */
import { sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { users } from '../../db/schema/users.ts'
import { accountDeletions } from '../../db/schema/lifecycle.ts'
import { addressChanges } from '../../db/schema/confirmations.ts'
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
  return insertRow(db, accountDeletions, {
    values: { userId: sql`${users.id}`, nonce, requestedAt, dueAt },
    from: sql`from ${users} where ${proofHolds(proof)}`,
  })
    .onConflictDoUpdate({
      target: accountDeletions.userId,
      set: { nonce, requestedAt, dueAt, bannedAt: null },
    })
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

/** The account whose deletion may still be undone: a subquery. */
export function returningUserId(nonce: string, now: Date): SQL {
  return sql`(select deletion.user_id from ${accountDeletions} as deletion
    where deletion.nonce = ${nonce} and deletion.due_at > cast(${now.getTime()} as integer))`
}

/** Whether an account is locked because it is to be deleted, and for no other reason. */
export function isLeaving(userId: SQL): SQL {
  return sql`exists (select 1 from ${accountDeletions} as deletion
    where deletion.user_id = ${userId} and deletion.banned_at is null)`
}

/** Whether an operator keeps out an account that is to be deleted. */
export function isBanned(userId: SQL | number): SQL {
  return sql`exists (select 1 from ${accountDeletions} as deletion
    where deletion.user_id = ${userId} and deletion.banned_at is not null)`
}

/** Keeps out an account that is locked anyway, also where its deletion is undone; a row comes back where that is new. */
export function banLeaving(db: Database, userId: number, now: Date) {
  return db.all<{ readonly bannedId: number }>(
    sql`update ${accountDeletions} set banned_at = cast(${now.getTime()} as integer)
      where user_id = ${userId} and banned_at is null returning user_id as "bannedId"`,
  )
}

/** The other way round: the account stays locked, because its owner is leaving. */
export function liftBan(db: Database, userId: number) {
  return db.all<{ readonly liftedId: number }>(
    sql`update ${accountDeletions} set banned_at = null
      where user_id = ${userId} and banned_at is not null returning user_id as "liftedId"`,
  )
}

/** Calls off the deletion of an account that is active. */
export function callOff(db: Database, userId: number) {
  return db.run(
    sql`delete from ${accountDeletions} where user_id = ${userId}
      and exists (select 1 from ${users} where id = ${userId} and is_active)`,
  )
}

/** The first address whose removal can still be undone: it is notified, too. As recipients of a mail. */
export function formerAddress(nonce: string, now: Date): SQL {
  return sql`(select user_id, email, null as context from ${addressChanges}
    where user_id = ${leavingUserId(nonce)} and expires_at > cast(${now.getTime()} as integer)
    order by id limit 1)`
}

/**
 * Cancels a deletion, and reactivates the account unless an operator keeps it out by now: leaving is no way out of
 * that. `undone` returns a row, and must come after every statement that needs the deletion.
 */
export function undoDeletion(db: Database, nonce: string, now: Date) {
  const userId = returningUserId(nonce, now)
  return {
    reopened: db.run(
      sql`update ${users} set is_active = 1 where id = ${userId} and ${isLeaving(userId)}`,
    ),
    undone: db.all<{ readonly undoneId: number }>(
      sql`delete from ${accountDeletions} where nonce = ${nonce} and user_id = ${userId}
        returning user_id as "undoneId"`,
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
