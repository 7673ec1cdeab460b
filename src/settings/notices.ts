/** Whether owners are notified of security-relevant changes. */
import type { Settings } from './table.ts'

/**
 * Whether owners are told by mail of changed passwords and factors, and of what they lost. dj-rest-auth's own views
 * tell nobody; allauth, below them, tells of social accounts that were connected.
 */
export function notifiesOfEveryChange(settings: Settings): boolean {
  return settings.ACCOUNT_EMAIL_NOTIFICATIONS && settings.NOTIFY_OF_EVERY_CHANGE
}
