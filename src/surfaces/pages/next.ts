/** Where a visitor goes after signing in. Every redirect target is checked here (open redirect, CWE-601). */
import { isListedOrigin, type CorsSettings } from '../../web/cors.ts'
import { isTrustedOrigin, type CsrfSettings } from '../../web/csrf.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { isUrl } from '../../is-url.ts'

/** The settings for where visitors may be sent. */
type NextSettings = CorsSettings & CsrfSettings & Pick<Settings, 'PAGES_ALLOWED_ORIGINS'>

/** The destination in `?next=`, if it may be followed. */
function allowedNext(settings: NextSettings, request: Request): string | undefined {
  const own = new URL(request.url)
  const next = own.searchParams.get('next')
  if (next === null || next === '') return undefined
  // Browsers strip tabs and newlines from URLs and take `\` for `/`: such a value is not what it looks like.
  if (/[\u0000-\u0020\\]/.test(next)) return undefined
  if (next.startsWith('/')) return next.startsWith('//') ? undefined : next
  const url = isUrl(next) ? new URL(next) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  return isAllowedDestination(settings, request, url.origin) ? url.href : undefined
}

/**
 * Origins that may call this service may also be redirected to. `CORS_ALLOW_ALL_ORIGINS` does not count: it would
 * make this an open redirect.
 */
function isAllowedDestination(settings: NextSettings, request: Request, origin: string): boolean {
  return (
    isTrustedOrigin(settings, request, origin) ||
    settings.PAGES_ALLOWED_ORIGINS.includes(origin) ||
    isListedOrigin(settings, origin)
  )
}

/** The destination: `next`, else `LOGIN_REDIRECT_URL`, else the account page. */
export function destinationOf(
  settings: NextSettings & Pick<Settings, 'LOGIN_REDIRECT_URL'>,
  request: Request,
): string {
  return (
    allowedNext(settings, request) ??
    settings.LOGIN_REDIRECT_URL ??
    settings.URL_PREFIX + PAGE_PATHS.account
  )
}

/** A link between pages that keeps `next`. */
export function linkTo(settings: NextSettings, request: Request, path: string): string {
  const next = allowedNext(settings, request)
  const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`
  return settings.URL_PREFIX + path + query
}
