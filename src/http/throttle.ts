import { countRequest } from '../db/throttle.ts'
import type { Deps } from '../deps.ts'
import { clientKey, countOf } from '../domain/rate-limits.ts'
import { parseScopeRate } from '../settings/rates.ts'
import type { Caller } from './authentication.ts'
import { throttled } from './errors.ts'

/**
 * Counts the request in a scope of `DEFAULT_THROTTLE_RATES` (DRF: `ScopedRateThrottle`): by account when
 * somebody is logged in, by address else. Costs a round trip only where a rate is set.
 *
 * @throws ApiError 429
 */
export async function throttle(deps: Deps, caller: Caller, scope: string): Promise<void> {
  const text = deps.settings.DEFAULT_THROTTLE_RATES[scope]
  const rate = text === undefined ? undefined : parseScopeRate(text)
  if (rate === undefined) return
  const who = caller.kind === 'user' ? `user:${caller.user.id}` : `ip:${await clientKey(deps)}`
  const keyed = { key: `${scope}:${who}`, limit: rate.limit, windowMs: rate.windowSeconds * 1000 }
  const waitSeconds = await countRequest(deps.db, countOf(deps, scope, keyed))
  if (waitSeconds !== undefined) throw throttled(waitSeconds)
}
