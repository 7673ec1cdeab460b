import type { ExecutionContext } from 'hono'
import { createService, type Service } from './service.ts'
import { readSettings, SettingsError, wrongSettings, type Env } from './settings/read.ts'
import type { Settings } from './settings/table.ts'
import { misconfigured } from './surfaces/operations/misconfigured.ts'
import { scheduledPlatform } from './workers-platform.ts'

type Deployment = {
  readonly settings: Settings
  /** Absent where there is no service to make of the settings. */
  readonly service: Service | undefined
  /** What is wrong with the settings; `undefined` until somebody has looked. */
  verdict: { readonly message: string | undefined } | undefined
}

let deployment: Deployment | undefined

/** Settings are read once per isolate; `env` is the same object for all of its requests. */
function deploymentOf(env: Env): Deployment {
  deployment ??= deploy(env)
  return deployment
}

function deploy(env: Env): Deployment {
  const { settings, faults } = readSettings(env)
  if (faults.length > 0) return { settings, service: undefined, verdict: undefined }
  try {
    return { settings, service: createService(settings), verdict: undefined }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return { settings, service: undefined, verdict: { message: error.message } }
  }
}

/**
 * What is wrong with the settings, in words for the operator. The first request of an isolate brings the rules that
 * judge them, while it is under way, and is answered when they are judged.
 */
async function settingsFault(found: Deployment, env: Env): Promise<string | undefined> {
  if (found.verdict === undefined) {
    const { settingFaults } = await import('./settings/check.ts')
    const faults = settingFaults(readSettings(env))
    found.verdict ??= { message: faults.length > 0 ? wrongSettings(faults).message : undefined }
  }
  return found.verdict.message
}

export default {
  /** Serves a request; a misconfigured deployment says so in the log and answers 503. */
  async fetch(request: Request, env: Env, executionContext: ExecutionContext) {
    const found = deploymentOf(env)
    const answer = found.service?.fetch(request, env, executionContext)
    const fault = await settingsFault(found, env)
    if (fault === undefined && answer !== undefined) return answer
    console.error(fault)
    return misconfigured(request, fault ?? '')
  },

  /** Retries mail that waits, and deletes what has expired. */
  async scheduled(_event: unknown, env: Env, executionContext: ExecutionContext) {
    const found = deploymentOf(env)
    const fault = await settingsFault(found, env)
    if (fault !== undefined) throw new Error(fault)
    const { deliverWaitingEmails } = await import('./core/mail/outbox.ts')
    const { deleteExpired } = await import('./db/expired.ts')
    const { openDeps } = await import('./request-deps.ts')
    const deps = openDeps(found.settings, scheduledPlatform(executionContext))
    await deliverWaitingEmails(deps)
    await deleteExpired(deps.db, deps.now, deps.settings.AUDIT_RETENTION_DAYS)
  },
}
