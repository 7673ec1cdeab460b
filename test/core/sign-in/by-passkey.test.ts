import { describe, expect, test } from 'vitest'
import { openLoginStep } from '../../../src/core/second-factor/login-step.ts'
import { makeTrustToken, type SparedSteps } from '../../../src/core/second-factor/trusted-device.ts'
import { relyingParty } from '../../../src/core/second-factor/webauthn/relying-party.ts'
import { logInByPasskey, type PasskeyLoginOutcome } from '../../../src/core/sign-in/by-passkey.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { authTokens } from '../../../src/db/schema/credentials.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { passkeys } from '../../../src/db/schema/passkeys.ts'
import { totpDevices } from '../../../src/db/schema/second-factor.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import type { SeededUser } from '../../support/seed.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  FACTORS,
  seedFactor,
  seedKey,
} from '../../support/second-factor.ts'

// What a login by passkey comes to, what it uses up, and what is noted of it.

const MAILED = { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' }
const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
/** Flags of an authenticator that verified its user, and of one that asked for a touch and nothing else. */
const [VERIFIED, PRESENT] = [5, 1]
const ADDRESS = 'Alice@Example.com'

async function appWith(
  env: Readonly<Record<string, unknown>> = {},
  user: Partial<SeededUser> = {},
): Promise<TestApp> {
  const app = await createTestApp({
    users: [aUser({ email: ADDRESS, ...user })],
    env: { ...FACTORS, PASSKEY_USER_VERIFICATION: 'preferred', ...env },
  })
  await seedKey(app, 'phone')
  return app
}

/** An assertion that was made and not yet sent; sending it twice is a replay. */
async function begin(app: TestApp, flags = VERIFIED, trustToken?: string) {
  const { challenge, session_id: sessionId } = await beginPasskeyLogin(app)
  const credential = assertionOf('phone', challenge, { flags, counter: 7 })
  const party = relyingParty(app.settings, undefined)
  if (party === undefined) throw new Error('no party')
  const wanted = { key: true, jwt: false, session: false }
  return async (): Promise<PasskeyLoginOutcome> => {
    const given = { credential, sessionId, wanted, trustToken }
    const outcome = await logInByPasskey(app.deps(), party, given)
    await app.settle()
    return outcome
  }
}

async function trustOf(app: TestApp, steps: SparedSteps) {
  const [user] = await app.deps().db.select({ hash: users.password }).from(users)
  const subject = { userId: 1, passwordHash: user?.hash ?? '', tokensRevokedAt: null }
  return makeTrustToken(app.deps(), subject, steps)
}

async function traceOf(app: TestApp) {
  const { db } = app.deps()
  const [notes, tokens, keys] = await Promise.all([
    db.select({ kind: auditEvents.kind, userId: auditEvents.userId }).from(auditEvents),
    db.select({ userId: authTokens.userId }).from(authTokens),
    db.select({ signCount: passkeys.signCount }).from(passkeys),
  ])
  return {
    noted: notes.map(({ kind, userId }) => `${kind} ${userId}`),
    tokens: tokens.length,
    signCount: keys[0]?.signCount,
    mails: app.mailbox.map(({ to }) => to),
  }
}

describe('a passkey', () => {
  test.each([
    ['whose user was verified', {}, VERIFIED, 'issued', 'login', [], 1],
    ['of one factor', {}, PRESENT, 'second_factor_required', 'login_mfa_required', [], 0],
    ['before a mail', MAILED, VERIFIED, 'mailed_step_required', 'login_mfa_required', [ADDRESS], 0],
    [
      'of one factor before a mail',
      MAILED,
      PRESENT,
      'mailed_step_required',
      'login_mfa_required',
      [ADDRESS],
      0,
    ],
  ] as const)(
    '%s is used up with its challenge',
    async (_, env, flags, kind, noted, mails, tokens) => {
      const app = await appWith(env)
      await seedFactor(app)
      const send = await begin(app, flags)
      expect((await send()).kind).toBe(kind)
      const trace = { noted: [`${noted} 1`], tokens, signCount: 7, mails }
      expect(await traceOf(app)).toEqual(trace)
      expect(await send()).toEqual({ kind: 'challenge_expired' })
      expect(await traceOf(app)).toEqual(trace)
    },
  )

  test.each([
    ['of an inactive account', { isActive: false }, {}, 'inactive', 'login_failed'],
    ['of no verified address', {}, MANDATORY, 'email_unverified', 'login_unverified'],
  ] as const)('%s is not', async (_, changed, env, kind, noted) => {
    const app = await appWith(env, { ...changed, emailVerified: false })
    const send = await begin(app)
    expect(await send()).toEqual({ kind })
    const trace = { noted: [`${noted} 1`], tokens: 0, signCount: 0, mails: [] }
    expect(await traceOf(app)).toEqual(trace)
    await app.deps().db.update(users).set({ isActive: true })
    await app.deps().db.update(emailAddresses).set({ isVerified: true })
    expect((await send()).kind).toBe('issued')
  })

  test.each([
    ['mandatory', true, 'true', 'issued', true],
    ['mandatory', false, 'true', 'email_unverified', undefined],
    ['mandatory', false, 'false', 'issued', false],
    ['optional', false, 'true', 'issued', false],
    ['optional', true, 'true', 'issued', true],
  ])(
    'where verification is %s, of an address verified (%s), following it (%s): %s',
    async (verification, emailVerified, follows, kind, wasVerified) => {
      const env = {
        ACCOUNT_EMAIL_VERIFICATION: verification,
        PASSKEY_LOGIN_FOLLOWS_VERIFICATION: follows,
      }
      const app = await appWith(env, { emailVerified })
      expect((await (await begin(app))()).kind).toBe(kind)
      if (wasVerified === undefined) return
      const mailing = await appWith({ ...env, ...MAILED }, { emailVerified })
      const outcome = await (await begin(mailing))()
      if (outcome.kind !== 'mailed_step_required') throw new Error(outcome.kind)
      const opened = await openLoginStep(mailing.deps(), outcome.handle)
      expect(opened?.step).toMatchObject({
        how: 'passkey',
        isUserVerified: true,
        wasEmailVerified: wasVerified,
        ties: { passkeyId: 1 },
      })
    },
  )

  test('of an account without a mailbox ends at the mail', async () => {
    const app = await appWith(MAILED, { email: '', emailVerified: null })
    expect(await (await begin(app))()).toEqual({ kind: 'no_mailbox' })
    expect((await traceOf(app)).noted).toEqual(['login_unverified 1'])
  })

  test('of a mailbox that has had enough is told to wait', async () => {
    const app = await appWith({ ...MAILED, ACCOUNT_RATE_LIMITS: { send_email: '1/m/key' } })
    expect((await (await begin(app))()).kind).toBe('mailed_step_required')
    await app.deps().db.update(passkeys).set({ signCount: 0 })
    expect((await (await begin(app))()).kind).toBe('throttled')
    expect((await traceOf(app)).noted).toEqual(['login_mfa_required 1', 'login_mfa_required 1'])
  })
})

describe('a passkey on a trusted device', () => {
  const TRUSTING = {
    MFA_TRUST_ENABLED: 'true',
    ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
  }

  test.each([
    ['the app', {}, { deviceId: 1 }, 'issued'],
    ['another app', {}, { deviceId: 2 }, 'second_factor_required'],
    ['the app alone', MAILED, { deviceId: 1 }, 'mailed_step_required'],
    ['the mailbox alone', MAILED, { mailbox: 'alice@example.com' }, 'second_factor_required'],
    ['both', MAILED, { deviceId: 1, mailbox: 'alice@example.com' }, 'issued'],
  ])('is spared the steps of %s under %j', async (_, env, steps, kind) => {
    const app = await appWith({ ...TRUSTING, ...env })
    await seedFactor(app)
    const send = await begin(app, PRESENT, await trustOf(app, steps))
    expect((await send()).kind).toBe(kind)
  })
})

describe('between the reading of a passkey and its use', () => {
  /** Lets something happen behind the first answer of the database. */
  function afterReading(app: TestApp, happens: () => Promise<unknown>): void {
    let isFirst = true
    app.outside.interceptDatabase(async (request, pass) => {
      const response = await pass(request)
      if (!isFirst) return response
      isFirst = false
      await happens()
      return response
    })
  }

  test('another request may use it: one of both gets in', async () => {
    const app = await appWith()
    const send = await begin(app)
    let other: PasskeyLoginOutcome | undefined
    afterReading(app, async () => {
      other = await send()
    })
    expect(await send()).toEqual({ kind: 'challenge_expired' })
    expect(other?.kind).toBe('issued')
    expect(await traceOf(app)).toMatchObject({ noted: ['login 1'], tokens: 1 })
  })

  test.each<[string, number, (app: TestApp) => Promise<unknown>]>([
    [
      'the account is deactivated',
      VERIFIED,
      (app) => app.deps().db.update(users).set({ isActive: false }),
    ],
    [
      'the password is another',
      VERIFIED,
      (app) => app.deps().db.update(users).set({ password: 'another' }),
    ],
    [
      'its counter moves on',
      VERIFIED,
      (app) => app.deps().db.update(passkeys).set({ signCount: 9 }),
    ],
    ['it is deleted', VERIFIED, (app) => app.deps().db.delete(passkeys)],
    ['a second factor is set up', PRESENT, (app) => seedFactor(app)],
  ])('%s, and it proves nothing', async (_, flags, happens) => {
    const app = await appWith()
    const send = await begin(app, flags)
    afterReading(app, () => happens(app))
    expect(await send()).toEqual({ kind: 'verification_failed' })
    expect(await traceOf(app)).toMatchObject({ noted: [], tokens: 0 })
  })

  test('a second factor that is set up does not matter to one that is both', async () => {
    const app = await appWith()
    const send = await begin(app)
    afterReading(app, () => seedFactor(app))
    expect((await send()).kind).toBe('issued')
    expect(await app.deps().db.select({ id: totpDevices.id }).from(totpDevices)).toHaveLength(1)
  })
})
