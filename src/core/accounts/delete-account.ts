import { eq, sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { auditEvents, users } from '../../db/schema.ts'
import { auditEvent, type AuditDeps } from '../audit/audit.ts'

/**
 * Deletes an account and all that hangs on it: addresses, tokens, sessions, factors, social accounts, waiting mails
 * and what was noted of it. One event stays that says that an account of this number is gone, and who did it. Spent
 * refresh tokens stay until they expire: random names, by which nobody is known. One round trip.
 */
export async function deleteAccount(
  deps: AuditDeps,
  userId: number,
): Promise<'deleted' | 'unknown'> {
  const { db } = deps
  const isThere = sql`(select ${users.id} from ${users} where ${users.id} = ${userId})`
  const { deleted } = await batch(db, {
    forgotten: db.delete(auditEvents).where(eq(auditEvents.userId, userId)),
    noted: await auditEvent(deps, 'deleted', isThere),
    // Foreign keys take the rest along (`on delete cascade`).
    deleted: db.delete(users).where(eq(users.id, userId)).returning({ id: users.id }),
  })
  return deleted.length > 0 ? 'deleted' : 'unknown'
}
