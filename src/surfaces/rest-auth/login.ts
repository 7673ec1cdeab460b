/**
 * The password login. The steps and their order (rate limit, hash, verified address, second factor) are in
 * `core/sign-in/by-password.ts`; here are the fields and sentences of dj-rest-auth's `LoginSerializer`.
 */
import { message } from '../../i18n/message.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { login, type LoginOutcome } from '../../core/sign-in/by-password.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import { nonFieldError } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { trustTokenOf } from './device-trust.ts'
import { knownDevice, loginResultReply } from './login-reply.ts'
import { loginResponses } from './mfa-schemas.ts'
import { loginContext } from './login-choices.ts'
import { loginFields } from './login-fields.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'
import { loadFactors } from './chunks.ts'

/**
 * `login/`: username or address and password in exchange for a key, a JWT pair or a session (dj-rest-auth:
 * `LoginView`).
 *
 * 200 with the credentials; 200 with `mfa_required` and an `ephemeral_token`, or with `code_required` and a
 * `handle`, where another step must follow; 400 for wrong credentials, which never says whether the account exists;
 * 429 where name or address had too many failures.
 */
export const loginRoute = defineRoute({
  name: 'Login',
  // The reference's two views share this URL: `login/` is `MFALoginView`, `login` without slash the plain one.
  named: async (settings, path) =>
    settings.MFA_ENABLED && path.endsWith('/') ? (await loadFactors()).MFA_LOGIN_VIEW : undefined,
  when: hasPasswordLogin,
  description:
    "Check the credentials and return the REST Token\nif the credentials are valid and authenticated.\nCalls Django Auth login method to register User ID\nin Django session framework\n\nAccept the following POST parameters: username, password\nReturn the REST Framework Token Object's key.",
  access: 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Log in',
      turnstile: 'login',
      input: loginFields,
      responses: (settings) => ({
        ...loginResponses(settings),
        400: fieldErrorsResponse('Wrong credentials, or missing fields.'),
      }),
      handle: async (given, values) => {
        const context = loginContext(given, values)
        const { settings } = context.deps
        const outcome = await login(context.deps, {
          username: values.username,
          email: values.email,
          password: values.password,
          sessionKey: context.cookies[settings.SESSION_COOKIE_NAME],
          deviceToken: knownDevice(context),
          trustToken: trustTokenOf(context, values.trust_token),
          wanted: wantedBy(settings, settings.SESSION_LOGIN),
        })
        return replyTo(context, outcome)
      },
    },
  },
})

async function replyTo(context: Context, outcome: LoginOutcome): Promise<Reply> {
  switch (outcome.kind) {
    case 'issued':
    case 'second_factor_required':
    case 'mailed_step_required':
    case 'no_mailbox':
    case 'email_unverified':
    case 'throttled':
      return loginResultReply(context, outcome)
    case 'bad_credentials':
      throw nonFieldError(message('bad_credentials'))
    case 'invalid':
      throw faultError(outcome.faults)
  }
}
