import type { Deps } from './deps.ts'
import { createService, type Service } from './service.ts'
import type { SettingsInput } from './settings/input.ts'
import { parseSettings, SettingsError, type Settings } from './settings/parse.ts'
import { backgroundPlatform, type Background } from './workers-platform.ts'

/** The service under the settings of a Worker, or what is wrong with them. */
export type Deployment =
  | { readonly kind: 'ready'; readonly settings: Settings; readonly service: Service }
  | { readonly kind: 'misconfigured'; readonly message: string }

/** Reads the settings, variables before code, and makes the service. */
export function deploy(code: SettingsInput, env: object): Deployment {
  try {
    const settings = parseSettings({ ...code, ...env })
    return { kind: 'ready', settings, service: createService(settings) }
  } catch (error) {
    if (error instanceof SettingsError) return { kind: 'misconfigured', message: error.message }
    throw error
  }
}

/** A function of a Worker's `env`, which is the same object for all requests of an isolate: called once. */
export function oncePerEnv<Value>(make: (env: object) => Value): (env: object) => Value {
  const made = new WeakMap<object, Value>()
  return (env) => {
    const value = made.get(env) ?? make(env)
    made.set(env, value)
    return value
  }
}

/** Dependencies of work that no request asked for. Throws what is wrong with the settings. */
export async function backgroundDeps(
  deployment: Deployment,
  background: Background | undefined,
): Promise<Deps> {
  if (deployment.kind === 'misconfigured') throw new SettingsError(deployment.message)
  const { openDeps } = await import('./surfaces/rest-auth/endpoints.chunk.ts')
  return openDeps(deployment.settings, backgroundPlatform(background))
}
