import { newCsrfSecret } from '../../web/csrf.ts'
import { csrfCookie, jwtCookies, knownDeviceCookie, sessionCookie } from '../../web/cookies.ts'
import { nonFieldError, throttled } from '../../web/errors.ts'
import { charField, emailField, passwordField, type FieldValues } from './fields.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { newDeviceToken } from '../../core/limits/known-device.ts'
import { login, type LoginInput } from '../../core/sign-in/by-password.ts'
import type { Credentials } from '../../core/sign-in/credentials.ts'
import type { User } from '../../core/users/user.ts'
import { credentialsBody, type JwtBodyKind } from './serializers.ts'
import type { Settings } from '../../settings/parse.ts'
import { credentialsResponses, fieldErrorsResponse } from './schemas.ts'

/** `login/`: name or address and password against a key, a JWT pair, a session (dj-rest-auth: `LoginView`). */
export const loginRoute = defineRoute({
  name: 'Login',
  description:
    "Check the credentials and return the REST Token\nif the credentials are valid and authenticated.\nCalls Django Auth login method to register User ID\nin Django session framework\n\nAccept the following POST parameters: username, password\nReturn the REST Framework Token Object's key.",
  access: 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Log in',
      turnstile: 'login',
      input: (settings) => ({
        username: charField({ required: false, allowBlank: true }),
        email: emailField({ required: false, allowBlank: true }),
        password: passwordField({ trim: settings.TRIM_PASSWORDS }),
      }),
      responses: (settings) => ({
        ...credentialsResponses(settings),
        400: fieldErrorsResponse('Wrong credentials, or missing fields.'),
      }),
      handle: async (context, values) => {
        const { settings } = context.deps
        const outcome = await login(context.deps, {
          ...requireCredentials(settings, values),
          sessionKey: context.cookies[settings.SESSION_COOKIE_NAME],
          deviceToken: knownDevice(context),
        })
        switch (outcome.kind) {
          case 'logged_in':
            return withDeviceCookie(
              context,
              loginReply(context, outcome.user, outcome.credentials, 'login'),
              outcome.user.id,
            )
          case 'bad_credentials':
            throw nonFieldError('Unable to log in with provided credentials.')
          case 'email_unverified':
            throw nonFieldError('E-mail is not verified.')
          case 'throttled':
            throw throttled(outcome.waitSeconds)
        }
      },
    },
  },
})

/** What `ACCOUNT_LOGIN_METHODS` asks for must be there, blank or not named is the same. */
function requireCredentials(
  settings: Settings,
  values: FieldValues,
): Pick<LoginInput, 'username' | 'email' | 'password'> {
  const username = values['username'] ?? ''
  const email = values['email'] ?? ''
  const password = values['password'] ?? ''
  const methods = settings.ACCOUNT_LOGIN_METHODS
  const isNamed =
    (methods.includes('username') && username !== '') || (methods.includes('email') && email !== '')
  if (isNamed && password !== '') return { username, email, password }
  if (!methods.includes('username')) throw nonFieldError('Must include "email" and "password".')
  if (!methods.includes('email')) throw nonFieldError('Must include "username" and "password".')
  throw nonFieldError('Must include either "username" or "email" and "password".')
}

function knownDevice({ cookies, deps }: Pick<Context, 'cookies' | 'deps'>): string | undefined {
  const name = deps.settings.KNOWN_DEVICE_COOKIE
  return name === undefined ? undefined : cookies[name]
}

/** A login makes its device known, however the account was proved: see `makeDeviceToken`. */
export async function withDeviceCookie(
  context: Pick<Context, 'cookies' | 'deps'>,
  reply: Reply,
  userId: number,
): Promise<Reply> {
  const { deps } = context
  const token = await newDeviceToken(deps, knownDevice(context), userId)
  if (token === undefined) return reply
  const cookie = knownDeviceCookie(deps.settings, token, deps.now)
  return { ...reply, cookies: [...(reply.cookies ?? []), ...cookie] }
}

/** The answer of everything that logs in: body, JWT cookies, session and CSRF cookies. */
export function loginReply(
  context: Pick<Context, 'deps'>,
  user: User,
  credentials: Credentials,
  kind: JwtBodyKind,
  status = 200,
): Reply {
  const { settings, now, randomBytes } = context.deps
  const body = credentialsBody(settings, user, credentials, kind)
  const { jwt, sessionKey } = credentials
  const setsJwtCookies = kind === 'login' || settings.REGISTRATION_SETS_JWT_COOKIES
  const setsCsrf =
    sessionKey !== undefined ||
    (jwt !== undefined &&
      settings.JWT_LOGIN_SETS_CSRF_COOKIE &&
      settings.JWT_AUTH_COOKIE_USE_CSRF &&
      settings.JWT_AUTH_COOKIE !== undefined)
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
