/** Notices about connected and disconnected providers. */
import { sql, type SQL } from 'drizzle-orm'
import { clientLanguage, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { insertEmails, type NewEmails } from '../mail/outbox.sql.ts'
import { notifiesOfEveryChange } from '../../settings/notices.ts'
import { ownerOfConnected, type SocialAccountData } from './login.sql.ts'

/**
 * A mail that tells an owner who may sign in to the account (allauth: `account_connected`,
 * `account_disconnected`); no mail is sent with `ACCOUNT_EMAIL_NOTIFICATIONS` off.
 */
export function socialAccountMail(
  deps: OutboxDeps,
  kind: 'social_account_connected' | 'social_account_disconnected',
  recipients: SQL,
): NewEmails {
  const { settings } = deps
  const isNotified =
    kind === 'social_account_connected'
      ? settings.ACCOUNT_EMAIL_NOTIFICATIONS
      : notifiesOfEveryChange(settings)
  return {
    kind,
    recipients: isNotified
      ? recipients
      : sql`(select user_id, email, context from ${recipients} where 0)`,
    context: { origin: '', language: clientLanguage(deps) },
    idempotencyKey: newIdempotencyKey(deps, kind),
  }
}

/** Queues the mail about a social account that the batch has just connected; comes after its statement. */
export function notifyOfConnection(deps: OutboxDeps, data: SocialAccountData) {
  const recipients = ownerOfConnected(data, deps.now)
  const mail = socialAccountMail(deps, 'social_account_connected', recipients)
  return insertEmails(deps.db, mail, deps.now)
}
