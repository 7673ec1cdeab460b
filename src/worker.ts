import type { ExecutionContext } from 'hono'
import { createService, type Service } from './service.ts'
import { parseSettings, SettingsError, type Settings } from './settings/parse.ts'
import { misconfigured } from './surfaces/operations/misconfigured.ts'
import { scheduledPlatform } from './workers-platform.ts'

type Env = Readonly<Record<string, unknown>>
type Deployment =
  | { readonly kind: 'ready'; readonly settings: Settings; readonly service: Service }
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
    return { kind: 'ready', settings, service: createService(settings) }
  } catch (error) {
    if (error instanceof SettingsError) return { kind: 'misconfigured', message: error.message }
    throw error
  }
}

export default {
  /** Serves a request; a misconfigured deployment says so in the log and answers 503. */
  async fetch(request: Request, env: Env, executionContext: ExecutionContext) {
    const found = deploymentOf(env)
    if (found.kind === 'ready') return found.service.fetch(request, env, executionContext)
    console.error(found.message)
    return misconfigured(request, found.message)
  },

  /** Retries mail that waits, and deletes what has expired. */
  async scheduled(_event: unknown, env: Env, executionContext: ExecutionContext) {
    const found = deploymentOf(env)
    if (found.kind === 'misconfigured') throw new Error(found.message)
    const { deleteExpired, deliverWaitingEmails, openDeps } = await import('./cron.chunk.ts')
    const deps = openDeps(found.settings, scheduledPlatform(executionContext))
    await deliverWaitingEmails(deps)
    await deleteExpired(deps.db, deps.now, deps.settings.AUDIT_RETENTION_DAYS)
  },
}
