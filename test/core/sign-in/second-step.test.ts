import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import {
  completeSecondStep,
  type SecondStepInput,
  type SecondStepOutcome,
} from '../../../src/core/sign-in/by-second-factor.ts'
import { sealPendingLogin } from '../../../src/core/second-factor/pending-login.ts'
import { readTrustToken } from '../../../src/core/second-factor/trusted-device.ts'
import { storedAuthToken } from '../../../src/core/tokens/auth-token.ts'
import { sessionAuthHash } from '../../../src/core/tokens/authentication.ts'
import { sha256Hex } from '../../../src/crypto.ts'
import { passkeys } from '../../../src/db/schema/passkeys.ts'
import { totpDevices } from '../../../src/db/schema/second-factor.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { authTokens, sessions } from '../../../src/db/schema/credentials.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { throttleHits } from '../../../src/db/schema/limits.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Deps } from '../../../src/deps.ts'
import { settingsOfLogin } from '../../../src/settings/remember.ts'
import { claimsOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  codeOf,
  FACTORS,
  firstStep,
  passkeyLogin,
  RECOVERY_CODES,
  seedFactor,
  seedKey,
  wrongCodeOf,
} from '../../support/second-factor.ts'
import { settingsOf } from '../../support/settings.ts'

const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
/** Flags of an authenticator that asked for a touch and nothing else. */
const PRESENT = { flags: 1 }
const SESSION_KEY = '0123456789abcdefghijklmnopqrstuv'

async function appWith(env: Readonly<Record<string, unknown>> = {}): Promise<TestApp> {
  const app = await createTestApp({
    users: [aUser(), aUser({ username: 'bob' })],
    env: { ...FACTORS, PASSKEY_USER_VERIFICATION: 'preferred', ...env },
  })
  await seedFactor(app)
  return app
}

async function secondStep(
  app: TestApp,
  ephemeralToken: string,
  more: Partial<SecondStepInput> = {},
): Promise<SecondStepOutcome> {
  const outcome = await completeSecondStep(app.deps(), {
    ephemeralToken,
    code: codeOf(app),
    sessionKey: undefined,
    wanted: { key: true, jwt: false, session: false },
    ...more,
  })
  await app.settle()
  return outcome
}

/** The token of a first step by password, with what else it may hold. */
async function pendingLogin(
  app: TestApp,
  more: Partial<Parameters<typeof sealPendingLogin>[1]> = {},
  deps: Deps = app.deps(),
): Promise<string> {
  const [user] = await deps.db.select({ hash: users.password }).from(users).where(eq(users.id, 1))
  return sealPendingLogin(deps, {
    userId: 1,
    deviceId: 1,
    how: 'password',
    wasEmailVerified: true,
    passwordHashes: [user?.hash ?? ''],
    tokenVersion: 0,
    ...more,
  })
}

async function auditOf(app: TestApp): Promise<readonly (readonly [string, number | null])[]> {
  await app.settle()
  const rows = await app.deps().db.select().from(auditEvents).orderBy(auditEvents.id)
  return rows.map(({ kind, userId }) => [kind, userId])
}

async function guessCount(app: TestApp): Promise<number> {
  const rows = await app.deps().db.select({ key: throttleHits.key }).from(throttleHits)
  return rows.filter(({ key }) => key.includes('mfa')).length
}

const unverify = (app: TestApp) =>
  app
    .deps()
    .db.update(emailAddresses)
    .set({ isVerified: false })
    .where(eq(emailAddresses.userId, 1))

/** What happens between the steps, and what it makes of the second one; all that is no guess costs none. */
const MEANWHILE: Readonly<
  Record<string, readonly [(app: TestApp) => Promise<unknown>, string, guesses: number]>
