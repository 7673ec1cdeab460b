/**
 * Logout for all three kinds of credentials. Most of this file is the reference's behaviour around the refresh
 * token: where it is read from, and what a missing or odd one answers, under each combination of
 * `JWT_AUTH_HTTPONLY`, `TOKEN_BLACKLIST_ENABLED` and our own settings.
 */
import { message, type Message } from '../../i18n/message.ts'
import type { Deps } from '../../deps.ts'
import { logout } from '../../core/sign-in/logout.ts'
import type { TokenFaultCode } from '../../core/tokens/jwt.ts'
import { authenticationClasses, jwtOf } from '../../web/authentication.ts'
import { deletedJwtCookies, deletedSessionCookie, readCookies } from '../../web/cookies.ts'
import { readBody, type ReadBody } from '../../web/body.ts'
import { ApiError, badRequest } from '../../web/errors.ts'
import { charField, type Fields } from './fields.ts'
import { defineRoute, type Context, type Reply, type UserContext } from './define-route.ts'
import { endLogin } from './logout-shortcut.ts'
import type { JsonValue } from '../../web/json.ts'
import type { Settings } from '../../settings/parse.ts'
import { detailResponse } from './schemas.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** What both methods answer. */
const responses = () => ({
  200: detailResponse('Logged out.'),
  401: detailResponse('The refresh token is missing or refused.'),
})

/**
 * `logout/`: ends the auth token, the session, the refresh token (dj-rest-auth: `LogoutView`).
 *
 * Anyone may call: an expired login must still be able to clear its cookies. 200, also where nothing was logged in;
 * 401 where a refresh token is required and missing, malformed or blacklisted. Cookies are deleted with either.
 */
export const logoutRoute = defineRoute({
  name: 'Logout',
  description:
    'Calls Django logout method and delete the Token object\nassigned to the current User object.\n\nAccepts/Returns nothing.',
  access: 'anyone',
  cookieUse: 'logs_out',
  isThrottled: true,
  allow: ['GET', 'POST', 'HEAD', 'OPTIONS'],
  methods: {
    GET: {
      summary: 'Log out',
      when: (settings) => settings.ACCOUNT_LOGOUT_ON_GET,
      responses,
      handle: handleLogout,
      shortcut: logoutAtOnce,
    },
    POST: {
      summary: 'Log out',
      described: refreshField,
      responses,
      handle: handleLogout,
      shortcut: logoutAtOnce,
    },
  },
})

/** A JWT logout may carry the refresh token to blacklist; where cookies carry it, the body is empty. */
function refreshField(
  settings: Pick<Settings, 'TOKEN_BLACKLIST_ENABLED' | 'USE_JWT'>,
): Fields | undefined {
  if (!settings.USE_JWT || !settings.TOKEN_BLACKLIST_ENABLED) return undefined
  return { refresh: charField({ required: false }) }
}

/** The shortcut: one round trip where the credentials say what ends. `undefined`: serve it in the usual order. */
async function logoutAtOnce(deps: Deps, request: Request): Promise<Reply | undefined> {
  const end = await endLogin(deps, request)
  if (end === undefined) return undefined
  let reading: Promise<ReadBody> | undefined
  const context = {
    deps,
    request,
    caller: { kind: 'anonymous', hasDeadSession: false },
    params: {},
    own: {},
    cookies: readCookies(request),
    readBody: () => (reading ??= readBody(request, deps.settings.BODY_MAX_BYTES)),
  } as const
  if (end.kind === 'ended') return replyTo(context, undefined)
  return end.within((counting) => handleLogout({ ...context, deps: counting }))
}

async function handleLogout(context: Context): Promise<Reply> {
  const { deps, caller } = context
  const { settings } = deps
  if (caller.kind === 'anonymous' && !settings.USE_JWT && !settings.SESSION_LOGIN) {
    throw badRequest(message('logout_without_login'))
  }
  const refresh = await refreshTokenOf(context)
  const outcome = await logout(deps, {
    caller: ownerOf(caller),
    accessToken: await accessTokenOf(context),
    sessionKey: sessionKeyOf(context),
    refreshToken: refresh.kind === 'given' ? refresh.token : undefined,
  })
  return replyTo(context, refusalOf(settings, refresh, outcome.refreshFault))
}

/** Staff that impersonates someone ends that login alone: the account's own token is its owner's to end. */
function ownerOf(caller: Context['caller']): UserContext['caller'] | undefined {
  return caller.kind === 'user' && caller.actorId === undefined ? caller : undefined
}

