/** Which codes are judged, under which key, and how many of them. */
import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../../src/crypto.ts'
import { countRequest } from '../../../src/core/limits/throttle.sql.ts'
import { countGuess, forgetFailures } from '../../../src/core/second-factor/failures.ts'
import { typedRecoveryCode } from '../../../src/core/second-factor/recovery-codes.ts'
import { judgeCode } from '../../../src/core/second-factor/second-step.ts'
import { isRevokedLogin, isSamePassword } from '../../../src/core/second-factor/pending-login.ts'
import {
  openRecoveryCodes,
  openTotpSecret,
  sealTotpSecret,
  storeRecoveryCodes,
} from '../../../src/core/second-factor/stored-factor.ts'
import { typedCode } from '../../../src/core/second-factor/totp.ts'
import { totpDevices } from '../../../src/db/schema/second-factor.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { codeOf, FACTORS, SECRET, seedFactor, wrongCodeOf } from '../../support/second-factor.ts'
import { settingsOf } from '../../support/settings.ts'

async function factorApp(): Promise<TestApp> {
  const app = await createTestApp({ users: [aUser()], env: FACTORS })
  await seedFactor(app)
  return app
}

async function deviceOf(app: TestApp): Promise<typeof totpDevices.$inferSelect> {
  const [device] = await app.deps().db.select().from(totpDevices)
  if (device === undefined) throw new Error('no device')
  return device
}

describe('a code', () => {
  test('of a step counts where that step is newer than the last one used', async () => {
    const app = await factorApp()
    const device = await deviceOf(app)
    const step = Math.floor(app.clock.now().getTime() / 30_000)
    const judged = (lastStep: number) => judgeCode(app.deps(), { ...device, lastStep }, codeOf(app))
    expect(await judged(step - 1)).toEqual({ kind: 'totp', step })
    expect(await judged(step)).toBeUndefined()
    expect(await judged(step + 1)).toBeUndefined()
  })

  test('may be a recovery code, or is nothing', async () => {
    const app = await factorApp()
    const device = await deviceOf(app)
    expect(await judgeCode(app.deps(), device, '0123-4567')).toEqual({
      kind: 'recovery_code',
      hashes: [expect.any(String)],
    })
    expect(await judgeCode(app.deps(), device, wrongCodeOf(app))).toBeUndefined()
    expect(await judgeCode(app.deps(), device, 'x0123-4567x')).toBeUndefined()
  })

  test('of an app whose secret nobody can open may still be a recovery code, and the log says why', async () => {
    const app = await factorApp()
    const device = { ...(await deviceOf(app)), sealedSecret: 'damaged' }
    expect(await judgeCode(app.deps(), device, codeOf(app))).toBeUndefined()
    expect(await judgeCode(app.deps(), device, '0123-4567')).toMatchObject({
      kind: 'recovery_code',
    })
    expect(app.log).toContainEqual({
      level: 'error',
      event: 'totp_secret_unreadable',
      device_id: device.id,
    })
  })

  test.each(['x0123-4567', '0123-4567x', '0123-456', '01234567-', ''])(
    'typed as %j is no recovery code',
    (typed) => {
      const strict = settingsOf({ ...FACTORS, MFA_LENIENT_CODES: 'false' })
      expect(typedRecoveryCode(strict, typed)).toBeUndefined()
    },
  )

  test.each([
    ['true', ' 123 456 ', '123456'],
    ['false', '123 456', '123 456'],
  ])('is read with MFA_LENIENT_CODES %s: %j', (value, typed, read) => {
    expect(typedCode(settingsOf({ ...FACTORS, MFA_LENIENT_CODES: value }), typed)).toBe(read)
  })
})

describe('a secret', () => {
  const OLD = 'an-older-secret-key-0123456789-abcdefghijklmnop'

  test('that an older key has sealed is sealed by the newest, once', async () => {
    const app = await factorApp()
    const { deps } = app
    const old = { ...deps(), settings: { ...deps().settings, SECRET_KEY: OLD } }
    const sealedSecret = await sealTotpSecret(old, SECRET)
    await deps().db.update(totpDevices).set({ sealedSecret })
    const both = { ...deps(), settings: { ...deps().settings, SECRET_KEY_FALLBACKS: [OLD] } }
    expect(await openTotpSecret(both, await deviceOf(app))).toBe(SECRET)
    await app.settle()
    const resealed = await deviceOf(app)
    expect(resealed.sealedSecret).not.toBe(sealedSecret)
    expect(await openTotpSecret(deps(), resealed)).toBe(SECRET)
    expect(await openTotpSecret(both, resealed)).toBe(SECRET)
    await app.settle()
    expect(await deviceOf(app)).toEqual(resealed)
  })

  test('of a code that cannot be opened is left out of those that are shown', async () => {
    const { deps } = await factorApp()
    const settings = { ...deps().settings, MFA_RECOVERY_CODES_SHOW_ONCE: false }
    const { codes } = await storeRecoveryCodes({ ...deps(), settings }, ['0123-4567', '89ab-cdef'])
    const sealed = codes.map(({ sealedCode }) => sealedCode)
    expect(await openRecoveryCodes(settings, [null, ...sealed, 'damaged'])).toEqual([
      '0123-4567',
      '89ab-cdef',
    ])
  })
})

describe('a login that waits for its second step', () => {
  const login = (passwords: readonly string[], tokenVersion: number) =>
    ({ passwords, tokenVersion }) as unknown as Parameters<typeof isRevokedLogin>[0]

  test('goes on with any of the hashes that it may be stored under', async () => {
    const known = await Promise.all(['old', 'new'].map(sha256Hex))
    expect(await isSamePassword(login(known, 0), 'old')).toBe(true)
    expect(await isSamePassword(login(known, 0), 'new')).toBe(true)
    expect(await isSamePassword(login(known, 0), 'other')).toBe(false)
    expect(await isSamePassword(login([], 0), 'old')).toBe(false)
  })

  test('ends with a revocation', () => {
    expect(isRevokedLogin(login([], 0), null)).toBe(false)
    expect(isRevokedLogin(login([], 0), new Date(5_000))).toBe(true)
  })
})

describe('guesses', () => {
  test('are five in five minutes, of each account by itself', async () => {
    const app = await factorApp()
    const guess = (userId: number) => countRequest(app.deps().db, countGuess(app.deps(), userId))
    for (let index = 0; index < 5; index += 1) expect(await guess(1)).toBeUndefined()
    expect(await guess(1)).toBe(300)
    expect(await guess(2)).toBeUndefined()
    app.clock.advance(299)
    expect(await guess(1)).toBe(1)
    app.clock.advance(2)
    expect(await guess(1)).toBeUndefined()
  })

  test('are forgotten of one account', async () => {
    const app = await factorApp()
    const guess = (userId: number) => countRequest(app.deps().db, countGuess(app.deps(), userId))
    for (let index = 0; index < 5; index += 1) await guess(1)
    for (let index = 0; index < 5; index += 1) await guess(2)
    await forgetFailures(app.deps().db, 1)
    expect(await guess(1)).toBeUndefined()
    expect(await guess(2)).toBeDefined()
  })
})
