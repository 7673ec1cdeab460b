/** Notices to the owner about changes of factors (NIST SP 800-63B §4.6). */
import { sql, type SQL } from 'drizzle-orm'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import { clientLanguage, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import { notifiesOfEveryChange } from '../../settings/notices.ts'

/** Mails that notify an owner of a changed factor. */
export type FactorNotice = Extract<
  EmailKind,
  | 'totp_activated'
  | 'totp_deactivated'
  | 'recovery_codes_generated'
  | 'recovery_codes_used_up'
  | 'passkey_added'
  | 'passkey_removed'
>

/**
 * The statement that queues such a mail for the account that `userId`, a subquery, finds; for none where
 * `ACCOUNT_EMAIL_NOTIFICATIONS` is off or there is no address (ASVS 6.3.7).
 */
export function factorNotice(
  deps: OutboxDeps,
  kind: FactorNotice,
  {
    user: { email },
    owner,
  }: { readonly user: { readonly email: string | SQL }; readonly owner: SQL },
) {
  const isNotified = notifiesOfEveryChange(deps.settings) && email !== ''
  return queueEmail(deps, kind, {
    userId: isNotified ? owner : NO_USER,
    address: email,
    condition: sql`${email} <> ''`,
    context: { origin: '', language: clientLanguage(deps) },
  })
}
