/** Prometheus metrics in the text format 0.0.4, written by hand: four kinds of lines need no client library. */
import { sql } from 'drizzle-orm'
import { readCounters } from '../../core/mail/counters.sql.ts'
import { ADMIN_KEY_PREFIX, findKey, noteUse } from '../../core/operator/admin-keys.ts'
import { constantTimeEqualText } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../web/errors.ts'
import { loadEvents } from '../../core/events/load-events.ts'

/** A value with the labels that distinguish it. */
type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number }

/** A metric. Its unit is in its name, as Prometheus and OpenTelemetry recommend. */
type Metric = {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly samples: readonly Sample[]
}

/** The counters. Callers without the token get 404: the page does not exist for them. */
export async function serveMetrics(deps: Deps, request: Request): Promise<Response> {
  if (!(await mayRead(deps, request.headers.get('authorization') ?? ''))) throw notFound()
  const metrics = [...(await ownMetrics(deps)), ...(await webhookMetrics(deps))]
  return new Response(`${metrics.flatMap(linesOf).join('\n')}\n`, {
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
  })
}

/**
 * `METRICS_TOKEN` lets in, compared in constant time; so does a machine key with the scope `counters:read` where
 * there is an operator's API.
 */
async function mayRead(deps: Deps, authorization: string): Promise<boolean> {
  const { settings, db, now } = deps
  const key = authorization.replace(/^Bearer +/i, '')
  if (settings.ADMIN_API && key.startsWith(ADMIN_KEY_PREFIX)) {
    const found = await findKey(deps, key, sql`null`)
    if (found?.scopes.includes('counters:read') !== true) return false
    if (!found.isUseNoted) deps.deferWrites([noteUse(db, found.id, now)])
    return true
  }
  if (settings.METRICS_TOKEN === undefined) return false
  return constantTimeEqualText(authorization, `Bearer ${settings.METRICS_TOKEN}`)
}

async function ownMetrics({ db, now }: Deps): Promise<readonly Metric[]> {
  const { events, totals, waitingEmails, oldestEmailAt } = await readCounters(db, now)
  const oldestMs = oldestEmailAt === undefined ? 0 : now.getTime() - oldestEmailAt.getTime()
  return [
    {
      name: 'rest_auth_events_total',
      type: 'counter',
      help: 'What happened since the service began, by kind.',
      samples: samplesOf({ ...ZEROS, ...totals }),
    },
    {
      name: 'rest_auth_events_24h',
      type: 'gauge',
      help: 'What happened in the last 24 hours, by kind.',
      samples: samplesOf(events),
    },
    gauge('rest_auth_emails_waiting', 'Mails in the outbox.', waitingEmails),
    gauge('rest_auth_oldest_email_seconds', 'Age of the mail that waits longest.', oldestMs / 1000),
  ]
}

/**
 * Kinds that alerts are about (docs/alerts.yml) begin at zero: Prometheus sees no increase in a series that begins with
 * its first event, and the first stolen token would raise no alert.
 */
const ZEROS: Readonly<Record<string, number>> = {
  login: 0,
  login_failed: 0,
  refresh_token_reused: 0,
  rights_changed: 0,
  impersonated: 0,
  email_bounced: 0,
  email_complained: 0,
}

async function webhookMetrics({ db, settings }: Deps): Promise<readonly Metric[]> {
  if (settings.WEBHOOKS.length === 0) return []
  const { readWebhookCounts } = await loadEvents()
  const { waiting, failed } = await readWebhookCounts(db)
  return [
    gauge('rest_auth_webhooks_waiting', 'Messages that wait for other systems.', waiting),
    gauge('rest_auth_webhooks_failed', 'Messages that were given up.', failed),
  ]
}

function samplesOf(counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([kind, value]) => ({ labels: { kind }, value }))
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [{ value }] }
}

/** `# HELP`, `# TYPE` and a line for each sample. */
function linesOf({ name, type, help, samples }: Metric): readonly string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ labels = {}, value }) => {
      const given = Object.entries(labels).map(
        ([label, text]) => `${label}=${JSON.stringify(text)}`,
      )
      return `${name}${given.length > 0 ? `{${given.join(',')}}` : ''} ${value}`
    }),
  ]
}
