import { completeSecondStep, type SecondStepOutcome } from '../../core/sign-in/by-second-factor.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import type { Settings } from '../../settings/parse.ts'
import { ApiError, fieldErrors, nonFieldError, throttled } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { charField } from './fields.ts'
import { deviceLoginReply } from './login-reply.ts'
import { credentialsResponses, fieldErrorsResponse } from './schemas.ts'

const CODE_MAX_LENGTH = 9

/** `mfa/verify/`: the second step of a login (dj-rest-auth: `MFAVerifyView`). */
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
      input: (_settings: Settings) => ({
        ephemeral_token: charField(),
        code: charField({ maxLength: CODE_MAX_LENGTH }),
      }),
      responses: (settings) => ({
        ...credentialsResponses(settings),
        400: fieldErrorsResponse('A bad code, or the first step is too long ago.'),
      }),
      handle: async (context, values) => {
        const { settings } = context.deps
        const outcome = await completeSecondStep(context.deps, {
          ephemeralToken: values.ephemeral_token,
          code: values.code,
          sessionKey: context.cookies[settings.SESSION_COOKIE_NAME],
          wanted: wantedBy(settings, settings.SESSION_LOGIN),
        })
        return replyTo(context, outcome)
      },
    },
  },
})

async function replyTo(context: Context, outcome: SecondStepOutcome): Promise<Reply> {
  switch (outcome.kind) {
    case 'issued':
      return deviceLoginReply(context, { ...outcome, kind: 'login' })
    case 'bad_token':
      throw fieldErrors({ ephemeral_token: ['Invalid or expired token.'] })
    case 'inactive':
      throw new ApiError('invalid', 400, { detail: ['User account is disabled.'] })
    case 'email_unverified':
      throw nonFieldError('E-mail is not verified.')
    case 'bad_code':
      throw fieldErrors({ code: ['Invalid code.'] })
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}
