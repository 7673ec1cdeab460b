/** Reads settings by their tables, whatever they are. */
import { spreadTables } from './django-tables.ts'
import { policyOf } from './policy.ts'
import { spellingOf } from './raw-value.ts'
import type { Env, ReadSettings } from './read-plain.ts'
import type { Setting } from './setting.ts'
import { fillFromVariables } from './social-providers.ts'
import { SETTINGS, type SettingsByName } from './table.ts'

/** Reads settings from Worker variables; `check.ts` says whether they can work. */
export function readSettings(variables: Env): ReadSettings {
  const faults: string[] = []
  const env = spreadTables(variables, faults)
  const isExact = spellingOf(env['DJANGO_COMPATIBILITY']).toLowerCase() === 'exact'
  // Without a prototype, as the table is.
  const values = Object.create(null) as Record<string, unknown>
  for (const [name, definition] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const raw = env[name]
    values[name] = isExact ? definition.exact : definition.default
    if (raw === undefined) continue
    try {
      values[name] = definition.parse(raw, values[name])
    } catch (error) {
      faults.push(`${name} ${wordsOf(error)}`)
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

/** What is wrong with a value. An error of the runtime says nothing to an operator: the parser had not foreseen the value. */
function wordsOf(error: unknown): string {
  return error instanceof Error && !(error instanceof TypeError) ? error.message : 'cannot be read'
}
