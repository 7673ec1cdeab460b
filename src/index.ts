import { createApp, type App, type ExecutionContextLike } from './app.ts'
import { openDeps, platform, type Client, type Deps } from './deps.ts'
import { deliverWaitingEmails } from './domain/outbox.ts'
import { deleteExpired } from './db/expired.ts'
import { misconfigured } from './misconfigured.ts'
import { parseSettings, SettingsError, type Settings } from './settings/parse.ts'

type Env = Readonly<Record<string, unknown>>
type Deployment =
  | { readonly kind: 'ready'; readonly settings: Settings; readonly app: App }
  | { readonly kind: 'misconfigured'; readonly message: string }

let deployment: Deployment | undefined

/** Settings are parsed once per isolate; `env` is the same object for all of its requests. */
function deploymentOf(env: Env): Deployment {
  deployment ??= deploy(env)
  return deployment
}

function deploy(env: Env): Deployment {
  try {
    const settings = parseSettings(env)
    const app = createApp(settings, (request, executionContext) =>
      liveDeps(settings, clientOf(request), executionContext),
    )
    return { kind: 'ready', settings, app }
  } catch (error) {
    if (error instanceof SettingsError) return { kind: 'misconfigured', message: error.message }
    throw error
  }
}

function liveDeps(
  settings: Settings,
  client: Client,
  executionContext: ExecutionContextLike | undefined,
): Deps {
  return openDeps(settings, {
    ...platform,
    client,
    defer: (work) => {
      executionContext?.waitUntil(work)
    },
  })
}

/** Cloudflare writes these headers itself: what a client sends under their names does not arrive. */
function clientOf(request: Request): Client {
  return {
    address: request.headers.get('cf-connecting-ip') ?? '',
    country: request.headers.get('cf-ipcountry') ?? '',
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 255),
    acceptLanguage: request.headers.get('accept-language') ?? '',
  }
}

const NOBODY: Client = { address: '', country: '', userAgent: '' }

export default {
  /** Serves a request; a misconfigured deployment says so in the log and answers 503. */
  async fetch(request: Request, env: Env, executionContext: ExecutionContextLike) {
    const found = deploymentOf(env)
    if (found.kind === 'ready') return found.app.fetch(request, executionContext)
    console.error(found.message)
    return misconfigured(request, found.message)
  },

  /** Retries mail that waits, and deletes what has expired. */
  async scheduled(_event: unknown, env: Env, executionContext: ExecutionContextLike) {
    const found = deploymentOf(env)
    if (found.kind === 'misconfigured') throw new Error(found.message)
    const deps = liveDeps(found.settings, NOBODY, executionContext)
    await deliverWaitingEmails(deps)
    await deleteExpired(deps.db, deps.now, deps.settings.AUDIT_RETENTION_DAYS)
  },
}
