/** Finds the credential in a request to someone else's API: header or cookie. */
import type { GuardOptions, GuardRequest } from './options.ts'
import { foreignOrigin } from './refusal.ts'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/**
 * The token or key that a request carries: in `Authorization` (`Bearer` or `Token`), else in one of the
 * named cookies.
 *
 * @throws GuardError 403 where a cookie would be believed and a foreign page may have sent the request
 */
export function credentialOf(options: GuardOptions, request: GuardRequest): string | undefined {
  const header = request.headers.get('authorization')
  if (header !== null) return /^(?:bearer|token) +(\S{1,16384}) *$/i.exec(header)?.[1] ?? ''
  const cookie = cookieOf(request, options.cookies ?? [])
  if (cookie !== undefined && !isFromTrustedPage(options, request)) throw foreignOrigin()
  return cookie
}

function cookieOf({ headers }: GuardRequest, names: readonly string[]): string | undefined {
  const pairs = `; ${headers.get('cookie') ?? ''}`
  const values = names.map((name) => pairs.split(`; ${name}=`)[1]?.split(';')[0])
  return values.find((value) => value !== undefined && value !== '')
}

/**
 * Browsers send cookies with requests that any page makes. Reads are harmless, their answers unreadable;
 * writes must come from a trusted origin (CSRF), and so must WebSockets, which begin as a read but can be
 * read by the page that opened them. `Origin` and `Sec-Fetch-Site` are written by the browser, never by a page.
 */
function isFromTrustedPage(options: GuardOptions, { method, headers, url }: GuardRequest): boolean {
  const isWebSocket = headers.get('upgrade')?.toLowerCase() === 'websocket'
  if (SAFE_METHODS.includes(method.toUpperCase()) && !isWebSocket) return true
  if (headers.get('sec-fetch-site') === 'same-origin') return true
  const origin = headers.get('origin')
  if (origin === null) return false
  const own = url === undefined || !URL.canParse(url) ? undefined : new URL(url).origin
  return origin === own || (options.trustedOrigins ?? []).includes(origin)
}