> = {
  nothing: [() => Promise.resolve(), 'issued', 0],
  'the account is deleted': [
    (app) => app.deps().db.delete(users).where(eq(users.id, 1)),
    'bad_token',
    0,
  ],
  'the account is deactivated': [
    (app) => app.deps().db.update(users).set({ isActive: false }),
    'inactive',
    0,
  ],
  'the password is another': [
    (app) => app.deps().db.update(users).set({ password: 'another' }),
    'bad_token',
    0,
  ],
  'everything is logged out': [
    (app) => app.deps().db.update(users).set({ tokensRevokedAt: app.clock.now() }),
    'bad_token',
    0,
  ],
  'the address is not verified any more': [unverify, 'email_unverified', 0],
  'the app is taken away': [(app) => app.deps().db.delete(totpDevices), 'bad_code', 1],
  'the app is another one': [
    (app) => app.deps().db.update(totpDevices).set({ id: 9 }),
    'bad_code',
    1,
  ],
  'the app is someone else’s': [
    (app) => app.deps().db.update(totpDevices).set({ userId: 2 }),
    'bad_code',
    1,
  ],
}

describe('between the steps', () => {
  test.each(Object.entries(MEANWHILE))('%s', async (_, [happens, kind, guesses]) => {
    const app = await appWith(MANDATORY)
    const token = await firstStep(app)
    const before = await auditOf(app)
    await happens(app)
    expect((await secondStep(app, token)).kind).toBe(kind)
    expect(await guessCount(app)).toBe(guesses)
    const noted = { issued: [['login', 1]], bad_code: [['mfa_failed', 1]] }[kind] ?? []
    expect((await auditOf(app)).slice(before.length)).toEqual(noted)
  })

  test('an address that nobody asks about need not stay verified', async () => {
    const app = await appWith()
    const token = await firstStep(app)
    await unverify(app)
    expect((await secondStep(app, token)).kind).toBe('issued')
  })

  test.each([
    ['is verified', MANDATORY, 'email_unverified'],
    ['is not asked about', { ...MANDATORY, PASSKEY_LOGIN_FOLLOWS_VERIFICATION: 'false' }, 'issued'],
  ])('an address that %s at a login by passkey', async (_, env, kind) => {
    const app = await appWith(env)
    await seedKey(app, 'phone')
    if (kind === 'issued') await unverify(app)
    const response = await passkeyLogin(app, 'phone', PRESENT)
    const { ephemeral_token } = (await response.json()) as { readonly ephemeral_token: string }
    await unverify(app)
    expect((await secondStep(app, ephemeral_token)).kind).toBe(kind)
  })

  test.each([
    ['it is another one', { passkeyId: 2 }, 'bad_code'],
    ['it is still there', { passkeyId: 1 }, 'issued'],
  ])('a passkey of the first step is looked for again: %s', async (_, ties, kind) => {
    const app = await appWith()
    await seedKey(app, 'phone')
    const token = await pendingLogin(app, { how: 'passkey', ties })
    expect((await secondStep(app, token)).kind).toBe(kind)
    expect(await app.deps().db.select({ id: passkeys.id }).from(passkeys)).toEqual([{ id: 1 }])
  })
})

