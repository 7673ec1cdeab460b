/**
 * Checks of `wrangler.toml` for what a deployment needs besides variables: the cron trigger and the rate limit
 * binding.
 */
import type { Check } from './check.ts'
import { readWranglerConfig, tableOf, wranglerConfigName } from './wrangler-config.ts'

/** Whether the file configures what the service needs. */
export function checkWranglerConfig(
  directory: string,
  environment: string | undefined,
): readonly Check[] {
  const file = wranglerConfigName(directory)
  if (file === undefined) return []
  const config = readWranglerConfig(directory)
  const own = environment === undefined ? {} : tableOf(tableOf(config['env'])[environment])
  // As in wrangler: an environment inherits triggers, and no bindings.
  const crons = tableOf(own['triggers'] ?? config['triggers'])['crons']
  const limits = (environment === undefined ? config : own)['ratelimits']
  const block = environment === undefined ? '' : `env.${environment}.`
  return [checkTrigger(file, crons), checkLimiter(file, block, limits)]
}

/** Without the cron trigger, waiting mails are never retried and expired rows never deleted. */
function checkTrigger(file: string, crons: unknown): Check {
  const name = 'cron trigger'
  const given = Array.isArray(crons) ? crons.map(String) : []
  if (given.includes('* * * * *')) return { name, status: 'ok', detail: `every minute, in ${file}` }
  if (given.length > 0) {
    const detail = `${given.join(', ')} in ${file}: mails that could not be sent, webhooks and what expires wait for it`
    return { name, status: 'warning', detail, fix: TRIGGER_FIX }
  }
  const detail = `none in ${file}: mails that could not be sent wait for ever, and nothing that expires is deleted`
  return { name, status: 'failed', detail, fix: TRIGGER_FIX }
}

/** What to add to `wrangler.toml`. */
const TRIGGER_FIX = 'crons = ["* * * * *"] under [triggers], then npm run deploy'

/** Without the binding, floods of one address reach the database. */
function checkLimiter(file: string, block: string, limits: unknown): Check {
  const name = 'RATE_LIMITER'
  const all: readonly unknown[] = Array.isArray(limits) ? limits : []
  const found = all.map(tableOf).find((one) => one['name'] === name)
  const { limit, period } = tableOf(found?.['simple'])
  if (found !== undefined && typeof limit === 'number' && (period === 10 || period === 60)) {
    return { name, status: 'ok', detail: `${limit} requests of an address in ${period} seconds` }
  }
  return {
    name,
    status: 'warning',
    detail:
      found === undefined
        ? `no such binding in ${file}: floods of one address reach the database`
        : `the binding in ${file} lacks simple.limit, or simple.period of 10 or 60`,
    fix: `[[${block}ratelimits]] with name = "RATE_LIMITER", namespace_id and simple = { limit = 600, period = 60 }, then npm run deploy`,
  }
}
