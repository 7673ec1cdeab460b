import { constantTimeEqualText, randomWord } from '../crypto.ts'
import type { Settings } from '../settings/parse.ts'
import { readCookies } from './cookies.ts'

const SECRET_LENGTH = 32
const TOKEN_LENGTH = 2 * SECRET_LENGTH
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** A new CSRF secret, the cookie's value (Django: `_get_new_csrf_string`). */
export function newCsrfSecret(randomBytes: (length: number) => Uint8Array): string {
  return randomWord(randomBytes, SECRET_LENGTH)
}

/**
 * Why a request fails the CSRF check, in Django's words; `undefined` when it passes. The check is
 * Django's `CsrfViewMiddleware`: Origin first, Referer on https without one, then the double-submitted
 * token from form or header, masked or not.
 *
 * Differs: an Origin that is trusted proves by itself that no foreign page wrote, and pages of another
 * site cannot read the cookie that the token is in. `CSRF_ORIGIN_SUFFICES` lets it be enough.
 */
export async function csrfFailure(
  settings: Settings,
  request: Request,
  formToken: () => Promise<string>,
): Promise<string | undefined> {
  if (SAFE_METHODS.has(request.method)) return undefined
  const foreign = foreignOrigin(settings, request)
  if (foreign !== undefined) return foreign
  if (settings.CSRF_ORIGIN_SUFFICES && request.headers.has('origin')) return undefined
  return tokenFailure(settings, request, formToken)
}

/**
 * Why the request comes from a page that may not write here, `undefined` when it may or nothing tells.
 * Server-side callers send neither Origin nor Referer; over https Django wants one of them.
 */
function foreignOrigin(settings: Settings, request: Request): string | undefined {
  const url = new URL(request.url)
  const origin = request.headers.get('origin')
  if (origin !== null) {
    if (isTrustedOrigin(settings, request, origin)) return undefined
    return untrusted(origin)
  }
  if (url.protocol !== 'https:') return undefined
  const referer = request.headers.get('referer')
  if (referer === null) return 'Referer checking failed - no Referer.'
  let from: URL
  try {
    from = new URL(referer)
  } catch {
    return 'Referer checking failed - Referer is malformed.'
  }
  if (from.protocol !== 'https:') {
    return 'Referer checking failed - Referer is insecure while host is secure.'
  }
  if (isTrustedOrigin(settings, request, from.origin)) return undefined
  return `Referer checking failed - ${referer} does not match any trusted origins.`
}

/**
 * Why the request may not log its sender in: a page that is not trusted would choose whom its visitors are
 * here (login CSRF). Only where a login sets a session, or JWT cookies that want CSRF tokens; servers send
 * no Origin. A refresh by cookie is such a login, too.
 */
export function loginOriginFailure(settings: Settings, request: Request): string | undefined {
  const isGuarded =
    settings.JWT_LOGIN_SETS_CSRF_COOKIE &&
    (settings.SESSION_LOGIN ||
      (settings.USE_JWT &&
        settings.JWT_AUTH_COOKIE !== undefined &&
        settings.JWT_AUTH_COOKIE_USE_CSRF))
  const origin = request.headers.get('origin')
  if (!isGuarded || origin === null || SAFE_METHODS.has(request.method)) return undefined
  return isTrustedOrigin(settings, request, origin) ? undefined : untrusted(origin)
}

function untrusted(origin: string): string {
  return `Origin checking failed - ${origin} does not match any trusted origins.`
}

/** Whether a page of this origin may write here: our own, or one of `CSRF_TRUSTED_ORIGINS`. */
export function isTrustedOrigin(settings: Settings, request: Request, origin: string): boolean {
  const url = new URL(request.url)
  const host = request.headers.get('host') ?? url.host
  if (origin === `${url.protocol}//${host}` || origin === url.origin) return true
  return settings.CSRF_TRUSTED_ORIGINS.some((trusted) => {
    if (!trusted.includes('*')) return trusted === origin
    const [scheme = '', pattern = ''] = trusted.split('://')
    const suffix = pattern.replace(/^\*/, '')
    return origin.startsWith(`${scheme}://`) && origin.endsWith(suffix) && suffix.startsWith('.')
  })
}

async function tokenFailure(
  settings: Settings,
  request: Request,
  formToken: () => Promise<string>,
): Promise<string | undefined> {
  const cookie = readCookies(request)[settings.CSRF_COOKIE_NAME]
  if (cookie === undefined) return 'CSRF cookie not set.'
  const cookieFault = formatFault(cookie)
  if (cookieFault !== undefined) return `CSRF cookie ${cookieFault}.`
  const secret = cookie.length === TOKEN_LENGTH ? unmask(cookie) : cookie

  let source = 'POST'
  let token = request.method === 'POST' ? await formToken() : ''
  if (token === '') {
    const header = headerName(settings.CSRF_HEADER_NAME)
    source = `the '${header}' HTTP header`
    const sent = request.headers.get(header)
    if (sent === null) return 'CSRF token missing.'
    token = sent
  }
  const fault = formatFault(token)
  if (fault !== undefined) return `CSRF token from ${source} ${fault}.`
  const plain = token.length === TOKEN_LENGTH ? unmask(token) : token
  return constantTimeEqualText(plain, secret) ? undefined : `CSRF token from ${source} incorrect.`
}

function formatFault(token: string): string | undefined {
  if (token.length !== SECRET_LENGTH && token.length !== TOKEN_LENGTH) {
    return 'has incorrect length'
  }
  return /^[a-zA-Z0-9]+$/.test(token) ? undefined : 'has invalid characters'
}

/** Whether a CSRF cookie was sent that can be none. */
export function isCsrfCookieBroken(cookie: string | undefined): boolean {
  return cookie !== undefined && formatFault(cookie) !== undefined
}

/** A masked token is a random mask and the secret shifted by it (BREACH protection). */
function unmask(token: string): string {
  let secret = ''
  for (let index = 0; index < SECRET_LENGTH; index += 1) {
    const mask = ALPHABET.indexOf(token.charAt(index))
    const shifted = ALPHABET.indexOf(token.charAt(index + SECRET_LENGTH))
    secret += ALPHABET.charAt((shifted - mask + ALPHABET.length) % ALPHABET.length)
  }
  return secret
}

/** `HTTP_X_CSRFTOKEN` as a header is written: `X-Csrftoken`. */
export function headerName(wsgiName: string): string {
  return wsgiName
    .replace(/^HTTP_/, '')
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-')
}
