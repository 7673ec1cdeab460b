/** What of DRF's throttles is accepted and counts nothing here. */
import type { Settings } from './table.ts'

/** DRF's own classes count; the scope of each that counts on every route. */
const SCOPES: Readonly<Record<string, string>> = {
  AnonRateThrottle: 'anon',
  UserRateThrottle: 'user',
  ScopedRateThrottle: 'dj_rest_auth',
}

/** A setting, and what of it counts nothing. */
export type UncountedRate = { readonly name: string; readonly detail: string }

/** Classes of one's own, rates of scopes that no route has, and rates whose class is not listed. */
export function uncountedRates({
  DEFAULT_THROTTLE_CLASSES: classes,
  DEFAULT_THROTTLE_RATES: rates,
}: Pick<
  Settings,
  'DEFAULT_THROTTLE_CLASSES' | 'DEFAULT_THROTTLE_RATES'
>): readonly UncountedRate[] {
  const listed = new Set(classes.map(lastPart))
  const foreign = classes.filter((name) => !Object.hasOwn(SCOPES, lastPart(name)))
  return [
    ...foreign.map((name) => ({
      name: 'DEFAULT_THROTTLE_CLASSES',
      detail: `${name} counts nothing here; set ACCOUNT_RATE_LIMITS`,
    })),
    ...Object.keys(rates).flatMap((scope) => {
      const detail = whyUncounted(scope, listed)
      return detail === undefined ? [] : [{ name: 'DEFAULT_THROTTLE_RATES', detail }]
    }),
  ]
}

function whyUncounted(scope: string, listed: ReadonlySet<string>): string | undefined {
  // Counted whatever the classes are.
  if (scope === 'dj_rest_auth') return undefined
  const owner = Object.keys(SCOPES).find((name) => SCOPES[name] === scope)
  if (owner === undefined) {
    return `${scope} counts nothing here, no route has that scope; set ACCOUNT_RATE_LIMITS`
  }
  return listed.has(owner)
    ? undefined
    : `${scope} counts nothing, since ${owner} is not in DEFAULT_THROTTLE_CLASSES`
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
