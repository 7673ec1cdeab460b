/** Endpoints for webhook deliveries: what waits, what was given up, sending again. */
import { replayDeliveries } from '../../core/operator/replay-webhooks.ts'
import { listDeliveries, type ListedDelivery } from '../../core/events/webhook-deliveries.sql.ts'
import { adminRoute, type AdminRoute } from './define-admin-route.ts'

const PAGE = 50

/** `GET webhooks/`: deliveries that wait or were given up, the newest first. */
const deliveriesRoute = adminRoute({
  method: 'GET',
  path: 'webhooks/',
  summary: 'List messages that wait for other systems, or were given up, the newest first',
  scope: 'webhooks:read',
  input: {
    failed: { type: 'boolean', description: 'Only those that were given up.' },
    before: { type: 'integer', description: '`next` of the page before.' },
    limit: { type: 'integer', minimum: 1, maximum: 200 },
  },
  answers: 'DeliveryPage',
  handle: async ({ deps }, { failed = false, before, limit = PAGE }) => {
    const found = await listDeliveries(deps.db, {
      isFailed: failed,
      limit: limit + 1,
      ...(before === undefined ? {} : { before }),
    })
    const shown = found.slice(0, limit)
    const next = found.length > limit ? shown.at(-1)?.id : undefined
    return { body: { deliveries: shown.map(deliveryBody), next: next ?? null } }
  },
})

/** `POST webhooks/ID/replay/`: sends one again under its old id, by which receivers recognise a repeat. */
const replayRoute = adminRoute({
  method: 'POST',
  path: 'webhooks/:id/replay/',
  summary: 'Send a message that was given up once more, under its old id',
  scope: 'webhooks:write',
  answers: 'Replayed',
  handle: async ({ deps, id }) => ({ body: { replayed: await replayDeliveries(deps, id) } }),
})

/** `POST webhooks/replay/`: sends all again that were given up. */
const replayAllRoute = adminRoute({
  method: 'POST',
  path: 'webhooks/replay/',
  summary: 'Send all messages that were given up once more',
  scope: 'webhooks:write',
  answers: 'Replayed',
  handle: async ({ deps }) => ({ body: { replayed: await replayDeliveries(deps, 'all') } }),
})

/** A delivery without its payload, which is for the receiver alone. */
function deliveryBody(one: ListedDelivery) {
  return {
    id: one.id,
    receiver: one.endpoint,
    message_id: one.messageId,
    event: one.type,
    tries: one.attempts,
    created_at: one.createdAt.toISOString(),
    next_try_at: one.nextAttemptAt?.toISOString() ?? null,
    failed_at: one.failedAt?.toISOString() ?? null,
    reason: one.lastReason,
  }
}

/** Listing and replaying deliveries. */
export const webhookRoutes: readonly AdminRoute[] = [deliveriesRoute, replayRoute, replayAllRoute]