describe('a second step', () => {
  test('of which the auth token was sealed anew meanwhile hands out nothing', async () => {
    const old = 'an-older-secret-key-0123456789-abcdefghijk'
    const app = await appWith({ SECRET_KEY_FALLBACKS: old })
    const { db } = app.deps()
    const sealing = { ...app.deps(), settings: settingsOf({ SECRET_KEY: old }) }
    const stored = await storedAuthToken(sealing, '0123456789abcdef0123456789abcdef01234567')
    const { keyHash, sealedKey } = stored
    const row = { userId: 1, keyHash, sealedKey, createdAt: app.clock.now() }
    await db.insert(authTokens).values(row)
    const token = await pendingLogin(app)
    let isRead = false
    app.outside.interceptDatabase(async (request, pass) => {
      const response = await pass(request)
      if (isRead) return response
      isRead = true
      await db.update(authTokens).set({ keyHash: 'another' })
      return response
    })
    expect(await secondStep(app, token)).toEqual({ kind: 'bad_token' })
    app.outside.interceptDatabase(undefined)
    expect(await guessCount(app)).toBe(0)
    expect(await auditOf(app)).toEqual([])
  })

  test('keeps what the first one chose: a short life, and a client', async () => {
    const app = await appWith({
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      REMEMBER_ME: 'true',
      JWT_CLIENTS: JSON.stringify({ shop: { aud: 'https://api.shop.example' } }),
    })
    const settings = settingsOfLogin(app.settings, false)
    const deps = { ...app.deps(), settings, jwtClient: 'shop' }
    const second = async (token: string): Promise<unknown> => {
      const wanted = { key: false, jwt: true, session: false }
      const outcome = await secondStep(app, token, { wanted })
      if (outcome.kind !== 'issued') return outcome.kind
      const { client_id, aud } = claimsOf(outcome.credentials.jwt?.access ?? '')
      return [outcome.credentials.isRemembered, client_id, aud]
    }
    const chosen = await second(await pendingLogin(app, {}, deps))
    expect(chosen).toEqual([false, 'shop', 'https://api.shop.example'])
    app.clock.advance(30)
    expect(await second(await pendingLogin(app))).toEqual([undefined, undefined, undefined])
  })

  test('tells of a login by two factors, and which the first was', async () => {
    const app = await appWith({
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      JWT_AUTH_METHOD_CLAIMS: 'true',
    })
    const wanted = { key: false, jwt: true, session: false }
    const token = await pendingLogin(app, { how: 'emailed_code' })
    const outcome = await secondStep(app, token, { wanted })
    if (outcome.kind !== 'issued') throw new Error(outcome.kind)
    const { amr, acr } = claimsOf(outcome.credentials.jwt?.access ?? '')
    expect({ amr, acr }).toEqual({ amr: ['otp', 'mfa'], acr: 'aal2' })
  })

  const BOTH = { deviceId: 1, mailbox: 'alice@example.com' }

  test.each([
    ['the app and the mailbox', true, { mailedTo: BOTH.mailbox }, BOTH],
    ['the app alone', true, undefined, { deviceId: 1 }],
    ['nothing that was not asked for', false, { mailedTo: BOTH.mailbox }, undefined],
    ['nothing where nothing is said', undefined, undefined, undefined],
  ])('makes the device trusted with %s', async (_, trusts, ties, steps) => {
    const app = await appWith({
      MFA_TRUST_ENABLED: 'true',
      ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
      ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
    })
    const token = await pendingLogin(app, ties === undefined ? {} : { ties })
    const outcome = await secondStep(app, token, trusts === undefined ? {} : { trusts })
    if (outcome.kind !== 'issued') throw new Error(outcome.kind)
    const { trustToken, user } = outcome
    expect(trustToken === undefined).toBe(steps === undefined)
    const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
    const spared = await readTrustToken(app.deps(), trustToken ?? '', { subject, steps: BOTH })
    expect(spared).toEqual(steps ?? {})
  })

  test('by a right code is none after five wrong ones, and forgets the four before it', async () => {
    const app = await appWith()
    const token = await pendingLogin(app)
    const wrong = async (): Promise<string> =>
      (await secondStep(app, token, { code: wrongCodeOf(app) })).kind
    for (let index = 0; index < 4; index += 1) expect(await wrong()).toBe('bad_code')
    expect((await secondStep(app, token)).kind).toBe('issued')
    expect(await guessCount(app)).toBe(0)
    const other = await pendingLogin(app)
    app.clock.advance(30)
    for (let index = 0; index < 5; index += 1) {
      expect((await secondStep(app, other, { code: wrongCodeOf(app) })).kind).toBe('bad_code')
    }
    const before = await auditOf(app)
    expect(await secondStep(app, other)).toMatchObject({ kind: 'throttled' })
    expect(await auditOf(app)).toEqual(before)
    app.clock.advance(301)
    expect((await secondStep(app, await pendingLogin(app))).kind).toBe('issued')
  })

  test('by the last recovery code tells the owner, by another one does not', async () => {
    const app = await appWith()
    for (const [index, code] of RECOVERY_CODES.entries()) {
      expect((await secondStep(app, await pendingLogin(app), { code })).kind).toBe('issued')
      expect(app.mailbox.map(({ to }) => to)).toEqual(index === 0 ? [] : ['alice@example.com'])
    }
    expect((await secondStep(app, await pendingLogin(app))).kind).toBe('issued')
    expect(app.mailbox).toHaveLength(1)
  })

  test('by a wrong code is noted and counted', async () => {
    const app = await appWith()
    const token = await firstStep(app)
    const before = await auditOf(app)
    expect(await secondStep(app, token, { code: wrongCodeOf(app) })).toEqual({ kind: 'bad_code' })
    expect(await guessCount(app)).toBe(1)
    expect((await auditOf(app)).slice(before.length)).toEqual([['mfa_failed', 1]])
  })

  test('by a token that is none, or was used, is no guess', async () => {
    const app = await appWith()
    expect(await secondStep(app, 'none')).toEqual({ kind: 'bad_token' })
    const token = await firstStep(app)
    expect((await secondStep(app, token)).kind).toBe('issued')
    app.clock.advance(30)
    expect(await secondStep(app, token)).toEqual({ kind: 'bad_token' })
    expect(await guessCount(app)).toBe(0)
  })

  test('by a recovery code is noted twice', async () => {
    const app = await appWith()
    const token = await firstStep(app)
    const before = await auditOf(app)
    const outcome = await secondStep(app, token, { code: RECOVERY_CODES[0] ?? '' })
    expect(outcome.kind).toBe('issued')
    const noted = (await auditOf(app)).slice(before.length)
    expect(noted).toHaveLength(2)
    expect(noted).toEqual(
      expect.arrayContaining([
        ['login', 1],
        ['recovery_code_used', 1],
      ]),
    )
  })

  test.each([
    ['of its own', 1, 60, true],
    ['of another one', 2, 60, false],
    ['that is over', 1, 0, false],
  ])('goes on with a session %s', async (_, userId, seconds, isKept) => {
    const app = await appWith({ SESSION_LOGIN: 'true' })
    const { db } = app.deps()
    const [user] = await db.select().from(users).where(eq(users.id, userId))
    const now = app.clock.now()
    await db.insert(sessions).values({
      keyHash: await sha256Hex(SESSION_KEY),
      userId,
      authHash: await sessionAuthHash(user?.password ?? '', app.settings.SECRET_KEY),
      createdAt: now,
      expiresAt: new Date(now.getTime() + seconds * 1000),
    })
    const outcome = await secondStep(app, await firstStep(app), {
      sessionKey: SESSION_KEY,
      wanted: { key: false, jwt: false, session: true },
    })
    if (outcome.kind !== 'issued') throw new Error(outcome.kind)
    expect(outcome.credentials.sessionKey === SESSION_KEY).toBe(isKept)
  })

  test('without a session leaves the one that comes with it', async () => {
    const app = await appWith()
    const outcome = await secondStep(app, await firstStep(app), { sessionKey: SESSION_KEY })
    expect(outcome.kind === 'issued' && outcome.credentials).toEqual({ key: expect.any(String) })
  })
})

