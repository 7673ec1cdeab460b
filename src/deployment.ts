/**
 * The service under the settings of a Worker. Settings arrive with the first request, are parsed once per isolate,
 * and checked before that request is served.
 */
import type { Deps } from './deps.ts'
import { createService, type Service } from './service.ts'
import type { Hooks } from './hooks.ts'
import type { SettingsInput } from './settings/input.ts'
import { isPlainlyRight } from './settings/check-plain.ts'
import { readPlain, type ReadSettings } from './settings/read-plain.ts'
import { SettingsError, wrongSettings } from './settings/settings-error.ts'
import type { Settings } from './settings/table.ts'
import { backgroundPlatform, workersPlatform, type Background } from './workers-platform.ts'
import { lazily } from './lazily.ts'
import { loadSocial } from './surfaces/rest-auth/chunks.ts'
import { loadEndpoints } from './surfaces/rest-auth/load-endpoints.ts'

const loadTables = lazily(() => import('./settings/tables.chunk.ts'))
const loadChecks = lazily(() => import('./settings/check.chunk.ts'))
const loadRareChecks = lazily(() => import('./settings/rare-checks.chunk.ts'))

/** The service under the settings of a Worker. */
export type Deployment = {
  /** The Worker's variables and bindings. */
  readonly env: object
  readonly hooks: Hooks | undefined
  /** What is made of them. The first request of an isolate brings the tables of settings, where they are needed. */
  readonly open: () => Promise<OpenDeployment>
  /**
   * What is wrong with the settings, in words for the operator. The first request of an isolate brings the rules that
   * judge them, where they are needed, and is served when they have.
   */
  readonly fault: () => Promise<string | undefined>
}

/** A deployment whose settings are read. */
type OpenDeployment = {
  readonly settings: Settings
  /** Absent where there is no service to make of the settings. */
  readonly service: Service | undefined
}

/** What a service is made of in code. */
type Code = { readonly settings?: SettingsInput; readonly hooks?: Hooks | undefined }

/** Reads the settings, variables before code, and makes the service. */
export function deploy({ settings: code = {}, hooks }: Code, env: object): Deployment {
  const variables = { ...code, ...env }
  const made = (read: ReadSettings) => ({ read, settings: read.settings, service: serve(read) })
  const serve = ({ settings, faults }: ReadSettings) =>
    faults.length > 0
      ? undefined
      : createService(settings, (...request) => ({ ...workersPlatform(...request), hooks }))
  const plain = readPlain(variables)
  let opened = plain && made(plain)
  // What is made is kept, not the promise: no request may wait for what another one has begun.
  const open = async () => {
    if (opened !== undefined) return opened
    const { readSettings } = await loadTables()
    return (opened ??= made(readSettings(variables)))
  }
  let verdict: { readonly message: string | undefined } | undefined
  const judge = async () => {
    const { read, settings } = await open()
    const found = [...(await faultsOf(read)), ...(await faultsOfApps(settings))]
    return (verdict ??= { message: found.length > 0 ? wrongSettings(found).message : undefined })
  }
  return { env, hooks, open, fault: async () => (verdict ?? (await judge())).message }
}

/** What the rules say of settings. They are read where it cannot be said without them. */
async function faultsOf(read: ReadSettings): Promise<readonly string[]> {
  if (isPlainlyRight(read)) return []
  const { rareNames, settingFaults } = await loadChecks()
  const rare = rareNames(read).length > 0 ? (await loadRareChecks()).RARE_CHECKS : undefined
  return settingFaults(read, rare)
}

/** What providers say of their apps. Their code is read where there are any. */
async function faultsOfApps({
  SOCIALACCOUNT_PROVIDERS: apps,
}: Settings): Promise<readonly string[]> {
  if (Object.keys(apps).length === 0) return []
  const { appFaults } = await loadSocial()
  return appFaults(apps)
}

/** Dependencies of work that no request asked for. Throws what is wrong with the settings. */
export async function backgroundDeps(
  deployment: Deployment,
  background: Background | undefined,
): Promise<Deps> {
  const fault = await deployment.fault()
  if (fault !== undefined) throw new SettingsError(fault)
  const { openDeps } = await loadEndpoints()
  const { settings } = await deployment.open()
  return openDeps(settings, {
    ...backgroundPlatform(deployment.env, background),
    hooks: deployment.hooks,
  })
}
