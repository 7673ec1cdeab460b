/** Settings that Django nests in dictionaries (`REST_AUTH`, `SIMPLE_JWT`), spread into single names. */
import { restAuthSettings } from './rest-auth.ts'
import { fromJson } from './raw-value.ts'

type Env = Readonly<Record<string, unknown>>

/** Django's tables of settings, and the prefixes of their names here. */
const TABLES: Readonly<Record<string, string>> = {
  REST_AUTH: '',
  SIMPLE_JWT: 'SIMPLE_JWT_',
  REST_FRAMEWORK: '',
}

/** What this service reads of `REST_FRAMEWORK`; the rest is for other views. */
const OF_REST_FRAMEWORK = [
  'DEFAULT_AUTHENTICATION_CLASSES',
  'DEFAULT_THROTTLE_CLASSES',
  'DEFAULT_THROTTLE_RATES',
]

/**
 * Variables with the tables `REST_AUTH`, `SIMPLE_JWT` and `REST_FRAMEWORK` taken apart, as Django spells them: JSON, or
 * `[vars.REST_AUTH]` in TOML. A variable of its own goes before a table's.
 */
export function spreadTables(env: Env, faults: string[]): Env {
  const spread: Record<string, unknown> = { ...env }
  for (const [table, prefix] of Object.entries(TABLES)) {
    delete spread[table]
    for (const [key, value] of entriesOf(env[table], table, faults)) {
      if (table === 'REST_FRAMEWORK' && !OF_REST_FRAMEWORK.includes(key)) continue
      if (table === 'REST_AUTH' && !Object.hasOwn(restAuthSettings, key)) {
        if (!isUpstreamsOwn(value)) faults.push(`REST_AUTH has ${key}, which is unknown here`)
        continue
      }
      spread[prefix + key] ??= value
    }
  }
  return spread
}

function entriesOf(raw: unknown, table: string, faults: string[]): readonly [string, unknown][] {
  if (raw === undefined || raw === null || raw === '') return []
  try {
    const value = fromJson(raw)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.entries(value)
    }
  } catch {
    // Reported below: invalid JSON is not an object, either.
  }
  faults.push(`${table} must be an object, in JSON or as [vars.${table}]`)
  return []
}

/** Serializers that are the package's own are what this service has anyway. */
function isUpstreamsOwn(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.startsWith('dj_rest_auth.'))
}
