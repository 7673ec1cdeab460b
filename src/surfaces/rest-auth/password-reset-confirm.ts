import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { confirmPasswordReset, type ResetOutcome } from '../../core/accounts/reset-password.ts'
import type { Settings } from '../../settings/parse.ts'
import { fieldErrors, throttled } from '../../web/errors.ts'
import { defineRoute, type Reply } from './define-route.ts'
import { charField } from './fields.ts'
import { newPasswordFields } from './new-password.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'

/** `password/reset/confirm/`: sets a password by link (dj-rest-auth: `PasswordResetConfirmView`). */
export const passwordResetConfirmRoute = defineRoute({
  name: 'Password Reset Confirm',
  when: hasPasswordLogin,
  description:
    "Password reset e-mail link is confirmed, therefore\nthis resets the user's password.\n\nAccepts the following POST parameters: token, uid,\n    new_password1, new_password2\nReturns the success/fail message.",
  access: 'anyone',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Set a new password by link',
      input: (settings: Settings) => ({
        ...newPasswordFields(settings),
        uid: charField(),
        token: charField(),
      }),
      responses: () => ({
        200: detailResponse('Set.'),
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps }, values) => {
        const outcome = await confirmPasswordReset(deps, {
          uid: values.uid,
          token: values.token,
          newPassword1: values.new_password1,
          newPassword2: values.new_password2,
        })
        return replyTo(outcome)
      },
    },
  },
})

function replyTo(outcome: ResetOutcome): Reply {
  switch (outcome.kind) {
    case 'reset':
      return { body: { detail: 'Password has been reset with the new password.' } }
    case 'bad_uid':
      throw fieldErrors({ uid: ['Invalid value'] })
    case 'bad_token':
      throw fieldErrors({ token: ['Invalid value'] })
    case 'invalid':
      throw faultError(outcome.faults)
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}
