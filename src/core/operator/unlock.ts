/** Lifts the rate limits of an account whose owner waits after too many failures. */
import { between, eq, inArray, or, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { throttleHits } from '../../db/schema/limits.ts'
import { users } from '../../db/schema/users.ts'
import { auditEvent, type AuditDeps } from '../audit/audit.ts'
import { accountCounters } from '../limits/rate-limits.ts'
import { codeGuessKey } from '../second-factor/code-handle.ts'
import { failureKey } from '../second-factor/failures.ts'
import { foldUsername } from '../users/fold.ts'

/**
 * Forgets an account's failed logins, wrong codes and every other counter of it, so that its owner need not wait.
 * Counters of clients' addresses stay: they are someone else's. Two round trips: what is counted by name is kept under
 * a keyed hash, which no statement can make.
 */
export async function unlock(deps: AuditDeps, userId: number): Promise<'changed' | 'unchanged'> {
  const { db } = deps
  const names = await namesOf(db, userId)
  const { keys, ofDevices } = await accountCounters(deps, { userId, names })
  const hits = or(
    inArray(throttleHits.key, [...keys, failureKey(userId), codeGuessKey(userId)]),
    // A device's id is base64url, which ends before the tilde.
    ...ofDevices.map((start) => between(throttleHits.key, start, `${start}~`)),
  )
  const isLocked = sql`exists (select 1 from ${throttleHits} where ${hits})`
  const [found] = await db.batch([
    db.select({ isLocked: sql<number>`${isLocked}` }).from(sql`(select 1)`),
    ...(await auditEvent(deps, 'unlocked', sql`(select ${userId} where ${isLocked})`)),
    db.delete(throttleHits).where(hits),
  ])
  return found[0]?.isLocked === 1 ? 'changed' : 'unchanged'
}

/** By what the account may have been named: a login compares all of it as it compares usernames. */
async function namesOf(db: Database, userId: number): Promise<readonly string[]> {
  const rows = await db
    .select({
      username: users.usernameFolded,
      email: users.emailFolded,
      other: emailAddresses.emailFolded,
    })
    .from(users)
    .leftJoin(emailAddresses, eq(emailAddresses.userId, users.id))
    .where(eq(users.id, userId))
  const names = rows.flatMap(({ username, email, other }) => [username, email, other ?? ''])
  const folded = names.map((name) => foldUsername(name))
  return [...new Set([...names, ...folded])].filter((name) => name !== '')
}
