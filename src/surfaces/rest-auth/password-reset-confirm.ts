/** The second half of a password reset: the link's `uid` and `token`, or handle and code, with the new password. */
import { message } from '../../i18n/message.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { confirmPasswordReset, type ResetOutcome } from '../../core/accounts/reset-password.ts'
import type { ResetByCodeOutcome } from '../../core/accounts/reset-by-code.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Body } from '../../web/body.ts'
import { fieldErrors, throttled } from '../../web/errors.ts'
import { defineRoute, type Reply } from './define-route.ts'
import { charField, type TextField } from './fields.ts'
import { codeHandleFields } from './mailed-schemas.ts'
import { newPasswordFields } from './new-password.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'
import { loadAccounts } from '../../core/accounts/load-accounts.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * `password/reset/confirm/`: sets a password (dj-rest-auth: `PasswordResetConfirmView`). 400 under `uid` or `token`
 * for a link that is forged, used or expired, under `new_password2` for a password that the validators refuse. The
 * link stays valid in the latter case.
 */
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
      input: (
        settings: Pick<Settings, 'ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED'> & PolicyOf<'passwords'>,
        body?: Body,
      ) => ({
        ...newPasswordFields(settings),
        ...proofFields(settings, body),
      }),
      responses: () => ({
        200: detailResponse('Set.'),
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps }, values) => {
        const { uid = '', token = '', handle, code } = values
        const passwords = {
          newPassword1: values.new_password1,
          newPassword2: values.new_password2,
        }
        if (handle === undefined || code === undefined) {
          return replyTo(await confirmPasswordReset(deps, { uid, token, ...passwords }))
        }
        const { confirmResetByCode } = await loadAccounts()
        return replyTo(await confirmResetByCode(deps, { handle, code, ...passwords }))
      },
    },
  },
})

type ProofFields = {
  readonly uid?: TextField
  readonly token?: TextField
  readonly handle?: TextField
  readonly code?: TextField
}

/** A code with its handle, or a link's parts. Links that were mailed before the setting changed still work. */
function proofFields(
  settings: Pick<Settings, 'ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED'>,
  body: Body | undefined,
): ProofFields {
  const isByCode = settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED
  if (isByCode && body?.values['token'] === undefined) return codeHandleFields()
  return { uid: charField(), token: charField() }
}

function replyTo(outcome: ResetOutcome | ResetByCodeOutcome): Reply {
  switch (outcome.kind) {
    case 'reset':
      return { body: { detail: message('password_reset_done') } }
    case 'bad_uid':
      throw fieldErrors({ uid: [message('value_invalid')] })
    case 'bad_token':
      throw fieldErrors({ token: [message('value_invalid')] })
    case 'bad_handle':
      throw fieldErrors({ handle: [message('token_invalid')] })
    case 'bad_code':
      throw fieldErrors({ code: [message('code_invalid')] })
    case 'invalid':
      throw faultError(outcome.faults)
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}
