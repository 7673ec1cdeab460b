import { spreadTables } from './django-tables.ts'
import { policyOf } from './policy.ts'
import type { Setting } from './setting.ts'
import { fillFromVariables } from './social-providers.ts'
import { SETTINGS, type Settings, type SettingsByName } from './table.ts'

/** A deployment's settings are wrong; the message names every fault, one a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** The one message about faults: what is wrong, and where it is set. */
export function wrongSettings(faults: readonly string[]): SettingsError {
  const lines = faults.map((fault) => `- ${fault}`)
  return new SettingsError(['Settings are wrong:', ...lines, WHERE].join('\n'))
}

const WHERE =
  'Set them in wrangler.toml under [vars]; secrets with `npx wrangler secret put NAME`; on your machine, secrets in .dev.vars.'

/** Settings as they can be read, and what could not. */
export type ReadSettings = {
  readonly settings: Settings
  readonly faults: readonly string[]
  /** Names of the variables that were given. */
  readonly names: readonly string[]
}

/** Reads settings from Worker variables; `check.ts` says whether they can work. */
export function readSettings(variables: Env): ReadSettings {
  const faults: string[] = []
  const env = spreadTables(variables, faults)
  const isExact = String(env['DJANGO_COMPATIBILITY']).toLowerCase() === 'exact'
  // Without a prototype, as the table is.
  const values = Object.create(null) as Record<string, unknown>
  for (const [name, definition] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const raw = env[name]
    values[name] = isExact ? definition.exact : definition.default
    if (raw === undefined) continue
    try {
      values[name] = definition.parse(raw, values[name])
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : 'is wrong'}`)
    }
  }
  // The keys of SETTINGS are the keys of values; the loop above is the only writer.
  const parsed = values as SettingsByName
  const apps = fillFromVariables(parsed.SOCIALACCOUNT_PROVIDERS, env, parsed)
  const settings = Object.assign(parsed, {
    SOCIALACCOUNT_PROVIDERS: apps,
    policy: policyOf(parsed),
  })
  return { settings: Object.freeze(settings), faults, names: Object.keys(env) }
}

/** Worker variables. */
export type Env = Readonly<Record<string, unknown>>
