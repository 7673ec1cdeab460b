/**
 * Passwordless login by a mailed code (`ACCOUNT_LOGIN_BY_CODE_ENABLED`), after allauth's `RequestLoginCodeView` and
 * `ConfirmLoginCodeView`. The handle ties the code to the client that asked for it: a code that is phished or read
 * over a shoulder is of no use without it.
 */
import { message } from '../../i18n/message.ts'
import { logInByCode, type CodeLoginOutcome } from '../../core/accounts/emailed-login.ts'
import { confirmLoginStep } from '../../core/accounts/confirm-login-step.ts'
import type { SignInWish } from '../../core/accounts/mail-proof.ts'
import { requestLoginCode } from '../../core/accounts/request-login.ts'
import { hasMailedStep } from '../../settings/mailed-step.ts'
import { sparesMailedStep, type DeviceTrustSettings } from '../../settings/trust-cookie.ts'
import type { Settings } from '../../settings/parse.ts'
import { hasPasswordLogin, isSignUpByCodeOpen } from '../../settings/sign-up.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { fieldErrors, throttled } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import {
  readTrustChoice,
  trustChoiceFields,
  trustedReply,
  trustedResponses,
  trustFields,
} from './device-trust.ts'
import { loginResultReply } from './login-reply.ts'
import { MAIL_UNDERWAY, mailedLoginFields, wishOf } from './mailed-login.ts'
import { codeHandleFields, handleSchema } from './mailed-schemas.ts'
import { loginResponses } from './mfa-schemas.ts'
import { loginContext, loginChoiceFields, type LoginChoiceSettings } from './login-choices.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'
import type { PolicyOf } from '../../settings/policy.ts'

function isOn(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_BY_CODE_ENABLED' | 'SOCIALACCOUNT_ONLY'> &
    PolicyOf<'social'>,
): boolean {
  return settings.ACCOUNT_LOGIN_BY_CODE_ENABLED && hasPasswordLogin(settings)
}

/**
 * `login/code/request/`: mails a code and answers its handle. Known and unknown addresses get the same answer in
 * the same time (user enumeration).
 */
export const loginCodeRequestRoute = defineRoute({
  name: 'Login Code Request',
  description: 'Send a code that logs in to an e-mail address.',
  when: isOn,
  access: 'anyone',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Ask for a code by mail that logs in',
      turnstile: 'login',
      input: mailedLoginFields,
      // They are validated before the mail; they are stored when the code comes, and with it.
      takesGivenFields: isSignUpByCodeOpen,
      responses: () => ({
        200: {
          description: 'The same for known and unknown addresses; the code needs the handle.',
          schema: handleSchema,
        },
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps, request }, values) => {
        const context = emailContextOf(deps.settings, request)
        const outcome = await requestLoginCode(deps, values.email, context)
        if (outcome.kind === 'invalid') throw faultError(outcome.faults)
        if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
        return { body: { detail: MAIL_UNDERWAY, handle: outcome.handle } }
      },
    },
  },
})

/**
 * `login/code/confirm/`: logs in with handle and code. Also the second step where `ACCOUNT_LOGIN_BY_CODE_REQUIRED`
 * asks for a code after the password. Guesses are counted for each handle; 400 for a wrong or expired code,
 * whichever it is.
 */
export const loginCodeConfirmRoute = defineRoute({
  name: 'Login Code Confirm',
  description: 'Log in with a code that was sent by e-mail.',
  when: (settings) => isOn(settings) || hasMailedStep(settings),
  access: 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Log in by a mailed code',
      input: (settings: DeviceTrustSettings & LoginChoiceSettings) => ({
        ...codeHandleFields(),
        ...trustFields(settings),
        ...trustChoiceFields(sparesMailedStep(settings)),
        ...loginChoiceFields(settings),
      }),
      takesGivenFields: isSignUpByCodeOpen,
      responses: (settings) => ({
        ...trustedResponses(loginResponses(settings), sparesMailedStep(settings)),
        400: fieldErrorsResponse('A bad code, or it was asked for too long ago.'),
      }),
      handle: async (given, values) => {
        const context = loginContext(given, values)
        const choice = readTrustChoice(values.trust)
        const wish = { ...wishOf(context, values.trust_token), trusts: choice !== undefined }
        const typed = { ...values, own: context.own }
        const outcome = await confirm(context, { given, wish }, typed)
        const trustToken = outcome.kind === 'issued' ? outcome.trustToken : undefined
        return trustedReply(context.deps, await replyTo(context, outcome), { trustToken, choice })
      },
    },
  },
})

/** A handle is of a login that waits, or of a code that was asked for, which costs nothing to see. */
async function confirm(
  context: Context,
  { given, wish }: { readonly given: Context; readonly wish: SignInWish },
  typed: Parameters<typeof logInByCode>[1],
): Promise<CodeLoginOutcome> {
  const { deps } = context
  // A pending login remembers the choices of its first step.
  const step = hasMailedStep(deps.settings) ? await confirmLoginStep(given.deps, typed, wish) : BAD
  if (step.kind !== 'bad_handle' || !isOn(deps.settings)) return step
  return logInByCode(deps, typed, wish)
}

const BAD = { kind: 'bad_handle' } as const

async function replyTo(context: Context, outcome: CodeLoginOutcome): Promise<Reply> {
  switch (outcome.kind) {
    case 'issued':
    case 'second_factor_required':
    case 'email_unverified':
    case 'throttled':
      return loginResultReply(context, outcome)
    case 'bad_handle':
      throw fieldErrors({ handle: [message('token_invalid')] })
    case 'invalid':
      throw faultError(outcome.faults)
    case 'bad_code':
      throw fieldErrors({ code: [message('code_invalid')] })
  }
}
