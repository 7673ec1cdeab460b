/** Proving again, asked of the core: what each way answers, records and notes, also where it is too late. */
import { beforeEach, describe, expect, test } from 'vitest'
import { countGuess } from '../../../src/core/second-factor/failures.ts'
import { sealCodeHandle } from '../../../src/core/second-factor/code-handle.ts'
import { newLoginChallenge } from '../../../src/core/second-factor/passkey-challenge.ts'
import {
  reauthenticateByCode,
  reauthenticateByMailedCode,
  reauthenticateByPasskey,
  reauthenticateByPassword,
} from '../../../src/core/second-factor/reauthenticate.ts'
import { relyingParty } from '../../../src/core/second-factor/webauthn/relying-party.ts'
import { countFor } from '../../../src/core/limits/rate-limits.ts'
import { countRequest } from '../../../src/core/limits/throttle.sql.ts'
import { makePassword, makeUnusablePassword } from '../../../src/core/passwords/passwords.ts'
import { emailedCode } from '../../../src/core/tokens/emailed-code.ts'
import type { StatedCaller } from '../../../src/core/tokens/recent-proof.ts'
import { sha256Hex } from '../../../src/crypto.ts'
import { totpDevices } from '../../../src/db/schema/second-factor.ts'
import { recentProofs } from '../../../src/db/schema/recent-proofs.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Deps } from '../../../src/deps.ts'
import type { JsonObject } from '../../conformance/json.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import {
  assertionOf,
  codeOf,
  FACTORS,
  RECOVERY_CODES,
  seedFactor,
  seedKey,
  wrongCodeOf,
} from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const PASSWORD = 'right-horse-staple'

let app: TestApp
let deps: Deps
let caller: StatedCaller

