/** Webhooks as the cron handler sees them: their share of the run's outgoing requests. */
import type { Deps } from '../../deps.ts'
import { loadEvents } from './load-events.ts'

/** The share of a cron run's outgoing requests that webhooks may use; mails have the rest. */
export const WEBHOOK_SHARE = 1 / 4

/** Sends the webhooks that are due, where `WEBHOOKS` names endpoints; returns how many. The cron handler calls it. */
export async function deliverDueWebhooks(deps: Deps): Promise<number> {
  const { WEBHOOKS, CRON_MAX_SUBREQUESTS } = deps.settings
  if (WEBHOOKS.length === 0) return 0
  const { deliverWebhooks } = await loadEvents()
  return deliverWebhooks(deps, Math.floor(CRON_MAX_SUBREQUESTS * WEBHOOK_SHARE))
}
