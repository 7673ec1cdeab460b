import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { requestPasswordReset } from '../../core/accounts/request-reset.ts'
import { resetContextOf } from '../../web/email-context.ts'
import { throttled } from '../../web/errors.ts'
import { emailField } from './fields.ts'
import { defineRoute } from './define-route.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'

/** `password/reset/`: mails a link (dj-rest-auth: `PasswordResetView`). */
export const passwordResetRoute = defineRoute({
  name: 'Password Reset',
  when: hasPasswordLogin,
  description:
    'Calls Django Auth PasswordResetForm save method.\n\nAccepts the following POST parameters: email\nReturns the success/fail message.',
  access: 'anyone',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Ask for a link that sets a new password',
      turnstile: 'reset_password',
      input: () => ({ email: emailField() }),
      responses: () => ({
        200: detailResponse('The same for known and unknown addresses.'),
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps, request }, values) => {
        const context = resetContextOf(deps.settings, request)
        const outcome = await requestPasswordReset(deps, values.email, context)
        if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
        return { body: { detail: 'Password reset e-mail has been sent.' } }
      },
    },
  },
})
