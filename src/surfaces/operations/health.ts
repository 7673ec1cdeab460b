import { constantTimeEqualText } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { MIGRATE } from '../../web/error-response.ts'
import { notFound } from '../../web/errors.ts'
import type { Page } from '../../web/page.ts'
import type { Settings } from '../../settings/parse.ts'

/** What watches the service: alive, ready, and how much of what happens. */
export function healthPages(settings: Settings): readonly Page[] {
  if (!settings.HEALTH_ENDPOINTS) return []
  return [
    { path: '/healthz', serve: () => json({ status: 'ok' }) },
    { path: '/readyz', serve: serveReady },
    ...(settings.METRICS_TOKEN === undefined ? [] : [{ path: '/metrics', serve: serveMetrics }]),
  ]
}

/**
 * Ready means that the database answers and has seen the newest migration; a newer one serves an older version, too.
 * Where it does not answer, the app says 503 as for every request.
 */
async function serveReady({ db, log, now }: Deps): Promise<Response> {
  const { readMigrationState, selectProblem } = await import('./operations.chunk.ts')
  const { migrations, rows } = await readMigrationState(db, selectProblem)
  if (migrations !== 'behind') {
    return json({ status: 'ok', database: 'ok', migrations, ...mailDetails(rows[0], now) })
  }
  log({ level: 'error', event: 'not_ready', hint: MIGRATE })
  return json({ status: 'unavailable', database: 'ok', migrations, detail: MIGRATE }, 503)
}

/** A provider that is away for a moment is nobody's concern. */
const PATIENCE_MS = 5 * 60_000

/**
 * Why mails wait, where they do: logins work meanwhile, so the service is ready. It names no mail and no number of them:
 * whoever asks for somebody's reset would see whether one was written.
 */
function mailDetails(
  problem: Readonly<Record<string, unknown>> | undefined,
  now: Date,
): { readonly mail?: MailDetails } {
  if (problem === undefined) return {}
  const sinceMs = Number(problem['sinceMs'])
  if (problem['kind'] !== 'held' && now.getTime() - sinceMs < PATIENCE_MS) return {}
  const since = new Date(sinceMs).toISOString()
  return { mail: { status: 'waiting', reason: String(problem['reason']), since } }
}

type MailDetails = { readonly status: 'waiting'; readonly reason: string; readonly since: string }

/** `METRICS_TOKEN` lets in; to others the page does not exist. */
async function serveMetrics({ db, now, settings }: Deps, request: Request): Promise<Response> {
  const given = request.headers.get('authorization') ?? ''
  if (!constantTimeEqualText(given, `Bearer ${settings.METRICS_TOKEN ?? ''}`)) throw notFound()
  const { readCounters } = await import('./operations.chunk.ts')
  const { events, waitingEmails, oldestEmailAt } = await readCounters(db, now)
  const oldestSeconds =
    oldestEmailAt === undefined ? 0 : (now.getTime() - oldestEmailAt.getTime()) / 1000
  const lines = [
    '# HELP rest_auth_events_24h What happened in the last 24 hours, by kind.',
    '# TYPE rest_auth_events_24h gauge',
    ...Object.entries(events).map(
      ([kind, count]) => `rest_auth_events_24h{kind=${JSON.stringify(kind)}} ${count}`,
    ),
    '# HELP rest_auth_emails_waiting Mails in the outbox.',
    '# TYPE rest_auth_emails_waiting gauge',
    `rest_auth_emails_waiting ${waitingEmails}`,
    '# HELP rest_auth_oldest_email_seconds Age of the mail that waits longest.',
    '# TYPE rest_auth_oldest_email_seconds gauge',
    `rest_auth_oldest_email_seconds ${oldestSeconds}`,
    ...(settings.WEBHOOKS.length === 0 ? [] : await webhookLines(db)),
  ]
  return new Response(`${lines.join('\n')}\n`, {
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
  })
}

async function webhookLines(db: Deps['db']): Promise<readonly string[]> {
  const { readWebhookCounts } = await import('../../core/events/events.chunk.ts')
  const { waiting, failed } = await readWebhookCounts(db)
  return [
    '# HELP rest_auth_webhooks_waiting Messages that wait for other systems.',
    '# TYPE rest_auth_webhooks_waiting gauge',
    `rest_auth_webhooks_waiting ${waiting}`,
    '# HELP rest_auth_webhooks_failed Messages that were given up.',
    '# TYPE rest_auth_webhooks_failed gauge',
    `rest_auth_webhooks_failed ${failed}`,
  ]
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  })
}
