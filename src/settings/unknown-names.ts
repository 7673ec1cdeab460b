/**
 * Finds variables that look like a misspelt setting: a security switch with a typo must not be ignored silently.
 */

/** Prefixes of our settings: an unknown name is a mistake, not another program's variable. */
const OUR_NAME =
  /^(?:ALLAUTH_|JWT_AUTH_|SIMPLE_JWT_|ACCOUNT_|SOCIALACCOUNT_|HEADLESS_|MFA_|PASSKEYS?_|CORS_|CSRF_|SESSION_COOKIE_|PASSWORD_|REST_AUTH_|REFRESH_TOKEN_|MAIL_TRANSPORT|MAIL_HOOK_|POSTMARK_|WEBHOOK_)/

/** What is wrong with the name of a variable: it is one of ours that does not exist, or a near miss of one that does. */
export function unknownName(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return undefined
  const near = nearestName(name, known)
  if (near !== undefined) return `${name} is unknown; did you mean ${near}?`
  return OUR_NAME.test(name) ? `${name} is unknown` : undefined
}

/** The known name that differs from `name` by one edit, if it is long enough to be no coincidence. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  return known.find((one) => one.length >= MIN_NEAR_LENGTH && isOneEditApart(name, one))
}

/** As long as `USE_JWT`. */
const MIN_NEAR_LENGTH = 7

/** One letter more, less or other, or two neighbours swapped. */
function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  let end = 0
  const room = Math.min(a.length, b.length) - start
  while (end < room && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  const apart = Math.max(a.length, b.length) - start - end
  const isSwap = apart === 2 && a[start] === b[start + 1] && a[start + 1] === b[start]
  return apart <= 1 || (isSwap && a.length === b.length)
}