describe('a login by passkey', () => {
  test.each([
    ['that is let in', {}, {}, () => Promise.resolve(), 'login'],
    ['that misses a code', {}, PRESENT, () => Promise.resolve(), 'login_mfa_required'],
    ['of an unverified address', MANDATORY, {}, unverify, 'login_unverified'],
    [
      'of a deactivated account',
      {},
      {},
      (app: TestApp) => app.deps().db.update(users).set({ isActive: false }),
      'login_failed',
    ],
  ])('%s is noted', async (_, env, more, happens, kind) => {
    const app = await appWith(env)
    await seedKey(app, 'phone')
    await happens(app)
    await passkeyLogin(app, 'phone', more)
    expect(await auditOf(app)).toEqual([[kind, 1]])
  })

  test('leaves nothing where the account is deactivated while the passkey is looked at', async () => {
    const app = await appWith({ USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' })
    await seedKey(app, 'phone')
    const { challenge, session_id } = await beginPasskeyLogin(app)
    let isFirst = true
    app.outside.interceptDatabase(async (request, pass) => {
      const response = await pass(request)
      if (isFirst) {
        isFirst = false
        await app.deps().db.update(users).set({ isActive: false })
      }
      return response
    })
    const credential = assertionOf('phone', challenge)
    const response = await app.post('/passkeys/login/complete/', { credential, session_id })
    app.outside.interceptDatabase(undefined)
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 400,
      body: { non_field_errors: ['Authentication verification failed.'] },
    })
  })
})
