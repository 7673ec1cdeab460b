/** Sends events to other systems: loaded only where `WEBHOOKS` names some. */
export { databaseFollowedBy } from '../../db/condition.ts'
export { webhookEventOf } from './audited.ts'
export { deliverWebhooks } from './deliver-webhooks.ts'
export { readWebhookCounts } from './webhook-deliveries.sql.ts'
export { webhookStatements } from './webhook-events.ts'
