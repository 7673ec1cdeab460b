/**
 * DRF's authentication classes: finds the caller by token, session or JWT, in the order of
 * `DEFAULT_AUTHENTICATION_CLASSES`, with CSRF proof where a cookie authenticates.
 */
import { message, type Message } from '../i18n/message.ts'
import {
  callerByJwt,
  callerBySession,
  callerByToken,
  type FoundCaller,
  type JwtCaller,
} from '../core/tokens/authentication.ts'
import { isAnonymousSession } from '../core/tokens/session.ts'
import type { CallerColumn } from '../core/users/users.sql.ts'
import type { Deps } from '../deps.ts'
import { fromUtf8 } from '../crypto.ts'
import type { AuthenticationClass } from '../settings/rest-auth.ts'
import type { Settings } from '../settings/parse.ts'
import { readCookies } from './cookies.ts'
import { csrfFailure, csrfRefusal, headerName, type CsrfSettings } from './csrf.ts'
import { unauthenticated, type ApiError } from './errors.ts'

/** The settings that say how callers are known. */
export type AuthenticationSettings = CsrfSettings &
  Pick<
    Settings,
    | 'DEFAULT_AUTHENTICATION_CLASSES'
    | 'JWT_AUTH_COOKIE'
    | 'JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED'
    | 'JWT_AUTH_COOKIE_USE_CSRF'
    | 'SESSION_COOKIE_NAME'
    | 'SIMPLE_JWT_AUTH_HEADER_NAME'
    | 'SIMPLE_JWT_AUTH_HEADER_TYPES'
    | 'USE_JWT'
  >

/** Who is calling, and how we know. */
export type Caller = AnonymousCaller | UserCaller

/**
 * Anonymous: no credential, or one that a class ignores. `hasDeadSession`: the request named a session that is over.
 */
type AnonymousCaller = {
  readonly kind: 'anonymous'
  /** The session cookie names a session that is over; Django deletes the cookie. */
  readonly hasDeadSession: boolean
}

/** An authenticated caller. */
export type UserCaller = {
  readonly kind: 'user'
  readonly by: AuthenticationClass
} & FoundCaller

/** What authentication needs of a request. */
export type AuthenticationRequest = {
  readonly request: Request
  /** `csrfmiddlewaretoken` of a form body, empty when there is none. */
  readonly formToken: () => Promise<string>
  /** What happens to a JWT cookie without the CSRF token that `JWT_AUTH_COOKIE_USE_CSRF` requires. */
  readonly unprovenJwtCookie: 'refused' | 'ignored'
  /** What else is read with the caller. */
  readonly column?: CallerColumn | undefined
  /** Whether the route asks for a recent proof: its state is read with the caller. */
  readonly readsProof?: boolean
}

/** The ways of authenticating in order; dj-rest-auth's users configure them through DRF. */
export function authenticationClasses(
  settings: AuthenticationSettings,
): readonly AuthenticationClass[] {
  return (
    settings.DEFAULT_AUTHENTICATION_CLASSES ?? (settings.USE_JWT ? ['jwt'] : ['token', 'session'])
  )
}

/** The `WWW-Authenticate` of a 401: the first way's challenge; sessions have none, so they mean 403. */
export function challenge(settings: AuthenticationSettings): string | undefined {
  const first = authenticationClasses(settings)[0]
  if (first === 'token') return 'Token'
  return first === 'jwt'
    ? `${settings.SIMPLE_JWT_AUTH_HEADER_TYPES[0] ?? 'Bearer'} realm="api"`
    : undefined
}

/**
 * Finds the caller: the first scheme that recognises something decides.
 *
 * @throws ApiError 401 for credentials that are wrong, 403 for cookie credentials without CSRF token
 */
export async function authenticate(deps: Deps, incoming: AuthenticationRequest): Promise<Caller> {
  let hasDeadSession = false
  for (const scheme of authenticationClasses(deps.settings)) {
    const found = await AUTH_SCHEMES[scheme](deps, incoming)
    if (found === 'dead_session') hasDeadSession = true
    else if (found !== undefined) return { kind: 'user', by: scheme, ...found }
  }
  return { kind: 'anonymous', hasDeadSession }
}

/** Without what tells one outcome from another. */
function callerOf({ user, credential, column, proofState, actorId }: FoundCaller): FoundCaller {
  return {
    user,
    credential,
    ...(column === undefined ? {} : { column }),
    ...(proofState === undefined ? {} : { proofState }),
    ...(actorId === undefined ? {} : { actorId }),
  }
}

/** What one class says: a caller, a dead session, or nothing, in which case the next class is asked. */
type Found = FoundCaller | 'dead_session' | undefined
type AuthScheme = (deps: Deps, incoming: AuthenticationRequest) => Promise<Found>

/** The classes, in the order of the settings; each returns `undefined` for credentials that are not its own. */
const AUTH_SCHEMES = {
  token: byToken,
  session: bySession,
  jwt: byJwt,
} as const satisfies Record<AuthenticationClass, AuthScheme>

