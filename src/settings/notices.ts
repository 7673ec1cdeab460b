/** Whether owners are notified of security-relevant changes. */
import type { Settings } from './table.ts'
import type { PolicyOf } from './policy.ts'

/**
 * Whether owners are notified by mail of changed passwords and factors, and of what they lost. dj-rest-auth's own views
 * send no mail; allauth, below them, reports connected social accounts.
 */
export function notifiesOfEveryChange(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_NOTIFICATIONS'> & PolicyOf<'mails'>,
): boolean {
  return settings.ACCOUNT_EMAIL_NOTIFICATIONS && settings.policy.mails.tellOfEveryChange
}
