/**
 * Whether a request's cookies count for its route (CSRF): they do not for a page of an origin that is not trusted
 * with logins.
 */
import type { PolicyOf } from '../settings/policy.ts'
import { loginCookieNames, type LoginCookieSettings } from '../settings/login-cookies.ts'
import { readCookies } from './cookies.ts'
import { isAllowedOrigin, type CorsSettings } from './cors.ts'
import { isSafeMethod, isTrustedOrigin, originFailure, type CsrfSettings } from './csrf.ts'

/** The settings for requests with cookies. */
type CookieTrustSettings = CorsSettings & CsrfSettings & LoginCookieSettings & PolicyOf<'cookies'>

/** What an endpoint does with cookies: see `Route`. */
export type CookieUse = 'identifies' | 'logs_in' | 'logs_out'

/**
 * What a request may do with our cookies. `none_set`: the answer sets and deletes none. `none`: those that came are
 * not looked at, either.
 */
export type CookieTrust =
  | { readonly kind: 'all' }
  | { readonly kind: 'none_set' }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Login CSRF: a page that is not trusted must neither choose the account its visitors are logged in to, nor log them
 * out, nor use up their refresh token. So its requests set no cookie of ours and act on none, regardless of their other
 * credentials (RFC 6265bis §8.2). Servers send no Origin.
 *
 * A client that lives without cookies is served all the same: where logins set none, where it may not have any
 * (`CORS_ALLOW_CREDENTIALS` is off, so browsers neither send nor keep them), and at a logout that brings none.
 */
export function cookieTrust(
  settings: CookieTrustSettings,
  request: Request,
  use: CookieUse,
): CookieTrust {
  const origin = request.headers.get('origin')
  const isGuarded = settings.policy.cookies.needTrustedOrigin && !isSafeMethod(request.method)
  if (!isGuarded || origin === null || isTrustedOrigin(settings, request, origin)) {
    return { kind: 'all' }
  }
  if (use === 'identifies') return { kind: 'none_set' }
  const names = loginCookieNames(settings)
  const cookies = readCookies(request)
  const mayNeedCookies =
    names.some((name) => cookies[name] !== undefined) ||
    (use === 'logs_in' && (settings.CORS_ALLOW_CREDENTIALS || !isAllowedOrigin(settings, origin)))
  if (names.length === 0 || !mayNeedCookies) return { kind: 'none' }
  return { kind: 'refused', reason: originFailure(origin) }
}

/** The request as if its client had sent no cookies. Most of those that may bring none bring none. */
export function withoutCookies(request: Request): Request {
  if (!request.headers.has('cookie')) return request
  const headers = new Headers(request.headers)
  headers.delete('cookie')
  return new Request(request, { headers })
}
