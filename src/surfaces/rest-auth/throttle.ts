/**
 * DRF's throttles, counted in the database: isolates share no memory, so a count in one of them would be
 * worth nothing.
 */
import { withRateGuard, type CountingDatabase } from '../../core/limits/counting.sql.ts'
import type { Deps } from '../../deps.ts'
import { ApiError, throttled } from '../../web/errors.ts'
import { countIn, type ScopedCaller } from './throttle-scopes.ts'

/**
 * Does the work of a request that counts in the scope of its route (DRF: `ScopedRateThrottle`) and in the general
 * scopes, by account where the caller is authenticated, else by address. The count travels with the first round trip
 * of the work; work without one gets a round trip of its own. A refused request writes nothing, or with
 * `REFUSED_REQUESTS_COUNT` hits in the rates that have room, and its rejection
 * replaces any response the work produced.
 *
 * @throws ApiError 429
 */
export async function withinRate<Result>(
  deps: Deps,
  scoped: ScopedCaller,
  work: (deps: Deps) => Promise<Result>,
): Promise<Result> {
  const count = await countIn(deps, scoped)
  if (count === undefined) return work(deps)
  const isCountedApart = deps.settings.policy.endpoints.refusedAreCounted
  const counting = withRateGuard(deps.db, { ...count, isCountedApart })
  let result: Result
  try {
    result = await work({ ...deps, db: counting.db })
  } catch (error) {
    // A fault has no answer that could be refused, and the database may be away.
    if (error instanceof ApiError || counting.isDecided()) await requireRoom(counting)
    throw error
  }
  await requireRoom(counting)
  return result
}

async function requireRoom(counting: CountingDatabase): Promise<void> {
  const waitSeconds = await counting.waitSeconds()
  if (waitSeconds !== undefined) throw throttled(waitSeconds)
}
