import { resendVerification } from '../../core/accounts/verify-email.ts'
import type { Settings } from '../../settings/parse.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { throttled } from '../../web/errors.ts'
import { emailField } from './fields.ts'
import { defineRoute } from './define-route.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'

/** `registration/resend-email/`: another verification mail (dj-rest-auth: `ResendEmailVerificationView`). */
export const resendEmailRoute = defineRoute({
  name: 'Resend Email Verification',
  description:
    'Resends another email to an unverified email.\n\nAccepts the following POST parameter: email.',
  access: 'anyone',
  isThrottled: (settings) => settings.THROTTLE_ALL_ENDPOINTS,
  methods: {
    POST: {
      summary: 'Send the verification mail again',
      turnstile: 'resend_email',
      input: (settings: Settings) => ({
        email: emailField({
          required:
            settings.ACCOUNT_SIGNUP_FIELDS.find((field) => field.name === 'email')?.required ??
            true,
        }),
      }),
      responses: () => ({
        200: detailResponse('The same for known, unknown and verified addresses.'),
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps, request }, values) => {
        const { email = '' } = values
        if (email !== '') {
          const context = emailContextOf(deps.settings, request)
          const outcome = await resendVerification(deps, email, context)
          if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
        }
        return { body: { detail: 'ok' } }
      },
    },
  },
})
