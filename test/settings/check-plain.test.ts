import { describe, expect, test } from 'vitest'
import { settingFaults } from '../../src/settings/check.ts'
import { isPlainlyRight } from '../../src/settings/check-plain.ts'
import { JUDGED } from '../../src/settings/judged.ts'
import { SETTINGS } from '../../src/settings/parse.ts'
import { RARE_CHECKS } from '../../src/settings/rare-checks.ts'
import { readSettings } from '../../src/settings/read.ts'
import { ALL_ON } from '../../bench/subjects.ts'
import { eachAlone, together } from '../support/odd-values.ts'
import { REQUIRED_ENV } from '../support/settings.ts'

/** A start reads the rules of settings only where something was given that they are about: nothing wrong may pass. */

type Env = Readonly<Record<string, unknown>>

/** Values of what is looked at without the rules, some of them wrong. */
const REQUIRED: readonly Env[] = [
  {},
  { SECRET_KEY: 'short' },
  { SECRET_KEY: undefined },
  { SECRET_KEY_FALLBACKS: 'short' },
  { TURSO_DATABASE_URL: 'file:local.db' },
  { TURSO_DATABASE_URL: ' ' },
  { TURSO_DATABASE_URL: undefined },
  { TURSO_AUTH_TOKEN: 'two words' },
  { RESEND_API_KEY: 'ключ' },
  { PUBLIC_URL: 'auth.example' },
  { PUBLIC_URL: 'https://auth.example/?x' },
  { PUBLIC_URL: '' },
  { DEFAULT_FROM_EMAIL: 'nobody' },
  { BRAND_NAME: 'two\nlines' },
  { SITE_NAME: 'one\u0000' },
  { RATE_LIMITER: {}, EMAIL: {} },
  { USE_JTW: 'true' },
  { MFA_ENABLD: 'true' },
  { REST_USE_JWT: 'true' },
  { JWT_ACCESS_TOKEN_LIFETIME: '5' },
]

/** So many values are read that a busy machine takes its time. */
const SLOW = { timeout: 120_000 }

const MODES = [{}, { DJANGO_COMPATIBILITY: 'exact' }]

describe.each(MODES)('under %j', SLOW, (mode) => {
  const read = (env: Env) => readSettings({ ...REQUIRED_ENV, ...mode, ...env })
  const isPassed = (env: Env) => isPlainlyRight(read(env))
  /** What passes without the rules, and would not pass them. */
  const wronglyPassed = (all: readonly Env[]) =>
    all.filter((env) => isPassed(env) && settingFaults(read(env), RARE_CHECKS).length > 0)

  test('defaults are right', () => {
    expect(settingFaults(read({}), RARE_CHECKS)).toEqual([])
    expect(isPassed({})).toBe(true)
  })

  test('nothing wrong passes alone', () => {
    expect(wronglyPassed([...REQUIRED, ...eachAlone()])).toEqual([])
  })

  test('nothing wrong passes together with others', () => {
    const passing = together(400, (name, value) => isPassed({ [name]: value }))
    expect(passing.filter((env) => !isPassed(env))).toEqual([])
    expect(wronglyPassed([...passing, ...together(400)])).toEqual([])
  })

  test('the rules find nothing while nothing is given that they are about', () => {
    const isUnjudged = (name: string, value: unknown) =>
      !JUDGED.includes(name) && read({ [name]: value }).faults.length === 0
    const free = Object.keys(SETTINGS).filter((name) => !JUDGED.includes(name))
    const all = together(400, (name, value) => free.includes(name) && isUnjudged(name, value))
    const faults = all.flatMap((env) => settingFaults(read(env), RARE_CHECKS))
    expect(faults.filter((fault) => !fault.startsWith('SECRET_KEY '))).toEqual([])
  })
})

test('what most deployments give passes', () => {
  const usual = { PUBLIC_URL: 'https://auth.example', DEFAULT_FROM_EMAIL: 'Us <us@auth.example>' }
  expect(isPlainlyRight(readSettings({ ...REQUIRED_ENV, ...ALL_ON, ...usual }))).toBe(true)
})
