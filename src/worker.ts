import { createApp, type App, type ExecutionContextLike } from './service.ts'
import { platform, type Client, type Outside } from './deps.ts'
import { clientBlock } from './core/limits/client-block.ts'
import { misconfigured } from './surfaces/operations/misconfigured.ts'
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
    const app = createApp(settings, (request, executionContext) => ({
      ...outsideOf(executionContext, clientOf(request)),
      limitFlood: floodLimiter(env),
    }))
    return { kind: 'ready', settings, app }
  } catch (error) {
    if (error instanceof SettingsError) return { kind: 'misconfigured', message: error.message }
    throw error
  }
}

function outsideOf(executionContext: ExecutionContextLike | undefined, client: Client): Outside {
  return {
    ...platform,
    client,
    defer: (work) => {
      executionContext?.waitUntil(work)
    },
  }
}

/**
 * The binding `RATE_LIMITER` of wrangler.toml, where there is one. It counts loosely and per location, but
 * before anything else is done; a binding that fails stops nobody.
 */
function floodLimiter(env: Env): Outside['limitFlood'] {
  const binding = env['RATE_LIMITER']
  if (!isRateLimiter(binding)) return undefined
  return async (address) => {
    try {
      return (await binding.limit({ key: clientBlock(address) })).success
    } catch {
      return true
    }
  }
}

type RateLimiter = {
  readonly limit: (options: { readonly key: string }) => Promise<{ readonly success: boolean }>
}

function isRateLimiter(binding: unknown): binding is RateLimiter {
  return typeof binding === 'object' && binding !== null && 'limit' in binding
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
    const { deliverWaitingEmails } = await import('./core/mail/outbox.ts')
    const { deleteExpired } = await import('./db/expired.ts')
    const { openDeps } = await import('./request-deps.ts')
    const deps = openDeps(found.settings, outsideOf(executionContext, NOBODY))
    await deliverWaitingEmails(deps)
    await deleteExpired(deps.db, deps.now, deps.settings.AUDIT_RETENTION_DAYS)
  },
}