function replyTo(context: Context, refusal: Message | undefined): Reply {
  const { settings } = context.deps
  const cookies = [
    ...(settings.USE_JWT ? deletedJwtCookies(settings) : []),
    ...(sessionKeyOf(context) === undefined ? [] : [deletedSessionCookie(settings)]),
  ]
  if (refusal !== undefined) {
    throw new ApiError('unauthenticated', { status: 401, body: { detail: refusal }, cookies })
  }
  const isUndeletable =
    settings.USE_JWT && !settings.TOKEN_BLACKLIST_ENABLED && settings.JWT_AUTH_COOKIE === undefined
  const detail = message(isUndeletable ? 'logged_out_by_client_alone' : 'logged_out')
  return { status: 200, body: { detail }, cookies }
}

/**
 * The request's JWT. Authentication has checked its CSRF proof and the like already, so faults are ignored here.
 */
async function accessTokenOf({ deps, request }: Context): Promise<string | undefined> {
  const { settings } = deps
  if (!settings.USE_JWT || !authenticationClasses(settings).includes('jwt')) return undefined
  try {
    const formToken = () => Promise.resolve('')
    return await jwtOf(settings, { request, formToken, unprovenJwtCookie: 'ignored' })
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

function sessionKeyOf({ deps, cookies }: Context): string | undefined {
  const { SESSION_LOGIN, SESSION_COOKIE_NAME } = deps.settings
  return SESSION_LOGIN ? cookies[SESSION_COOKIE_NAME] : undefined
}

/** The refresh token as the request gives it. The reference answers each of these differently. */
type GivenRefresh =
  | { readonly kind: 'given'; readonly token: string }
  | { readonly kind: 'not_a_string' }
  /** `null`: the reference makes a token of its own and blacklists that. */
  | { readonly kind: 'null' }
  | { readonly kind: 'absent' }

/** Where the blacklist is on: from the cookie in HttpOnly mode, else from the body. */
async function refreshTokenOf(context: Context): Promise<GivenRefresh> {
  const { settings } = context.deps
  if (!settings.USE_JWT || !settings.TOKEN_BLACKLIST_ENABLED) return { kind: 'absent' }
  const cookie =
    settings.JWT_AUTH_REFRESH_COOKIE === undefined
      ? undefined
      : context.cookies[settings.JWT_AUTH_REFRESH_COOKIE]
  if (settings.JWT_AUTH_HTTPONLY) {
    if (cookie !== undefined) return { kind: 'given', token: cookie }
    if (!settings.policy.logout.needsNoRefreshToken) return { kind: 'absent' }
  }
  const fromBody = given(await bodyValue(context, 'refresh'))
  const isNothing =
    fromBody.kind === 'absent' ||
    (settings.policy.tokens.refreshCookieBeatsBody && isBlank(fromBody))
  if (isNothing && settings.policy.logout.needsNoRefreshToken) return given(cookie)
  return fromBody
}

async function bodyValue(context: Context, name: string): Promise<JsonValue | undefined> {
  const body = await context.readBody()
  return 'values' in body && Object.hasOwn(body.values, name) ? body.values[name] : undefined
}

/** Whether the body has the empty value that a login's body gives for a refresh token in the cookie. */
function isBlank(refresh: GivenRefresh): boolean {
  return refresh.kind === 'null' || (refresh.kind === 'given' && refresh.token === '')
}

function given(value: JsonValue | undefined): GivenRefresh {
  if (value === undefined) return { kind: 'absent' }
  if (value === null) return { kind: 'null' }
  return typeof value === 'string' ? { kind: 'given', token: value } : { kind: 'not_a_string' }
}

/** Why a logout is refused, as the reference words it; `undefined`: it is not. */
function refusalOf(
  settings: Pick<Settings, 'JWT_AUTH_HTTPONLY' | 'TOKEN_BLACKLIST_ENABLED' | 'USE_JWT'> &
    PolicyOf<'logout'>,
  refresh: GivenRefresh,
  fault: TokenFaultCode | undefined,
): Message | undefined {
  if (!settings.USE_JWT || !settings.TOKEN_BLACKLIST_ENABLED) return undefined
  if (settings.policy.logout.needsNoRefreshToken) return undefined
  if (refresh.kind === 'not_a_string') return message('jwt_invalid')
  if (refresh.kind === 'given') return fault && message(fault)
  if (refresh.kind === 'null') return undefined
  const isInCookie = settings.JWT_AUTH_HTTPONLY
  return message(isInCookie ? 'refresh_missing_in_cookie' : 'refresh_missing_in_body')
}
