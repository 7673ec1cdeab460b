/** Another verification mail, for who lost the first one. */
import { resendVerification } from '../../core/accounts/verify-email.ts'
import type { EmailContext } from '../../core/mail/outbox.sql.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { throttled } from '../../web/errors.ts'
import { emailField } from './fields.ts'
import { defineRoute, type Reply } from './define-route.ts'
import { handleSchema } from './mailed-schemas.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'
import { loadAccounts } from '../../core/accounts/load-accounts.ts'

/**
 * `registration/resend-email/`: mails another key or code (dj-rest-auth: `ResendEmailVerificationView`). 200 for
 * every valid address, known or not (user enumeration).
 */
export const resendEmailRoute = defineRoute({
  name: 'Resend Email Verification',
  description:
    'Resends another email to an unverified email.\n\nAccepts the following POST parameter: email.',
  access: 'anyone',
  isThrottled: (settings) => settings.policy.endpoints.allAreThrottled,
  methods: {
    POST: {
      summary: 'Send the verification mail again',
      turnstile: 'resend_email',
      input: (settings: Pick<Settings, 'ACCOUNT_SIGNUP_FIELDS'>) => ({
        email: emailField({
          required:
            settings.ACCOUNT_SIGNUP_FIELDS.find((field) => field.name === 'email')?.required ??
            true,
        }),
      }),
      responses: (settings) => ({
        200: settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
          ? { description: 'The same for everybody.', schema: handleSchema }
          : detailResponse('The same for known, unknown and verified addresses.'),
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps, request }, values) => {
        const { email = '' } = values
        if (deps.settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED) {
          return resendCode(deps, email, emailContextOf(deps.settings, request))
        }
        if (email !== '') {
          const context = emailContextOf(deps.settings, request)
          const outcome = await resendVerification(deps, email, context)
          if (outcome.kind === 'invalid') throw faultError(outcome.faults)
          if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
        }
        return { body: { detail: 'ok' } }
      },
    },
  },
})

async function resendCode(deps: Deps, email: string, context: EmailContext): Promise<Reply> {
  const { resendByCode } = await loadAccounts()
  const outcome = await resendByCode(deps, email, context)
  if (outcome.kind === 'invalid') throw faultError(outcome.faults)
  if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
  return { body: { detail: 'ok', handle: outcome.handle } }
}
