/** What the cron trigger runs. */
export { finishDeletions } from './core/accounts/leave.ts'
export { deliverWaitingEmails } from './core/mail/outbox.ts'
export { rollUpEvents } from './core/audit/event-totals.sql.ts'
export { streamAudit } from './core/audit/stream.ts'
export { deleteExpired, retentionOf } from './db/expired.ts'
export { deliverDueWebhooks } from './core/events/deliver-due.ts'
