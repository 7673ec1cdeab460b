/** Django's CSRF protection: masked double-submit tokens and the origin check (`CsrfViewMiddleware`). */
import { message } from '../i18n/message.ts'
import { constantTimeEqualText, randomWord } from '../crypto.ts'
import type { Settings } from '../settings/parse.ts'
import type { PolicyOf } from '../settings/policy.ts'
import { coversOrigin } from '../settings/trusted-origins.ts'
import { readCookies } from './cookies.ts'
import { forbidden, type ApiError } from './errors.ts'

/** The settings for writes with a cookie (CSRF). */
export type CsrfSettings = Pick<
  Settings,
  'CORS_ALLOWED_ORIGINS' | 'CSRF_COOKIE_NAME' | 'CSRF_HEADER_NAME' | 'CSRF_TRUSTED_ORIGINS'
> &
  PolicyOf<'cookies'>

/** Django's `CSRF_SECRET_LENGTH` and `CSRF_TOKEN_LENGTH`: a token is a mask and the masked secret. */
const SECRET_LENGTH = 32
const TOKEN_LENGTH = 2 * SECRET_LENGTH
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request of this method changes nothing (RFC 9110 §9.2.1). */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method)
}

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
  settings: CsrfSettings,
  request: Request,
  formToken: () => Promise<string>,
): Promise<string | undefined> {
  if (isSafeMethod(request.method)) return undefined
  const foreign = foreignOrigin(settings, request)
  if (foreign !== undefined) return foreign
  if (settings.policy.cookies.originSuffices && request.headers.has('origin')) return undefined
  return tokenFailure(settings, request, formToken)
}

/**
 * Why the request comes from a page that may not write here, `undefined` when it may or nothing tells.
 * Server-side callers send neither Origin nor Referer; over https Django requires one of them.
 */
function foreignOrigin(settings: CsrfSettings, request: Request): string | undefined {
  const url = new URL(request.url)
  const origin = request.headers.get('origin')
  if (origin !== null) {
    if (isTrustedOrigin(settings, request, origin)) return undefined
    return originFailure(origin)
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

/** 403 in DRF's words. Where the page's origin is why, the log says which setting would allow it. */
export function csrfRefusal(settings: CsrfSettings, request: Request, reason: string): ApiError {
  const origin = request.headers.get('origin')
  const isForeign = origin !== null && !isTrustedOrigin(settings, request, origin)
  return forbidden(
    message('csrf_failed', { reason }),
    isForeign ? hintFor(settings, origin) : undefined,
  )
}

/** Longest origin that the log repeats: a client may send anything. */
const MAX_LOGGED_ORIGIN = 200

/** What to set where an origin is not trusted, for the developer who reads the error. */
function hintFor(settings: CsrfSettings, origin: string): string {
  const page = origin.slice(0, MAX_LOGGED_ORIGIN)
  return settings.CORS_ALLOWED_ORIGINS.includes(origin)
    ? `${page} is in CORS_ALLOWED_ORIGINS, but not in CSRF_TRUSTED_ORIGINS: add it there, too, and its logins and writes with cookies are believed`
    : `a page of ${page} was refused; if it is yours, add it to CSRF_TRUSTED_ORIGINS`
}

/** Why a page of an origin that is not trusted was refused, in Django's words. */
export function originFailure(origin: string): string {
  return `Origin checking failed - ${origin} does not match any trusted origins.`
}

/** Whether a page of this origin may write here: our own, or one of `CSRF_TRUSTED_ORIGINS`. */
export function isTrustedOrigin(settings: CsrfSettings, request: Request, origin: string): boolean {
  const { url: text } = request
  // Most requests come from our own pages: for those the address need not be parsed.
  if (origin === text.slice(0, text.indexOf('/', text.indexOf('//') + 2))) return true
  const url = new URL(text)
  const host = request.headers.get('host') ?? url.host
  if (origin === `${url.protocol}//${host}` || origin === url.origin) return true
  return settings.CSRF_TRUSTED_ORIGINS.some((trusted) => coversOrigin(trusted, origin))
}

/** Why a token does not match the cookie's secret, in Django's words. */
async function tokenFailure(
  settings: CsrfSettings,
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

/** Why a text is no CSRF token, in Django's words. */
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

/**
 * The token for a page: the cookie's secret under a mask of its own, so that the length of a compressed answer does
 * not tell the secret letter by letter (BREACH; Django: `_mask_cipher_secret`).
 */
export function maskCsrfCookie(
  cookie: string,
  randomBytes: (length: number) => Uint8Array,
): string {
  const secret = cookie.length === TOKEN_LENGTH ? unmask(cookie) : cookie
  const mask = newCsrfSecret(randomBytes)
  let shifted = ''
  for (let index = 0; index < SECRET_LENGTH; index += 1) {
    const sum = ALPHABET.indexOf(secret.charAt(index)) + ALPHABET.indexOf(mask.charAt(index))
    shifted += ALPHABET.charAt(sum % ALPHABET.length)
  }
  return mask + shifted
}

/** A masked token is a random mask and the secret shifted by it. */
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
