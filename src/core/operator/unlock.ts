import { inArray, sql } from 'drizzle-orm'
import { throttleHits } from '../../db/schema.ts'
import { auditEvent, type AuditDeps } from '../audit/audit.ts'
import { accountCounters } from '../limits/rate-limits.ts'
import { failureKey } from '../second-factor/failures.ts'

/**
 * Forgets an account's failed logins, wrong codes and its other counters, so that its owner need not wait. Counters
 * of addresses stay: they are somebody else's. One round trip.
 */
export async function unlock(deps: AuditDeps, userId: number): Promise<'changed' | 'unchanged'> {
  const { db, settings } = deps
  const keys = [...accountCounters(settings, userId), failureKey(userId)]
  const hits = inArray(throttleHits.key, keys)
  const isLocked = sql`exists (select 1 from ${throttleHits} where ${hits})`
  const [found] = await db.batch([
    db.select({ isLocked: sql<number>`${isLocked}` }).from(sql`(select 1)`),
    ...(await auditEvent(deps, 'unlocked', sql`(select ${userId} where ${isLocked})`)),
    db.delete(throttleHits).where(hits),
  ])
  return found[0]?.isLocked === 1 ? 'changed' : 'unchanged'
}
