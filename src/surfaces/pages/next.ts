import { isListedOrigin } from '../../web/cors.ts'
import { isTrustedOrigin } from '../../web/csrf.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { isUrl } from '../../is-url.ts'

/** Where a site asks to get its user back: `?next=` if it may be followed, else `undefined`. */
function allowedNext(settings: Settings, request: Request): string | undefined {
  const own = new URL(request.url)
  const next = own.searchParams.get('next')
  if (next === null || next === '') return undefined
  // Browsers read tabs, line ends and backslashes in other ways than people do.
  if (/[\u0000-\u0020\\]/.test(next)) return undefined
  if (next.startsWith('/')) return next.startsWith('//') ? undefined : next
  const url = isUrl(next) ? new URL(next) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  return isAllowedDestination(settings, request, url.origin) ? url.href : undefined
}

/**
 * An origin that may call this service may also get people back. `CORS_ALLOW_ALL_ORIGINS` says nothing of
 * that: it would make an open redirect.
 */
function isAllowedDestination(settings: Settings, request: Request, origin: string): boolean {
  return (
    isTrustedOrigin(settings, request, origin) ||
    settings.PAGES_ALLOWED_ORIGINS.includes(origin) ||
    isListedOrigin(settings, origin)
  )
}

/** Where to go when all is done: `next`, else `LOGIN_REDIRECT_URL`, else the account page. */
export function destinationOf(settings: Settings, request: Request): string {
  return (
    allowedNext(settings, request) ??
    settings.LOGIN_REDIRECT_URL ??
    settings.URL_PREFIX + PAGE_PATHS.account
  )
}

/** A link from page to page that keeps `next`. */
export function linkTo(settings: Settings, request: Request, path: string): string {
  const next = allowedNext(settings, request)
  const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`
  return settings.URL_PREFIX + path + query
}
