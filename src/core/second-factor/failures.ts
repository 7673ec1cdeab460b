/** The limit of wrong codes for an account, whichever client or first step they come from. */
import { eq, sql, type SQL } from 'drizzle-orm'
import { encodeBase64Url } from '../../crypto.ts'
import type { Database } from '../../db/open.ts'
import { throttleHits } from '../../db/schema/limits.ts'
import type { Deps } from '../../deps.ts'
import type { Count } from '../limits/count.ts'

/** Wrong codes for each window: a million codes cannot be tried at this rate. */
const MAX_FAILURES = 5
const WINDOW_MS = 5 * 60_000
const REQUEST_ID_BYTES = 12

/**
 * Counts a guess at an account's codes before it is judged: five failures in five minutes for a user, whatever
 * route and token they come by (RFC 4226 §7.3). Of any number of guesses at once no more are judged. Whoever
 * guesses has the password already, so that attackers cannot lock users out. Not a setting: with six digits and three
 * codes good at a time, every further guess is worth 1 in 333,333.
 */
export function countGuess(deps: Pick<Deps, 'now' | 'randomBytes'>, userId: number): Count {
  return {
    requestId: encodeBase64Url(deps.randomBytes(REQUEST_ID_BYTES)),
    action: 'mfa',
    rates: [{ key: failureKey(userId), limit: MAX_FAILURES, windowMs: WINDOW_MS }],
    now: deps.now,
  }
}

/** Forgets an account's failures where a code was right. */
export function forgetFailures(db: Database, userId: number, condition: SQL = sql`1`) {
  return db
    .delete(throttleHits)
    .where(sql`${eq(throttleHits.key, failureKey(userId))} and ${condition}`)
}

/** The counter of wrong codes of an account. */
export function failureKey(userId: number): string {
  return `mfa:user:${userId}`
}
