/**
 * Reads settings without their tables, which a start would have to compile. `read.ts` reads the rest, and whatever has a
 * fault: what both read, they read alike.
 */
import { DEFINITIONS } from './definitions.ts'
import { policyOf } from './policy.ts'
import { spellingOf } from './raw-value.ts'
import { parseShape } from './shape.ts'
import type { Settings, SettingsByName } from './table.ts'

/** Worker variables. */
export type Env = Readonly<Record<string, unknown>>

/** Settings as they can be read, and what could not. */
export type ReadSettings = {
  readonly settings: Settings
  readonly faults: readonly string[]
  /** Names of the variables that were given. */
  readonly names: readonly string[]
}

/** Variables of no setting that change settings all the same: Django's tables, and apps at social providers. */
const CHANGES_OTHERS = /^(?:REST_AUTH|SIMPLE_JWT|REST_FRAMEWORK)$|_CLIENT_ID$/

/** Reads settings from Worker variables; `undefined` where one of them has a fault, or needs the tables. */
export function readPlain(env: Env): ReadSettings | undefined {
  const names = Object.keys(env)
  if (names.some((name) => CHANGES_OTHERS.test(name))) return undefined
  const isExact = spellingOf(env['DJANGO_COMPATIBILITY']).toLowerCase() === 'exact'
  const mode = isExact ? 'exact' : 'default'
  const values = Object.create(null) as Record<string, unknown>
  for (const name in DEFINITIONS) values[name] = DEFINITIONS[name]?.[mode]
  try {
    for (const name of names) {
      const definition = DEFINITIONS[name]
      if (definition === undefined || env[name] === undefined) continue
      if (definition.shape === undefined) return undefined
      values[name] = parseShape(definition.shape, env[name], values[name])
    }
  } catch {
    return undefined
  }
  // The keys of DEFINITIONS are those of SETTINGS.
  const parsed = values as SettingsByName
  const settings: Settings = Object.assign(parsed, { policy: policyOf(parsed) })
  return { settings: Object.freeze(settings), faults: [], names }
}