/** Alice, whose token is older than a recent proof. */
async function open(env: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const all = { ...FACTORS, ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true', ...env }
  app = await createTestApp({
    users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob' })],
    env: all,
  })
  app.clock.advance(360)
  deps = app.deps()
  const row = (await deps.db.select().from(users)).find(({ username }) => username === 'alice')
  if (row === undefined) throw new Error('nobody')
  caller = {
    user: { ...row, passwordHash: row.password },
    credential: { kind: 'token', keyHash: await sha256Hex(KEY) },
    proofState: { provedAt: undefined, hasApp: false, hasPasskey: false, providers: [] },
  }
}

beforeEach(() => open())

const proved = () => ({ kind: 'proved', until: new Date(deps.now.getTime() + 300_000) })

/** How the caller's credential was proved now, and what was noted. */
async function traces() {
  await app.settle()
  const events = await deps.db.select({ kind: auditEvents.kind }).from(auditEvents)
  const proofs = await deps.db.select().from(recentProofs)
  const now = proofs.filter(({ provedAt }) => provedAt.getTime() === deps.now.getTime())
  return { how: now.map(({ how }) => how), noted: events.map(({ kind }) => kind) }
}

/** What refuses whoever acts on credentials that have ended meanwhile. */
async function endCredentials(): Promise<void> {
  await deps.db.update(users).set({ password: 'another' })
}

describe('by the password', () => {
  test('the right one, once it is judged, is recorded and noted', async () => {
    expect(await reauthenticateByPassword(deps, caller, PASSWORD)).toEqual(proved())
    expect(await traces()).toEqual({ how: ['password'], noted: ['reauthenticated'] })
  })

  test('a wrong one is noted, and no more', async () => {
    expect(await reauthenticateByPassword(deps, caller, 'guess')).toEqual({ kind: 'bad_password' })
    expect(await traces()).toEqual({ how: [], noted: ['reauthentication_failed'] })
  })

  test('a right one of credentials that have ended proves nothing', async () => {
    await endCredentials()
    expect(await reauthenticateByPassword(deps, caller, PASSWORD)).toEqual({ kind: 'bad_password' })
    expect(await traces()).toEqual({ how: [], noted: [] })
  })

  test('beyond the rate neither is judged', async () => {
    for (let index = 0; index < 10; index += 1) {
      const count = await countFor(deps, 'reauthenticate', { userId: 1 })
      if (count !== undefined) await countRequest(deps.db, count)
    }
    for (const password of [PASSWORD, 'guess']) {
      expect(await reauthenticateByPassword(deps, caller, password)).toEqual({
        kind: 'throttled',
        waitSeconds: 60,
      })
    }
    expect(await traces()).toEqual({ how: [], noted: [] })
  })

  test.each([
    [128, 'proved'],
    [129, 'bad_password'],
  ])('of %i characters is judged as %s', async (length, kind) => {
    // As many characters, of two code units each.
    const password = '😀'.repeat(length)
    const passwordHash = await makePassword(deps, password)
    await deps.db.update(users).set({ password: passwordHash })
    const user = { ...caller.user, passwordHash }
    expect((await reauthenticateByPassword(deps, { ...caller, user }, password)).kind).toBe(kind)
  })

  test('one that is too long is none, whatever is compared in its place', async () => {
    const passwordHash = await makePassword(deps, '')
    const user = { ...caller.user, passwordHash }
    expect(await reauthenticateByPassword(deps, { ...caller, user }, 'x'.repeat(129))).toEqual({
      kind: 'bad_password',
    })
  })

  test('is not offered without one, or beside an app', async () => {
    const passwordHash = makeUnusablePassword(deps.randomBytes)
    const without = { ...caller, user: { ...caller.user, passwordHash } }
    const proofState = { provedAt: undefined, hasApp: true, hasPasskey: false, providers: [] }
    for (const one of [without, { ...caller, proofState }]) {
      expect(await reauthenticateByPassword(deps, one, PASSWORD)).toEqual({ kind: 'not_offered' })
    }
  })
})

describe('by a code of the app', () => {
  async function prove(code: string) {
    const [row] = await deps.db.select().from(totpDevices)
    if (row === undefined) throw new Error('no device')
    return reauthenticateByCode(deps, caller, { device: { ...row, codesLeft: 2 }, code })
  }

  beforeEach(() => seedFactor(app))

  test('is recorded and noted', async () => {
    expect(await prove(codeOf(app))).toEqual(proved())
    expect(await traces()).toEqual({ how: ['totp'], noted: ['reauthenticated'] })
    expect(await prove(codeOf(app))).toEqual({ kind: 'bad_code' })
    expect(app.mailbox).toEqual([])
  })

  test('a recovery code is noted as one', async () => {
    expect(await prove(RECOVERY_CODES[0] ?? '')).toEqual(proved())
    expect(await traces()).toEqual({
      how: ['recovery_code'],
      noted: ['reauthenticated', 'recovery_code_used'],
    })
  })

  test('one of two that are left, by the app, tells nobody of the last recovery code', async () => {
    await prove(RECOVERY_CODES[0] ?? '')
    await prove(codeOf(app))
    await app.settle()
    expect(app.mailbox).toEqual([])
  })

  test('a wrong one is noted as a failure of the factor', async () => {
    expect(await prove(wrongCodeOf(app))).toEqual({ kind: 'bad_code' })
    expect(await traces()).toEqual({ how: [], noted: ['mfa_failed'] })
  })

  test('a right one is used up for nobody whose credentials have ended, or beyond the rate', async () => {
    await endCredentials()
    expect(await prove(codeOf(app))).toEqual({ kind: 'bad_code' })
    for (let index = 0; index < 5; index += 1) await countRequest(deps.db, countGuess(deps, 1))
    expect(await prove(codeOf(app))).toMatchObject({ kind: 'throttled' })
    expect(await traces()).toEqual({ how: [], noted: [] })
  })

  test('is not offered without an app', async () => {
    expect(await reauthenticateByCode(deps, caller, { device: undefined, code: '1' })).toEqual({
      kind: 'not_offered',
    })
  })
})

describe('by a mailed code', () => {
  const account = () => ({ id: 1, passwordHash: caller.user.passwordHash })

  async function mailed(more: object = {}) {
    const code = {
      purpose: 'login-code',
      seed: 'seed',
      email: 'alice@example.com',
      emails: [1],
    } as const
    return {
      handle: await sealCodeHandle(deps, { ...code, account: account(), ...more }),
      code: await emailedCode(deps.settings.SECRET_KEY, 'login-code', 'seed'),
    }
  }

  test('is recorded and noted, once', async () => {
    const given = await mailed()
    expect(await reauthenticateByMailedCode(deps, caller, given)).toEqual(proved())
    expect(await traces()).toEqual({ how: ['emailed_code'], noted: ['reauthenticated'] })
    expect(await reauthenticateByMailedCode(deps, caller, given)).toEqual({ kind: 'bad_code' })
  })

  test('a wrong one, one of another account with the same password, or of a lost address is noted', async () => {
    const bad = { kind: 'bad_code' }
    const { handle, code } = await mailed()
    expect(await reauthenticateByMailedCode(deps, caller, { handle, code: 'x' })).toEqual(bad)
    const others = await mailed({ account: { ...account(), id: 2 } })
    expect(await reauthenticateByMailedCode(deps, caller, others)).toEqual(bad)
    await deps.db.delete(emailAddresses)
    await deps.db.update(users).set({ email: 'b', emailFolded: 'b' })
    expect(await reauthenticateByMailedCode(deps, caller, { handle, code })).toEqual(bad)
    expect(await traces()).toEqual({
      how: [],
      noted: Array.from({ length: 3 }, () => 'reauthentication_failed'),
    })
  })

  test('what is no handle is told from it; too many guesses are refused', async () => {
    expect(await reauthenticateByMailedCode(deps, caller, { handle: 'x', code: 'x' })).toEqual({
      kind: 'bad_handle',
    })
    const { handle, code } = await mailed()
    const tries = deps.settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS
    for (let index = 0; index < tries; index += 1) {
      await reauthenticateByMailedCode(deps, caller, { handle, code: 'x' })
    }
    expect(await reauthenticateByMailedCode(deps, caller, { handle, code })).toMatchObject({
      kind: 'throttled',
    })
    expect((await traces()).how).toEqual([])
  })

  test('is not offered where there are none', async () => {
    await open({ ACCOUNT_LOGIN_BY_CODE_ENABLED: 'false' })
    expect(await reauthenticateByMailedCode(deps, caller, await mailed())).toEqual({
      kind: 'not_offered',
    })
  })
})

describe('by a passkey', () => {
  async function begun(more: JsonObject = {}, key = 'laptop') {
    const { sessionId, challenge } = await newLoginChallenge(deps, 'anybody')
    return { credential: assertionOf(key, challenge, more), sessionId }
  }
  async function prove(given: Awaited<ReturnType<typeof begun>>) {
    const party = relyingParty(deps.settings, undefined)
    if (party === undefined) throw new Error('no relying party')
    return reauthenticateByPasskey(deps, caller, { party, given })
  }

  test('is recorded and noted, once', async () => {
    await seedKey(app, 'laptop')
    const given = await begun()
    expect(await prove(given)).toEqual(proved())
    expect(await traces()).toEqual({ how: ['passkey'], noted: ['reauthenticated'] })
    expect(await prove(given)).toEqual({ kind: 'challenge_expired' })
  })

  test('of two at once, one proves, and the other one is told that it is spent', async () => {
    await seedKey(app, 'laptop')
    const given = await begun()
    const outcomes = await Promise.all([prove(given), prove(given)])
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['challenge_expired', 'proved'])
  })

  test('of credentials that have ended it proves nothing, and is left as it was', async () => {
    await seedKey(app, 'laptop')
    const given = await begun({ counter: 1 })
    await endCredentials()
    expect(await prove(given)).toEqual({ kind: 'verification_failed' })
    expect(await traces()).toEqual({ how: [], noted: [] })
  })

  test("somebody else's is none", async () => {
    await seedKey(app, 'phone', { username: 'bob' })
    expect(await prove(await begun({}, 'phone'))).toEqual({ kind: 'unknown_credential' })
  })

  test.each([
    ['true', true, 'verification_failed'],
    ['true', false, 'proved'],
    ['false', true, 'proved'],
  ])(
    'where apps are on: %s, and there is one: %j, a touch is %s',
    async (MFA_ENABLED, hasApp, kind) => {
      await open({ MFA_ENABLED, PASSKEY_USER_VERIFICATION: 'preferred' })
      await seedKey(app, 'laptop')
      if (hasApp) await seedFactor(app)
      expect((await prove(await begun({ flags: 1 }))).kind).toBe(kind)
      expect((await prove(await begun({ flags: 5 }))).kind).toBe('proved')
    },
  )
})
