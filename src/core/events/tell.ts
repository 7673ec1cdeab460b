import type { Deps } from '../../deps.ts'

/** Of the requests of one run of the cron handler, mails have the most. */
export const WEBHOOK_SHARE = 1 / 4

/** Tells other systems what waits for them, where `WEBHOOKS` names some; the cron handler calls it. */
export async function tellOtherSystems(deps: Deps): Promise<number> {
  const { WEBHOOKS, CRON_MAX_SUBREQUESTS } = deps.settings
  if (WEBHOOKS.length === 0) return 0
  const { deliverWebhooks } = await import('./events.chunk.ts')
  return deliverWebhooks(deps, Math.floor(CRON_MAX_SUBREQUESTS * WEBHOOK_SHARE))
}
