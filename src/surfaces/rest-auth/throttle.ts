/**
 * DRF's scoped throttle, counted in the database: isolates share no memory, so a count in one of them would be
 * worth nothing.
 */
import { withRateGuard, type CountingDatabase } from '../../core/limits/counting.sql.ts'
import type { AccountFinder, Count } from '../../core/limits/count.ts'
import type { Deps } from '../../deps.ts'
import { clientKey, countAccounts, countOf } from '../../core/limits/rate-limits.ts'
import { parseScopeRate } from '../../settings/rates.ts'
import type { Caller } from '../../web/authentication.ts'
import { ApiError, throttled } from '../../web/errors.ts'

/** Who is counted, and in which scope of `DEFAULT_THROTTLE_RATES`. */
export type ScopedCaller = {
  /** `accounts`: the accounts it finds; where it finds none, nothing is counted. */
  readonly caller: Caller | { readonly kind: 'accounts'; readonly accounts: AccountFinder }
  readonly scope: string
}

/**
 * Does the work of a request that counts in a scope (DRF: `ScopedRateThrottle`), by account where the caller is
 * authenticated, else by address. The count travels with the first round trip of the work; work without one gets a
 * round trip of its own. A refused request writes nothing, and its rejection replaces any response the work
 * produced.
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
  const counting = withRateGuard(deps.db, count)
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

/** The statement that counts, or `undefined` where no rate is set. */
async function countIn(deps: Deps, { caller, scope }: ScopedCaller): Promise<Count | undefined> {
  const text = deps.settings.DEFAULT_THROTTLE_RATES[scope]
  const rate = text === undefined ? undefined : parseScopeRate(text)
  if (rate === undefined) return undefined
  const scoped = { key: scope, limit: rate.limit, windowMs: rate.windowSeconds * 1000 }
  if (caller.kind === 'accounts') {
    return countAccounts(deps, scope, { rate: scoped, accounts: caller.accounts })
  }
  const who = caller.kind === 'user' ? `user:${caller.user.id}` : `ip:${await clientKey(deps)}`
  return countOf(deps, scope, { ...scoped, key: `${scope}:${who}` })
}

async function requireRoom(counting: CountingDatabase): Promise<void> {
  const waitSeconds = await counting.waitSeconds()
  if (waitSeconds !== undefined) throw throttled(waitSeconds)
}
