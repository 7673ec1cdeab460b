/** What somebody sees of a second factor may be over by the time they act: each statement decides anew, and says what it found. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  beginActivation,
  confirmActivation,
  type FactorCaller,
} from '../../../src/core/second-factor/totp-activation.ts'
import { deactivate } from '../../../src/core/second-factor/totp-deactivation.ts'
import {
  regenerateRecoveryCodes,
  showRecoveryCodes,
} from '../../../src/core/second-factor/recovery.ts'
import { storeRecoveryCodes } from '../../../src/core/second-factor/stored-factor.ts'
import type { Settings } from '../../../src/settings/parse.ts'
import { sealToken } from '../../../src/core/tokens/sealed-token.ts'
import type { TotpDevice } from '../../../src/core/second-factor/totp.sql.ts'
import { proofOf } from '../../../src/core/tokens/proof.sql.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { users } from '../../../src/db/schema/users.ts'
import { recoveryCodes, totpDevices } from '../../../src/db/schema/second-factor.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { codeOf, FACTORS, seedFactor, wrongCodeOf } from '../../support/second-factor.ts'
import { settingsOf } from '../../support/settings.ts'

let app: TestApp
let caller: FactorCaller

/** Alice, who saw no factor yet. */
beforeEach(async () => {
  app = await createTestApp({ users: [aUser({ emailVerified: true })], env: FACTORS })
  const [row] = await app.deps().db.select().from(users)
  if (row === undefined) throw new Error('nobody')
  const user = { ...row, passwordHash: row.password }
  caller = {
    user,
    proof: proofOf('caller', user),
    factor: { device: undefined, isUnverified: false },
  }
})

async function kinds(): Promise<readonly string[]> {
  await app.settle()
  const rows = await app.deps().db.select({ kind: auditEvents.kind }).from(auditEvents)
  return rows.map(({ kind }) => kind)
}

async function deviceOf(): Promise<TotpDevice> {
  const [row] = await app.deps().db.select().from(totpDevices)
  if (row === undefined) throw new Error('no device')
  return { ...row, codesLeft: 2 }
}

async function begun(): Promise<{ readonly activationToken: string; readonly code: string }> {
  const { activationToken, secret } = await beginActivation(app.deps(), caller.user)
  return { activationToken, code: codeOf(app, 0, secret) }
}

describe('setting up', () => {
  test('a token is spent by the app that it set up, also after that was taken away', async () => {
    const input = await begun()
    expect((await confirmActivation(app.deps(), caller, input)).kind).toBe('activated')
    expect(await confirmActivation(app.deps(), caller, input)).toEqual({ kind: 'bad_token' })
    await app.deps().db.delete(totpDevices)
    expect(await confirmActivation(app.deps(), caller, input)).toEqual({ kind: 'bad_token' })
  })

  test('another token finds that an app is there by now, and leaves it', async () => {
    const [one, other] = [await begun(), await begun()]
    await confirmActivation(app.deps(), caller, one)
    const before = await deviceOf()
    expect(await confirmActivation(app.deps(), caller, other)).toEqual({ kind: 'already_active' })
    expect(await deviceOf()).toEqual(before)
  })

  test('nothing is set up for credentials that have ended', async () => {
    const input = await begun()
    await app.deps().db.update(users).set({ password: 'another' })
    expect(await confirmActivation(app.deps(), caller, input)).toEqual({ kind: 'already_active' })
    expect(await app.deps().db.select().from(totpDevices)).toEqual([])
    expect(await kinds()).toEqual([])
  })

  test.each([
    ['no secret', {}],
    ['a secret that is none', { secret: 5 }],
  ])('a token with %s is none', async (_, more) => {
    const content = { userId: caller.user.id, ...more }
    const activationToken = await sealToken(app.deps(), 'mfa-activation', {
      content,
      lifetimeSeconds: 60,
    })
    const input = { activationToken, code: '123456' }
    expect(await confirmActivation(app.deps(), caller, input)).toEqual({ kind: 'bad_token' })
  })

  test('what is no token is none', async () => {
    const input = { activationToken: 'x', code: '123456' }
    expect(await confirmActivation(app.deps(), caller, input)).toEqual({ kind: 'bad_token' })
  })

  test('wrong codes are noted, and after five of them none is judged', async () => {
    const { activationToken, code } = await begun()
    const wrong = { activationToken, code: code === '000000' ? '000001' : '000000' }
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await confirmActivation(app.deps(), caller, wrong)).toEqual({ kind: 'bad_code' })
    }
    for (const input of [wrong, { activationToken, code }]) {
      expect(await confirmActivation(app.deps(), caller, input)).toMatchObject({
        kind: 'throttled',
        waitSeconds: expect.any(Number) as unknown,
      })
    }
    expect(await kinds()).toEqual(Array.from({ length: 5 }, () => 'mfa_failed'))
    expect(await app.deps().db.select().from(totpDevices)).toEqual([])
  })
})

