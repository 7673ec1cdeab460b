/** The first half of a password reset: the mail. */
import { message } from '../../i18n/message.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import type { EmailContext } from '../../core/mail/outbox.sql.ts'
import type { Deps } from '../../deps.ts'
import { requestPasswordReset } from '../../core/accounts/request-reset.ts'
import { resetContextOf } from '../../web/email-context.ts'
import { throttled } from '../../web/errors.ts'
import { emailField } from './fields.ts'
import { defineRoute, type Reply } from './define-route.ts'
import { handleSchema } from './mailed-schemas.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'
import { loadAccounts } from '../../core/accounts/load-accounts.ts'

/**
 * `password/reset/`: mails a link, or a code (dj-rest-auth: `PasswordResetView`). 200 with the same sentence
 * whether or not the address is known, in the same time: the mail is written after the answer (user enumeration,
 * timing side channel).
 */
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
      responses: (settings) => ({
        200: settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED
          ? { description: 'The same for known and unknown addresses.', schema: handleSchema }
          : detailResponse('The same for known and unknown addresses.'),
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps, request }, values) => {
        const context = resetContextOf(deps.settings, request)
        if (deps.settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED) {
          return resetByCode(deps, values.email, context)
        }
        const outcome = await requestPasswordReset(deps, values.email, context)
        if (outcome.kind === 'invalid') throw faultError(outcome.faults)
        if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
        return { body: { detail: SENT } }
      },
    },
  },
})

const SENT = message('password_reset_sent')

async function resetByCode(deps: Deps, email: string, context: EmailContext): Promise<Reply> {
  const { requestResetByCode } = await loadAccounts()
  const outcome = await requestResetByCode(deps, email, context)
  if (outcome.kind === 'invalid') throw faultError(outcome.faults)
  if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
  return { body: { detail: SENT, handle: outcome.handle } }
}
