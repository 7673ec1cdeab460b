import { message } from '../../i18n/message.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { login, type LoginOutcome } from '../../core/sign-in/by-password.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import type { Settings } from '../../settings/parse.ts'
import { nonFieldError, throttled } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { charField, emailField, passwordField } from './fields.ts'
import {
  deviceLoginReply,
  knownDevice,
  mailedStepReply,
  secondFactorReply,
  trustFields,
  trustTokenOf,
} from './login-reply.ts'
import { loginResponses } from './mfa-schemas.ts'
import { loginContext, loginChoiceFields } from './login-choices.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'
import { loadFactors } from './chunks.ts'

/** `login/`: name or address and password against a key, a JWT pair, a session (dj-rest-auth: `LoginView`). */
export const loginRoute = defineRoute({
  name: 'Login',
  // With the slash alone it is the other view there, which is what makes the factor go unasked without it.
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

function loginFields(settings: Settings) {
  return {
    username: charField({ required: false, allowBlank: true }),
    email: emailField({ required: false, allowBlank: true }),
    password: passwordField({ trim: settings.TRIM_PASSWORDS }),
    ...trustFields(settings),
    ...loginChoiceFields(settings),
  }
}

async function replyTo(context: Context, outcome: LoginOutcome): Promise<Reply> {
  switch (outcome.kind) {
    case 'issued':
      return deviceLoginReply(context, { ...outcome, kind: 'login' })
    case 'second_factor_required':
      return secondFactorReply(outcome)
    case 'mailed_step_required':
      return mailedStepReply(outcome)
    case 'no_mailbox':
      throw nonFieldError(message('no_mailbox'))
    case 'bad_credentials':
      throw nonFieldError(message('bad_credentials'))
    case 'email_unverified':
      throw nonFieldError(message('login_unverified'))
    case 'invalid':
      throw faultError(outcome.faults)
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}
