/**
 * DRF's throttles, counted in the database: isolates share no memory, so a count in one of them would be
 * worth nothing.
 */
import { withRateGuard, type CountingDatabase } from '../../core/limits/counting.sql.ts'
import type { AccountFinder, Count, KeyedRate } from '../../core/limits/count.ts'
import type { Deps } from '../../deps.ts'
import { clientKey, countAccounts, countOf } from '../../core/limits/rate-limits.ts'
import type { Settings } from '../../settings/parse.ts'
import { parseScopeRate } from '../../settings/rates.ts'
import type { Caller } from '../../web/authentication.ts'
import { ApiError, throttled } from '../../web/errors.ts'

/** Who is counted, and in which scope of `DEFAULT_THROTTLE_RATES`, if the route has one. */
export type ScopedCaller = {
  /** `accounts`: the accounts it finds; where it finds none, nothing is counted. */
  readonly caller: Caller | { readonly kind: 'accounts'; readonly accounts: AccountFinder }
  readonly scope: string | undefined
}

type ThrottleSettings = Pick<Settings, 'DEFAULT_THROTTLE_CLASSES' | 'DEFAULT_THROTTLE_RATES'>

/**
 * Scopes that count on every route: those whose class is in `DEFAULT_THROTTLE_CLASSES` and which have a rate. `anon`
 * counts callers who are not authenticated (DRF: `AnonRateThrottle`), `user` all callers (`UserRateThrottle`).
 */
export function generalScopes({
  DEFAULT_THROTTLE_CLASSES: classes,
  DEFAULT_THROTTLE_RATES: rates,
}: ThrottleSettings): readonly string[] {
  if (classes.length === 0) return []
  return Object.entries({ anon: 'AnonRateThrottle', user: 'UserRateThrottle' })
    .filter(
      ([scope, name]) =>
        rates[scope] !== undefined && classes.some((it) => it.split('.').at(-1) === name),
    )
    .map(([scope]) => scope)
}

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

/** The statement that counts, or `undefined` where no rate is set. */
async function countIn(deps: Deps, { caller, scope }: ScopedCaller): Promise<Count | undefined> {
  const { settings } = deps
  const general = generalScopes(settings)
  const scopes = (scope === undefined ? general : [scope, ...general]).filter(
    (one) => one !== 'anon' || caller.kind === 'anonymous',
  )
  const rates = scopes.flatMap((one) => rateOf(settings, one) ?? [])
  const [first, ...others] = rates
  if (first === undefined) return undefined
  if (caller.kind === 'accounts') {
    return countAccounts(deps, first.key, { rates: [first, ...others], accounts: caller.accounts })
  }
  const who = caller.kind === 'user' ? `user:${caller.user.id}` : `ip:${await clientKey(deps)}`
  const keyed = rates.map((rate) => ({ ...rate, key: `${rate.key}:${who}` }))
  return countOf(deps, first.key, keyed)
}

/** The rate of a scope, by the scope's name until it is known who is counted. */
function rateOf(
  { DEFAULT_THROTTLE_RATES }: Pick<Settings, 'DEFAULT_THROTTLE_RATES'>,
  scope: string,
): KeyedRate | undefined {
  const text = DEFAULT_THROTTLE_RATES[scope]
  const rate = text === undefined ? undefined : parseScopeRate(text)
  return rate && { key: scope, limit: rate.limit, windowMs: rate.windowSeconds * 1000 }
}

async function requireRoom(counting: CountingDatabase): Promise<void> {
  const waitSeconds = await counting.waitSeconds()
  if (waitSeconds !== undefined) throw throttled(waitSeconds)
}