describe('switching off', () => {
  beforeEach(() => seedFactor(app))

  test('is noted, and done once', async () => {
    const device = await deviceOf()
    const input = { device, code: codeOf(app) }
    expect(await deactivate(app.deps(), caller, input)).toEqual({ kind: 'deactivated' })
    expect(await deactivate(app.deps(), caller, input)).toEqual({ kind: 'bad_code' })
    expect((await kinds()).filter((kind) => kind === 'totp_deactivated')).toHaveLength(1)
  })

  test('a code of a step that is used switches nothing off', async () => {
    const device = await deviceOf()
    const step = Math.floor(app.clock.now().getTime() / 30_000)
    for (const lastStep of [step, step + 1]) {
      const used = { device: { ...device, lastStep }, code: codeOf(app) }
      expect(await deactivate(app.deps(), caller, used)).toEqual({ kind: 'bad_code' })
    }
    // Used meanwhile, by a login.
    await app.deps().db.update(totpDevices).set({ lastStep: step })
    const input = { device, code: codeOf(app) }
    expect(await deactivate(app.deps(), caller, input)).toEqual({ kind: 'bad_code' })
    expect(await deviceOf()).toBeDefined()
  })

  test('an app whose secret cannot be opened has no right code', async () => {
    const device = { ...(await deviceOf()), sealedSecret: 'damaged' }
    const input = { device, code: codeOf(app) }
    expect(await deactivate(app.deps(), caller, input)).toEqual({ kind: 'bad_code' })
  })

  test('the right code is not judged after five wrong ones', async () => {
    const device = await deviceOf()
    for (let guess = 0; guess < 5; guess += 1) {
      await deactivate(app.deps(), caller, { device, code: wrongCodeOf(app) })
    }
    const input = { device, code: codeOf(app) }
    expect(await deactivate(app.deps(), caller, input)).toMatchObject({ kind: 'throttled' })
    expect(await deviceOf()).toBeDefined()
  })
})

describe('recovery codes', () => {
  beforeEach(() => seedFactor(app))

  test('a new set is noted', async () => {
    const made = await regenerateRecoveryCodes(app.deps(), caller, await deviceOf())
    expect(made.kind).toBe('regenerated')
    expect(await kinds()).toEqual(['recovery_codes_generated'])
  })

  test.each([
    ['an app that is gone', () => app.deps().db.delete(totpDevices)],
    ['credentials that have ended', () => app.deps().db.update(users).set({ password: 'another' })],
  ])('there is no new set for %s', async (_, meanwhile) => {
    const device = await deviceOf()
    await meanwhile()
    const before = await app.deps().db.select().from(recoveryCodes)
    const made = await regenerateRecoveryCodes(app.deps(), caller, device)
    expect(made).toEqual({ kind: 'not_active' })
    expect(await app.deps().db.select().from(recoveryCodes)).toEqual(before)
    expect(await kinds()).toEqual([])
  })

  test('are not shown again where they are shown once', async () => {
    const [often, once] = ['false', 'true'].map((value) =>
      settingsOf({ ...FACTORS, MFA_RECOVERY_CODES_SHOW_ONCE: value }),
    ) as [Settings, Settings] // two for two
    const { codes } = await storeRecoveryCodes({ ...app.deps(), settings: often }, ['0123-4567'])
    const json = JSON.stringify(codes.map(({ sealedCode }) => sealedCode))
    expect(await showRecoveryCodes(often, json)).toEqual(['0123-4567'])
    expect(await showRecoveryCodes(once, json)).toEqual([])
  })
})
