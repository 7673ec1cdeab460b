/** Verifying the address of a new account. */
import { message } from '../../i18n/message.ts'
import { verifyEmail } from '../../core/accounts/verify-email.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Body } from '../../web/body.ts'
import { fieldErrors, notFound, throttled } from '../../web/errors.ts'
import { charField, type TextField } from './fields.ts'
import { defineRoute, type Reply } from './define-route.ts'
import { codeHandleFields } from './mailed-schemas.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { loadAccounts } from '../../core/accounts/load-accounts.ts'

/**
 * `registration/verify-email/`: takes the key of a verification mail, or handle and code (dj-rest-auth:
 * `VerifyEmailView`). 200; 404 for a key that is forged or expired, which is allauth's answer. It never logs in: a
 * mail scanner that posts the form would.
 */
export const verifyEmailRoute = defineRoute({
  name: 'Verify Email',
  description:
    'Verifies the email associated with the provided key.\n\nAccepts the following POST parameter: key.',
  access: 'anyone',
  isThrottled: (settings) => settings.policy.endpoints.allAreThrottled,
  allow: ['POST', 'OPTIONS', 'HEAD'],
  methods: {
    POST: {
      summary: 'Verify an e-mail address',
      input: verificationFields,
      responses: (settings) => ({
        ...(settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
          ? { 400: fieldErrorsResponse('A bad code, or it was sent too long ago.') }
          : {}),
        200: detailResponse('Verified.'),
        404: detailResponse('The key is false, used, or too old.'),
      }),
      handle: async ({ deps }, values) => {
        const { handle, code, key = '' } = values
        if (handle !== undefined && code !== undefined) return verifyByCode(deps, handle, code)
        const outcome = await verifyEmail(deps, key)
        if (outcome === 'unknown_key') throw notFound()
        return VERIFIED
      },
    },
  },
})

const VERIFIED: Reply = { body: { detail: 'ok' } }

/**
 * A code with its handle, or the key of a link: social sign-ups, and mails from before the setting changed, have
 * links.
 */
function verificationFields(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED'>,
  body?: Body,
): VerificationFields {
  const isByCode = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
  return isByCode && body?.values['key'] === undefined ? codeHandleFields() : { key: charField() }
}

type VerificationFields = {
  readonly key?: TextField
  readonly handle?: TextField
  readonly code?: TextField
}

async function verifyByCode(deps: Deps, handle: string, code: string): Promise<Reply> {
  const { verifyEmailByCode } = await loadAccounts()
  const outcome = await verifyEmailByCode(deps, { handle, code })
  switch (outcome.kind) {
    case 'verified':
      return VERIFIED
    case 'bad_handle':
      throw fieldErrors({ handle: [message('token_invalid')] })
    case 'bad_code':
      throw fieldErrors({ code: [message('code_invalid')] })
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}