/** DRF's `TokenAuthentication`: `Authorization: Token KEY`. */
async function byToken(
  deps: Deps,
  { request, column, readsProof }: AuthenticationRequest,
): Promise<FoundCaller | undefined> {
  const words = headerWords(request, 'Authorization')
  if (words?.[0]?.toLowerCase() !== 'token') return undefined
  const refuse = (detail: Message): ApiError =>
    unauthenticated({ detail }, challenge(deps.settings))
  const [, key, ...more] = words
  if (key === undefined) throw refuse(message('auth_token_missing'))
  if (more.length > 0) {
    throw refuse(message('auth_token_with_spaces'))
  }
  const text = decodeHeader(key)
  if (text === undefined) {
    throw refuse(message('auth_token_malformed'))
  }
  const found = await callerByToken({ ...deps, column, readsProof }, text)
  switch (found.kind) {
    case 'user':
      return callerOf(found)
    case 'unknown_token':
      throw refuse(message('auth_token_invalid'))
    case 'inactive':
      throw refuse(message('auth_token_of_inactive'))
  }
}

/** The key of a well-formed `Authorization: Token KEY`, where that is the scheme that decides who is calling. */
export function decisiveTokenOf(
  settings: AuthenticationSettings,
  request: Request,
): string | undefined {
  if (authenticationClasses(settings)[0] !== 'token') return undefined
  const [scheme, key, ...more] = headerWords(request, 'Authorization') ?? []
  if (scheme?.toLowerCase() !== 'token' || key === undefined || more.length > 0) return undefined
  return decodeHeader(key)
}

/** DRF's `SessionAuthentication`: Django's session cookie, with a CSRF token for writes. */
async function bySession(deps: Deps, incoming: AuthenticationRequest): Promise<Found> {
  const key = readCookies(incoming.request)[deps.settings.SESSION_COOKIE_NAME]
  if (key === undefined) return undefined
  if (await isAnonymousSession(deps.settings, key)) return undefined
  const { column, readsProof } = incoming
  const found = await callerBySession({ ...deps, column, readsProof }, key)
  switch (found.kind) {
    case 'over':
      return 'dead_session'
    case 'inactive':
      return undefined
    case 'user':
      await enforceCsrf(deps.settings, incoming)
      return callerOf(found)
  }
}

/** dj-rest-auth's `JWTCookieAuthentication`: the header, else the cookie. */
async function byJwt(
  deps: Deps,
  incoming: AuthenticationRequest,
): Promise<FoundCaller | undefined> {
  const { settings } = deps
  const token = await jwtOf(settings, incoming)
  if (token === undefined) return undefined
  const { column, readsProof } = incoming
  return requireJwtUser(settings, await callerByJwt({ ...deps, column, readsProof }, token))
}

/** The JWT that a request carries: in the header, else in the cookie, with its CSRF check. */
export async function jwtOf(
  settings: AuthenticationSettings,
  incoming: AuthenticationRequest,
): Promise<string | undefined> {
  const words = headerWords(incoming.request, headerName(settings.SIMPLE_JWT_AUTH_HEADER_NAME))
  if (words !== undefined) {
    const [type, token, ...more] = words
    if (type === undefined || !settings.SIMPLE_JWT_AUTH_HEADER_TYPES.includes(type)) {
      return undefined
    }
    if (token === undefined || more.length > 0) {
      throw unauthenticated(
        {
          detail: message('jwt_header_malformed'),
          code: 'bad_authorization_header',
        },
        challenge(settings),
      )
    }
    return token
  }
  if (settings.JWT_AUTH_COOKIE === undefined) return undefined
  const cookie = readCookies(incoming.request)[settings.JWT_AUTH_COOKIE]
  if (settings.JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED) {
    await enforceCsrf(settings, incoming)
    return cookie
  }
  if (cookie === undefined || !settings.JWT_AUTH_COOKIE_USE_CSRF) return cookie
  if (incoming.unprovenJwtCookie === 'refused') {
    await enforceCsrf(settings, incoming)
    return cookie
  }
  const failure = await csrfFailure(settings, incoming.request, incoming.formToken)
  return failure === undefined ? cookie : undefined
}

/**
 * The user of a verified JWT.
 *
 * @throws ApiError 401 with simplejwt's codes for each reason
 */
function requireJwtUser(settings: AuthenticationSettings, found: JwtCaller): FoundCaller {
  switch (found.kind) {
    case 'user':
      return callerOf(found)
    case 'invalid':
      throw unauthenticated(
        {
          detail: message('jwt_not_valid'),
          code: 'token_not_valid',
          messages: [
            { token_class: 'AccessToken', token_type: 'access', message: message(found.code) },
          ],
        },
        challenge(settings),
      )
    case 'no_user_claim':
      throw unauthenticated(
        { detail: message('jwt_without_user'), code: 'token_not_valid' },
        challenge(settings),
      )
    case 'refused':
      throw unauthenticated({ detail: message(found.code), code: found.code }, challenge(settings))
  }
}

/**
 * CSRF proof of a request that a cookie authenticates (DRF: `SessionAuthentication.enforce_csrf`).
 *
 * @throws ApiError 403
 */
async function enforceCsrf(
  settings: AuthenticationSettings,
  incoming: AuthenticationRequest,
): Promise<void> {
  const failure = await csrfFailure(settings, incoming.request, incoming.formToken)
  if (failure !== undefined) throw csrfRefusal(settings, incoming.request, failure)
}

/** A header's words; blank headers have none. */
function headerWords(request: Request, name: string): readonly string[] | undefined {
  const value = request.headers.get(name)
  if (value === null) return undefined
  return value.split(/[ \t\n\r\f\v]+/).filter((word) => word !== '')
}

/** Headers are bytes: one UTF-8 text, or no text at all. */
function decodeHeader(word: string): string | undefined {
  const bytes = Uint8Array.from(word, (character) => character.charCodeAt(0))
  const text = fromUtf8(bytes)
  return text.includes('\ufffd') ? undefined : text
}
