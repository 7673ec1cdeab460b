import type { Deps } from '../../deps.ts'
import type { EmailContext } from '../mail/outbox.sql.ts'
import type { VerificationByCode } from './verify-by-code.ts'
import { loadAccounts } from './load-accounts.ts'

type VerificationMail = Pick<VerificationByCode, 'context'> & {
  readonly kind: 'confirm_email' | 'confirm_email_code'
  readonly handleFor?: VerificationByCode['handleFor']
}

/** The mail by which a new account's address is verified: with a link, or with a code and the handle for it. */
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
