/** In which scopes of `DEFAULT_THROTTLE_RATES` a request counts, and how. Knows no SQL. */
import type { AccountFinder, Count, KeyedRate } from '../../core/limits/count.ts'
import { clientKey, countAccounts, countOf, type RateDeps } from '../../core/limits/rate-limits.ts'
import type { Settings } from '../../settings/parse.ts'
import { parseScopeRate } from '../../settings/rates.ts'
import type { Caller } from '../../web/authentication.ts'

/** Who is counted, and in which scope of `DEFAULT_THROTTLE_RATES`, if the route has one. */
export type ScopedCaller = {
  /** `accounts`: the accounts it finds; where it finds none, nothing is counted. */
  readonly caller: Caller | { readonly kind: 'accounts'; readonly accounts: AccountFinder }
  readonly scope: string | undefined
}

/** The scope of dj-rest-auth's own views. */
export const ROUTE_SCOPE = 'dj_rest_auth'

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

/** The statement that counts, or `undefined` where no rate is set. */
export async function countIn(
  deps: RateDeps,
  { caller, scope }: ScopedCaller,
): Promise<Count | undefined> {
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
