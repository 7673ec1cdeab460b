/**
 * The second step of a login. The first step answered an `ephemeral_token` that names the proof; nothing was issued
 * until both are here.
 */
import { message } from '../../i18n/message.ts'
import { completeSecondStep, type SecondStepOutcome } from '../../core/sign-in/by-second-factor.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import { trustsDevices, type DeviceTrustSettings } from '../../settings/trust-cookie.ts'
import { ApiError, fieldErrors } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import {
  readTrustChoice,
  trustChoiceFields,
  trustedReply,
  trustedResponses,
} from './device-trust.ts'
import { charField, type TextField } from './fields.ts'
import { loginResultReply } from './login-reply.ts'
import { credentialsResponses, fieldErrorsResponse } from './schemas.ts'

/** Recovery codes have eight characters, perhaps with a hyphen; codes of an app have six digits. */
const CODE_MAX_LENGTH = 9

/** How `OPTIONS` names `login/` where there are second factors (dj-rest-auth: `MFALoginView`). */
export const MFA_LOGIN_VIEW = {
  name: 'Mfa Login',
  description:
    'Subclass of LoginView that checks for MFA.\n\nIf the user has MFA enabled, returns an ephemeral token instead of\ncompleting login. The client must then POST to mfa/verify/ to exchange\nthe ephemeral token + TOTP code for a real auth token.',
}

/**
 * `mfa/verify/`: the second step of a login (dj-rest-auth: `MFAVerifyView`).
 *
 * 200 with credentials, as `login/` has them; 400 for an expired or used token, under `ephemeral_token`, and for a
 * wrong or replayed code, under `code`; 429 after too many wrong codes, counted for each account, not each token.
 */
export const mfaVerifyRoute = defineRoute({
  name: 'Mfa Verify',
  description: 'Exchange ephemeral_token + TOTP/recovery code for a real auth token.',
  when: (settings) => settings.MFA_ENABLED,
  access: 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Log in, the second step',
      input: verifyFields,
      responses: (settings) => ({
        ...trustedResponses(credentialsResponses(settings), trustsDevices(settings)),
        400: fieldErrorsResponse('A bad code, or the first step is too long ago.'),
      }),
      handle: async (context, values) => {
        const { settings } = context.deps
        const choice = readTrustChoice(values.trust)
        const outcome = await completeSecondStep(context.deps, {
          ephemeralToken: values.ephemeral_token,
          code: values.code,
          trusts: choice !== undefined,
          sessionKey: context.cookies[settings.SESSION_COOKIE_NAME],
          wanted: wantedBy(settings, settings.SESSION_LOGIN),
        })
        const reply = await replyTo(context, outcome)
        const trustToken = outcome.kind === 'issued' ? outcome.trustToken : undefined
        return trustedReply(context.deps, reply, { trustToken, choice })
      },
    },
  },
})

type VerifyFields = ReturnType<typeof trustChoiceFields> & {
  readonly ephemeral_token: TextField
  readonly code: TextField
}

function verifyFields(settings: DeviceTrustSettings): VerifyFields {
  return {
    ephemeral_token: charField(),
    code: charField({ maxLength: CODE_MAX_LENGTH }),
    ...trustChoiceFields(trustsDevices(settings)),
  }
}

async function replyTo(context: Context, outcome: SecondStepOutcome): Promise<Reply> {
  switch (outcome.kind) {
    case 'issued':
    case 'email_unverified':
    case 'throttled':
      return loginResultReply(context, outcome)
    case 'bad_token':
      throw fieldErrors({ ephemeral_token: [message('token_invalid')] })
    case 'inactive':
      throw new ApiError('invalid', {
        status: 400,
        body: { detail: [message('account_disabled')] },
      })
    case 'bad_code':
      throw fieldErrors({ code: [message('code_invalid')] })
  }
}
