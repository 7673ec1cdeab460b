/** The verification mail of a new account. */
import type { Deps } from '../../deps.ts'
import type { EmailContext } from '../mail/outbox.sql.ts'
import type { VerificationByCode } from './verify-by-code.ts'
import { loadAccounts } from './load-accounts.ts'

type VerificationMail = Pick<VerificationByCode, 'context'> & {
  readonly kind: 'confirm_email' | 'confirm_email_code'
  readonly handleFor?: VerificationByCode['handleFor']
}

/** The verification mail of a new account: with a link, or with a code and its handle. */
export async function verificationMail(
  deps: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  email: string,
  context: EmailContext,
): Promise<VerificationMail> {
  if (!deps.settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED) {
    return { kind: 'confirm_email', context }
  }
  const { verificationByCode } = await loadAccounts()
  return verificationByCode(deps, email, context)
}
