/** What the cron trigger runs. */
export { deliverWaitingEmails } from './core/mail/outbox.ts'
export { deleteExpired, retentionOf } from './db/expired.ts'
