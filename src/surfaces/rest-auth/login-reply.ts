/**
 * The answer of everything that logs in, in one place: which parts are in the body and which in cookies depends on
 * half a dozen settings, and must be the same after a password, a provider, a passkey or a registration.
 */
import { message } from '../../i18n/message.ts'
import { newDeviceToken } from '../../core/limits/known-device.ts'
import { csrfCookie, jwtCookies, knownDeviceCookie, sessionCookie } from '../../web/cookies.ts'
import { isCsrfCookieBroken, newCsrfSecret } from '../../web/csrf.ts'
import { nonFieldError, throttled } from '../../web/errors.ts'
import type { Settings } from '../../settings/parse.ts'
import { settingsOfLogin } from '../../settings/remember.ts'
import type { Context, Reply } from './define-route.ts'
import { credentialsBody, type LoggedIn } from './serializers.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** The answer of everything that logs in: body, JWT cookies, session and CSRF cookies. */
export function loginReply(
  { deps, cookies }: Pick<Context, 'cookies' | 'deps'>,
  loggedIn: LoggedIn,
): Reply {
  const { now, randomBytes } = deps
  const { kind, credentials } = loggedIn
  const { jwt, sessionKey, isRemembered = true } = credentials
  const settings = settingsOfLogin(deps.settings, isRemembered)
  const body = credentialsBody(settings, loggedIn)
  const setsJwtCookies = kind === 'login' || settings.policy.registration.setsJwtCookies
  const setsCsrf =
    sessionKey !== undefined || (jwt !== undefined && needsCsrfCookie(settings, cookies))
  const status = kind === 'registration' ? 201 : 200
  return {
    status: body === undefined ? 204 : status,
    body,
    cookies: [
      ...(jwt !== undefined && setsJwtCookies ? jwtCookies(settings, jwt, now) : []),
      ...(setsCsrf ? [csrfCookie(settings, newCsrfSecret(randomBytes), now)] : []),
      ...(sessionKey === undefined ? [] : [sessionCookie(settings, sessionKey, now)]),
    ],
  }
}

/**
 * Whether a JWT login sets a CSRF cookie. One that the client already holds is kept: its other tabs know its value.
 * A session login always replaces it, as Django does, against session fixation.
 */
function needsCsrfCookie(
  settings: Pick<Settings, 'CSRF_COOKIE_NAME' | 'JWT_AUTH_COOKIE' | 'JWT_AUTH_COOKIE_USE_CSRF'> &
    PolicyOf<'cookies'>,
  cookies: Context['cookies'],
): boolean {
  const isAsked =
    settings.policy.cookies.jwtLoginSetsCsrf &&
    settings.JWT_AUTH_COOKIE_USE_CSRF &&
    settings.JWT_AUTH_COOKIE !== undefined
  const held = cookies[settings.CSRF_COOKIE_NAME]
  return isAsked && (held === undefined || isCsrfCookieBroken(held))
}

/**
 * The same, and the device is remembered as known, however the account was proved: its next failed logins count
 * apart from other clients'. See `makeDeviceToken`.
 */
export async function deviceLoginReply(
  context: Pick<Context, 'cookies' | 'deps'>,
  loggedIn: LoggedIn,
): Promise<Reply> {
  const { deps } = context
  const reply = loginReply(context, loggedIn)
  const token = await newDeviceToken(deps, knownDevice(context), loggedIn.user)
  if (token === undefined) return reply
  const cookie = knownDeviceCookie(deps.settings, token, deps.now)
  return { ...reply, cookies: [...(reply.cookies ?? []), ...cookie] }
}

/** What a login may come to, however its account was proved. */
type LoginResult =
  | ({ readonly kind: 'issued' } & Omit<LoggedIn, 'kind'>)
  | { readonly kind: 'second_factor_required'; readonly ephemeralToken: string }
  | { readonly kind: 'mailed_step_required'; readonly handle: string }
  | { readonly kind: 'no_mailbox' | 'email_unverified' }
  | { readonly kind: 'throttled'; readonly waitSeconds: number }

/**
 * The answer to that.
 *
 * @throws ApiError 400, 429
 */
export async function loginResultReply(
  context: Pick<Context, 'cookies' | 'deps'>,
  result: LoginResult,
): Promise<Reply> {
  switch (result.kind) {
    case 'issued':
      return deviceLoginReply(context, { ...result, kind: 'login' })
    case 'second_factor_required':
      return secondFactorReply(result)
    case 'mailed_step_required':
      return mailedStepReply(result)
    case 'no_mailbox':
      throw nonFieldError(message('no_mailbox'))
    case 'email_unverified':
      throw nonFieldError(message('login_unverified'))
    case 'throttled':
      throw throttled(result.waitSeconds)
  }
}

/**
 * The answer after the first of two factors: a short-lived token for `mfa/verify/`. No credential is issued and no
 * cookie set.
 */
export function secondFactorReply({ ephemeralToken }: { readonly ephemeralToken: string }): Reply {
  return { body: { ephemeral_token: ephemeralToken, mfa_required: true } }
}

/**
 * The answer where a mailed code must follow at `login/code/confirm/`. No credential is issued and no cookie set.
 */
export function mailedStepReply({ handle }: { readonly handle: string }, status = 200): Reply {
  return { status, body: { handle, code_required: true } }
}

/** Adds the handle of a mailed code, where a new account's address is verified by code. */
export function withHandle(reply: Reply, handle: string | undefined, status = 200): Reply {
  if (handle === undefined) return reply
  return { ...reply, status, body: { ...Object(reply.body), handle } as unknown }
}

/** The token by which this device is known from earlier logins, if the request has one. */
export function knownDevice({
  cookies,
  deps,
}: Pick<Context, 'cookies' | 'deps'>): string | undefined {
  const name = deps.settings.KNOWN_DEVICE_COOKIE
  return name === undefined ? undefined : cookies[name]
}
