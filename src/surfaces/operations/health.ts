import type { Deps } from '../../deps.ts'
import { MIGRATE } from '../../web/error-response.ts'
import type { Page } from '../../web/page.ts'
import type { Settings } from '../../settings/parse.ts'
import { loadOperations } from './load-operations.ts'

/** What watches the service: alive, ready, and how much of what happens. */
export function healthPages(settings: Settings): readonly Page[] {
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
 * Ready means that the database answers and has seen the newest migration; a newer one serves an older version, too.
 * Where it does not answer, the app says 503 as for every request.
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

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  })
}
