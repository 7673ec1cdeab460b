import { parseSettings, type Settings } from '../../src/settings/parse.ts'

/** What a deployment must say; everything else has a default. */
export const REQUIRED_ENV = {
  SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:1',
} as const

/** Settings for code that needs no database. */
export function settingsOf(env: Readonly<Record<string, unknown>> = {}): Settings {
  return parseSettings({ ...REQUIRED_ENV, ...env })
}

/** Random bytes that are not: 1, 2, 3 … */
export function countingBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index + 1)
}
