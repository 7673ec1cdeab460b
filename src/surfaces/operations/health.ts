/** Endpoints for load balancers, uptime monitors and Prometheus. */
import type { Deps } from '../../deps.ts'
import { MIGRATE } from '../../web/error-response.ts'
import type { Page } from '../../web/page.ts'
import type { Settings } from '../../settings/parse.ts'
import { loadOperations } from './load-operations.ts'

/**
 * `/healthz` (the Worker runs), `/readyz` (database and migrations), `/metrics`. At the root, where monitors expect
 * them, regardless of `URL_PREFIX`.
 */
export function healthPages(
  settings: Pick<Settings, 'ADMIN_API' | 'HEALTH_ENDPOINTS' | 'METRICS_TOKEN'>,
): readonly Page[] {
  if (!settings.HEALTH_ENDPOINTS) return []
  return [
    { path: '/healthz', serve: () => json({ status: 'ok' }) },
    { path: '/readyz', serve: serveReady },
    ...(settings.METRICS_TOKEN === undefined && !settings.ADMIN_API
      ? []
      : [
          {
            path: '/metrics',
            serve: async (deps: Deps, request: Request) =>
              (await loadOperations()).serveMetrics(deps, request),
          },
        ]),
  ]
}

/**
 * Ready means that the database answers and has this version's migrations, or newer ones: during a deployment the
 * old version runs against the new schema. Where the database does not answer, the app answers 503, as for every
 * request.
 */
async function serveReady({ db, log, now }: Deps): Promise<Response> {
  const { readMigrationState, selectProblem } = await loadOperations()
  const { migrations, rows } = await readMigrationState(db, selectProblem)
  if (migrations !== 'behind') {
    return json({ status: 'ok', database: 'ok', migrations, ...mailDetails(rows[0], now) })
  }
  log({ level: 'error', event: 'not_ready', hint: MIGRATE })
  return json({ status: 'unavailable', database: 'ok', migrations, detail: MIGRATE }, 503)
}

/** How long mails may wait before it is reported: providers fail for a moment now and then. */
const PATIENCE_MS = 5 * 60_000

/**
 * Why mails wait, where they do. The service is ready nevertheless, because logins work. It names neither mails nor
 * their number: anyone may read this, and would see whether a reset for some address was queued (user enumeration).
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

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  })
}
