import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { DEFINITIONS } from '../../src/settings/definitions.ts'
import { JUDGED } from '../../src/settings/judged.ts'
import { SETTINGS } from '../../src/settings/parse.ts'
import { readPlain } from '../../src/settings/read-plain.ts'
import { readSettings } from '../../src/settings/read.ts'
import type { Setting } from '../../src/settings/setting.ts'
import type { SettingsByName } from '../../src/settings/table.ts'
import { packedSettings } from '../../src/tools/packed-settings.ts'
import { eachAlone, together } from '../support/odd-values.ts'

/** A start reads most settings without their tables; what it reads so is what the tables say. */

const TABLE = Object.entries<Setting<unknown>>(SETTINGS)

/** What the tables say of each setting that is data. */
const DATA = Object.fromEntries(
  TABLE.map(([name, { shape, default: safe, exact }]) => [
    name,
    { ...(shape === undefined ? {} : { shape }), default: safe, exact },
  ]),
)

test('the definitions are those of the tables', () => {
  expect({ ...DEFINITIONS }).toStrictEqual(DATA)
})

test('a bundle has the same, and neither tables nor rules', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from './definitions.ts'; export * from './judged.ts'",
      resolveDir: fileURLToPath(new URL('../../src/settings', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [packedSettings],
  })
  const text = outputFiles[0]?.text ?? ''
  expect(text).not.toContain('meaning')
  expect(text).not.toContain('Faults')
  const bundled: unknown = await import(`data:text/javascript,${encodeURIComponent(text)}`)
  expect({ ...(bundled as object) }).toStrictEqual({
    DEFINITIONS: Object.assign(Object.create(null), DATA),
    JUDGED,
  })
})

/** So many values are read that a busy machine takes its time. */
const SLOW = { timeout: 120_000 }

const MODES = [{}, { DJANGO_COMPATIBILITY: 'Exact' }]

describe.each(MODES)('under %j', SLOW, (mode) => {
  /** Variables that are read in two ways. */
  const differing = (all: readonly Readonly<Record<string, unknown>>[]) =>
    all.filter((env) => {
      const plain = readPlain({ ...mode, ...env })
      return plain !== undefined && !isDeepStrictEqual(plain, readSettings({ ...mode, ...env }))
    })

  test('each setting alone is read alike', () => {
    expect(differing(eachAlone())).toEqual([])
  })

  test('settings together are read alike', () => {
    const isPlain = (name: string, value: unknown) => readPlain({ ...mode, [name]: value })
    const plain = together(400, (name, value) => isPlain(name, value) !== undefined)
    expect(plain.filter((env) => readPlain(env) === undefined)).toEqual([])
    expect(differing([...plain, ...together(400)])).toEqual([])
  })

  test('what is plain and right needs no tables', () => {
    const alone = eachAlone().filter((env) =>
      Object.keys(env).every((name) => DEFINITIONS[name]?.shape !== undefined),
    )
    const unread = alone.filter((env) => {
      const given = { ...mode, ...env }
      return readPlain(given) === undefined && readSettings(given).faults.length === 0
    })
    expect(alone.length).toBeGreaterThan(5_000)
    expect(unread).toEqual([])
  })

  test('settings are frozen', () => {
    expect(Object.isFrozen(readPlain(mode)?.settings)).toBe(true)
  })
})

test('what only the tables can read is left to them', () => {
  const left = [
    { REST_AUTH: '{}' },
    { SIMPLE_JWT: undefined },
    { REST_FRAMEWORK: '{}' },
    { GITHUB_CLIENT_ID: 'x' },
    { USER_FIELDS: '{}' },
    { USE_JWT: 'perhaps' },
  ]
  expect(left.filter((env) => readPlain(env) !== undefined)).toEqual([])
})

test('a list may be given in code that nobody may change', () => {
  type Changeable = {
    [Name in keyof SettingsByName]: SettingsByName[Name] extends unknown[] ? Name : never
  }[keyof SettingsByName]
  expectTypeOf<Changeable>().toBeNever()
})
