import { sql, type SQL } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core/dialect'
import { describe, expect, test } from 'vitest'
import { HookDown, HookRefused } from '../../../src/core/hooks/refusal.ts'
import { prepareSignIn } from '../../../src/core/sign-in/complete.ts'
import { newTrust, sparedStepsOf } from '../../../src/core/sign-in/device-trust.ts'
import { callHooks } from '../../../src/core/sign-in/login-hook.ts'
import { mailLoginStep } from '../../../src/core/sign-in/mailed-step.ts'
import { methodClaims, type LoginMethod } from '../../../src/core/sign-in/method-claims.ts'
import {
  askForSecondFactor,
  factorCondition,
  withCondition,
} from '../../../src/core/sign-in/missing-factor.ts'
import type { SignIn } from '../../../src/core/sign-in/sign-in.ts'
import { openLoginStep } from '../../../src/core/second-factor/login-step.ts'
import { openPendingLogin } from '../../../src/core/second-factor/pending-login.ts'
import { makeTrustToken } from '../../../src/core/second-factor/trusted-device.ts'
import { sessionAuthHash } from '../../../src/core/tokens/authentication.ts'
import { emailedCode } from '../../../src/core/tokens/emailed-code.ts'
import { proofOf, type ProofKind } from '../../../src/core/tokens/proof.sql.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import { sha256Hex } from '../../../src/crypto.ts'
import { totpDevices } from '../../../src/db/schema/second-factor.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { sessions } from '../../../src/db/schema/credentials.ts'
import { throttleHits } from '../../../src/db/schema/limits.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Hooks } from '../../../src/hooks.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import type { SeededUser } from '../../support/seed.ts'
import { FACTORS, seedFactor } from '../../support/second-factor.ts'
import { settingsOf } from '../../support/settings.ts'

// What follows a proof before anything is handed out: mailed codes, second factors, hooks, and what spares them.

const MAILED = { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' }
const TRUSTING = {
  ...FACTORS,
  ...MAILED,
  MFA_TRUST_ENABLED: 'true',
  ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
}
const ADDRESS = 'Alice@Example.com'
const MAILBOX = 'alice@example.com'

async function withUser(
  env: Readonly<Record<string, unknown>>,
  given: Partial<SeededUser> = {},
  options: TestAppOptions = {},
) {
  const app = await createTestApp({ env, users: [aUser({ email: ADDRESS, ...given })], ...options })
  const [user] = await app.deps().db.select(userColumns).from(users)
  if (user === undefined) throw new Error('nobody')
  const signIn = (how: ProofKind = 'password', more: Partial<SignIn> = {}): SignIn => ({
    proof: proofOf(how, user),
    wanted: { key: true, jwt: false, session: false },
    email: 'verified',
    missingFactor: null,
    ...more,
  })
  return { app, user, signIn }
}

async function seedSession(app: TestApp, passwordHash: string): Promise<void> {
  const now = app.clock.now()
  await app
    .deps()
    .db.insert(sessions)
    .values({
      keyHash: 'kept',
      userId: 1,
      authHash: await sessionAuthHash(passwordHash, app.settings.SECRET_KEY),
      createdAt: now,
      expiresAt: new Date(now.getTime() + 60_000),
    })
}

async function isRehashed(app: TestApp): Promise<boolean> {
  await app.settle()
  const [user] = await app.deps().db.select({ hash: users.password }).from(users)
  const [session] = await app.deps().db.select({ bound: sessions.authHash }).from(sessions)
  const bound = await sessionAuthHash('better', app.settings.SECRET_KEY)
  return user?.hash === 'better' && session?.bound === bound
}

describe('a mailed code', () => {
  test.each<[ProofKind, Partial<SignIn>, object]>([
    ['password', {}, { how: 'password', isUserVerified: false, wasEmailVerified: true }],
    ['registration', { email: 'not_asked' }, { how: 'password', wasEmailVerified: false }],
    ['provider', {}, { how: 'provider' }],
    [
      'passkey',
      { method: { isUserVerified: true }, ties: { passkeyId: 3 } },
      { how: 'passkey', isUserVerified: true, ties: { passkeyId: 3 } },
    ],
    ['passkey', { email: 'unverified' }, { how: 'passkey', isUserVerified: false }],
  ])('follows a proof by %s with %j', async (how, more, step) => {
    const { app, user, signIn } = await withUser(MAILED)
    const outcome = await mailLoginStep(app.deps(), signIn(how, more), user)
    if (outcome.kind !== 'mailed_step_required') throw new Error(outcome.kind)
    await app.settle()
    expect(app.mailbox.map(({ to }) => to)).toEqual([ADDRESS])
    const opened = await openLoginStep(app.deps(), outcome.handle)
    const rest = { tokenVersion: 0, isRemembered: true }
    expect(opened?.step).toMatchObject({ ...rest, ...step })
    expect(opened?.handle).toMatchObject({ userId: 1, email: ADDRESS, isMailed: true })
    if (more.ties === undefined) expect(opened?.step).not.toHaveProperty('ties')
  })

  test('goes nowhere without an address', async () => {
    const { app, user, signIn } = await withUser(MAILED, { email: '', emailVerified: null })
    expect(await mailLoginStep(app.deps(), signIn(), user)).toEqual({ kind: 'no_mailbox' })
  })

  test('is counted by its mailbox, in whatever case, and mailed no more then', async () => {
    const rates = { ACCOUNT_RATE_LIMITS: { send_email: '1/m/key' } }
    const { app, user, signIn } = await withUser({ ...MAILED, ...rates })
    const mail = async (email: string) => {
      const outcome = await mailLoginStep(app.deps(), signIn(), { ...user, email })
      await app.settle()
      return outcome.kind
    }
    expect(await mail(ADDRESS)).toBe('mailed_step_required')
    expect(await mail(MAILBOX)).toBe('throttled')
    expect(app.mailbox).toHaveLength(1)
    expect(await mail('other@example.com')).toBe('mailed_step_required')
    const hits = await app.deps().db.select({ key: throttleHits.key }).from(throttleHits)
    expect(hits.every(({ key }) => key.startsWith('send_email:'))).toBe(true)
  })

  test('goes to nobody whose password is another meanwhile', async () => {
    const { app, user, signIn } = await withUser(MAILED)
    await app.deps().db.update(users).set({ password: 'another' })
    const outcome = await mailLoginStep(app.deps(), signIn(), user)
    await app.settle()
    if (outcome.kind !== 'mailed_step_required') throw new Error(outcome.kind)
    expect(app.mailbox).toEqual([])
    expect(await app.deps().db.select().from(emailOutbox)).toEqual([])
    expect((await openLoginStep(app.deps(), outcome.handle))?.handle.isMailed).toBe(false)
  })

  test('is the one of its handle, in the language of the client, and ends with a logout', async () => {
    const german = { client: { acceptLanguage: 'de' } }
    const { app, user, signIn } = await withUser(
      { ...MAILED, USE_ACCEPT_LANGUAGE: 'true' },
      {},
      german,
    )
    const revoked = { ...user, tokensRevokedAt: new Date(5) }
    await app.deps().db.update(users).set({ tokensRevokedAt: revoked.tokensRevokedAt })
    const outcome = await mailLoginStep(app.deps(), signIn(), revoked)
    if (outcome.kind !== 'mailed_step_required') throw new Error(outcome.kind)
    await app.settle()
    const opened = await openLoginStep(app.deps(), outcome.handle)
    expect(opened?.step.tokenVersion).toBe(5)
    const { SECRET_KEY } = app.settings
    const code = await emailedCode(SECRET_KEY, 'login-code', opened?.handle.seed ?? '')
    const [mail] = app.mailbox
    expect(mail?.subject).toContain('Dein Anmeldecode')
    expect(mail?.text.split('\n')).toContain(code)
  })

  test('goes along with a better hash, which the handle is bound to', async () => {
    const { app, user, signIn } = await withUser(MAILED)
    await seedSession(app, user.passwordHash)
    const outcome = await mailLoginStep(app.deps(), signIn('password', { newHash: 'better' }), user)
    if (outcome.kind !== 'mailed_step_required') throw new Error(outcome.kind)
    expect(await isRehashed(app)).toBe(true)
    expect(app.mailbox).toHaveLength(1)
    const opened = await openLoginStep(app.deps(), outcome.handle)
    expect(JSON.stringify(opened)).toContain(await sha256Hex('better'))
  })
})

describe('a second factor', () => {
  test('is asked for where one is missing, with what the first step proved', async () => {
    const { app, user, signIn } = await withUser(FACTORS)
    const given = signIn('provider', { missingFactor: 7, ties: { mailedTo: MAILBOX } })
    const asked = await askForSecondFactor(app.deps(), given)
    const opened = await openPendingLogin(app.deps(), asked?.ephemeralToken ?? '')
    expect(opened?.login).toMatchObject({
      userId: 1,
      deviceId: 7,
      how: 'provider',
      wasEmailVerified: true,
      passwords: [await sha256Hex(user.passwordHash)],
      tokenVersion: 0,
      ties: { mailedTo: MAILBOX },
    })
  })

  test('of a proof that says nothing of a password is bound to none', async () => {
    const { app, signIn } = await withUser(FACTORS)
    const { proof, ...given } = signIn('provider', { missingFactor: 7 })
    const asked = await askForSecondFactor(app.deps(), {
      ...given,
      proof: { ...proof, passwordHash: undefined },
    })
    const opened = await openPendingLogin(app.deps(), asked?.ephemeralToken ?? '')
    expect(opened?.login.passwords).toEqual([await sha256Hex('')])
  })

  test('is bound to when the tokens of the account were revoked', async () => {
    const { app, signIn } = await withUser(FACTORS)
    const { proof, ...given } = signIn('password', { missingFactor: 7 })
    const revoked = { ...proof, tokensRevokedAt: new Date(5) }
    const asked = await askForSecondFactor(app.deps(), { ...given, proof: revoked })
    const opened = await openPendingLogin(app.deps(), asked?.ephemeralToken ?? '')
    expect(opened?.login.tokenVersion).toBe(5)
  })

  test('knows the better hash that is stored meanwhile', async () => {
    const { app, user, signIn } = await withUser(FACTORS)
    await seedSession(app, user.passwordHash)
    const given = signIn('password', { missingFactor: 7, newHash: 'better', email: 'not_asked' })
    const asked = await askForSecondFactor(app.deps(), given)
    expect(await isRehashed(app)).toBe(true)
    const opened = await openPendingLogin(app.deps(), asked?.ephemeralToken ?? '')
    const passwords = await Promise.all([user.passwordHash, 'better'].map(sha256Hex))
    expect(opened?.login).toMatchObject({ passwords, wasEmailVerified: false })
    expect(opened?.login).not.toHaveProperty('ties')
  })

  test.each([
    ['none is set up', FACTORS, null],
    ['there are none', {}, 7],
  ])('is not asked for where %s', async (_, env, missingFactor) => {
    const { app, signIn } = await withUser(env)
    const given = signIn('password', { missingFactor })
    expect(await askForSecondFactor(app.deps(), given)).toBeUndefined()
  })

  test('misses in no proof that is not of one factor, or of nobody yet', async () => {
    const { app, signIn } = await withUser(FACTORS)
    const given = signIn('caller', { missingFactor: 7 })
    const words = 'a proof by caller misses no factor'
    await expect(askForSecondFactor(app.deps(), given)).rejects.toThrow(words)
    const made = { ...signIn().proof, userId: sql`1` }
    const nobody = { ...signIn('password', { missingFactor: 7 }), proof: made }
    await expect(askForSecondFactor(app.deps(), nobody)).rejects.toThrow('a proof by password')
  })
})

describe('that there is no second factor', () => {
  const [ONE, BOTH] = [{}, { isUserVerified: true }]

  test.each<
    [ProofKind, Readonly<Record<string, string>>, object | undefined, number | undefined, boolean]
  >([
    ['passkey', FACTORS, undefined, undefined, true],
    ['password', FACTORS, ONE, undefined, true],
    ['password', FACTORS, BOTH, undefined, true],
    ['provider', FACTORS, ONE, undefined, true],
    ['emailed_code', FACTORS, ONE, undefined, true],
    ['passkey', FACTORS, ONE, undefined, true],
    ['passkey', FACTORS, { isUserVerified: false }, undefined, true],
    ['passkey', FACTORS, BOTH, undefined, false],
    ['second_factor', FACTORS, ONE, undefined, false],
    ['caller', FACTORS, ONE, undefined, false],
    ['impersonation', FACTORS, ONE, undefined, false],
    ['password', {}, ONE, undefined, false],
    ['passkey', {}, BOTH, undefined, false],
    ['password', FACTORS, ONE, 7, true],
    ['passkey', FACTORS, BOTH, 7, true],
  ])('or the same one, must hold of %s under %j with %j, trusted %j: %s', (...row) => {
    const [how, env, method, trusted, isAsked] = row
    const proof = { how, userId: 1, isActive: true, passwordHash: 'x', tokensRevokedAt: null }
    const given = { proof, ...(method === undefined ? {} : { method }) }
    const condition = factorCondition(settingsOf(env), given, trusted)
    expect(condition !== undefined).toBe(isAsked)
  })

  test('is added to what a proof asks for, and nothing is where nothing more must hold', () => {
    const proof = {
      how: 'password',
      userId: 1,
      isActive: true,
      passwordHash: 'x',
      tokensRevokedAt: null,
    } as const
    expect(withCondition(proof, undefined)).toBe(proof)
    const [one, two] = [sql`1`, sql`2`]
    expect(Object.keys(withCondition(proof, one))).toContain('condition')
    const dialect = new SQLiteAsyncDialect()
    const text = (given: SQL | undefined) => dialect.sqlToQuery(given ?? sql``).sql
    expect(text(withCondition({ ...proof, condition: one }, two).condition)).toBe('(1 and 2)')
    expect(text(withCondition({ ...proof, condition: one }, undefined).condition)).toBe('1')
  })
})

describe('a device that is trusted', () => {
  const BOTH = { deviceId: 7, mailbox: MAILBOX }
  const NOT_TRUSTING = { MFA_TRUST_ENABLED: 'false' }
  const NOT_MAILING = { ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'false' }

  async function spared(
    env: Readonly<Record<string, unknown>>,
    more: Partial<SignIn> = {},
    how: ProofKind = 'password',
  ): Promise<object> {
    const { app, user, signIn } = await withUser(env)
    const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
    const trustToken = await makeTrustToken(app.deps(), subject, BOTH)
    const given = { missingFactor: 7, address: ADDRESS, trustToken, ...more }
    return sparedStepsOf(app.deps(), signIn(how, given))
  }

  test.each<[string, object, Partial<SignIn>, ProofKind, object]>([
    ['both steps', {}, {}, 'password', BOTH],
    ['no other app', {}, { missingFactor: 8 }, 'password', { mailbox: MAILBOX }],
    ['nothing without its token', {}, { trustToken: undefined }, 'password', {}],
    ['no app that is not missing', {}, { missingFactor: null }, 'password', { mailbox: MAILBOX }],
    ['no other mailbox', {}, { address: 'b@example.com' }, 'password', { deviceId: 7 }],
    ['no mailbox that there is not', {}, { address: '' }, 'password', { deviceId: 7 }],
    ['no mail that was read', {}, { hasMailedStep: true }, 'password', { deviceId: 7 }],
    ['no mail that is not asked for', {}, {}, 'emailed_code', { deviceId: 7 }],
    ['no app by the settings', NOT_TRUSTING, {}, 'password', { mailbox: MAILBOX }],
    ['no mail by the settings', NOT_MAILING, {}, 'password', { deviceId: 7 }],
    ['nothing by the settings', { ...NOT_TRUSTING, ...NOT_MAILING }, {}, 'password', {}],
  ])('is spared %s', async (_, env, more, how, steps) => {
    expect(await spared({ ...TRUSTING, ...env }, more, how)).toEqual(steps)
  })

  test.each([
    ['is being made', { userId: sql`1` }],
    ['is known by no password', { passwordHash: undefined }],
    ['is known by no version', { tokensRevokedAt: undefined }],
  ])('is spared nothing of an account that %s', async (_, unknown) => {
    const { app, user, signIn } = await withUser(TRUSTING)
    const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
    // As if there were a token that was made for such an account.
    const made: typeof subject = Object.assign({ ...subject }, unknown)
    const trustToken = await makeTrustToken(app.deps(), made, BOTH)
    const given = signIn('password', { missingFactor: 7, address: ADDRESS, trustToken })
    const steps = { ...given, proof: { ...given.proof, ...unknown } }
    expect(await sparedStepsOf(app.deps(), steps)).toEqual({})
  })

  test.each([{ address: '' }, {}])('is spared no mail to no mailbox: %j', async (given) => {
    const { app, user, signIn } = await withUser(TRUSTING)
    const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
    const trustToken = await makeTrustToken(app.deps(), subject, { mailbox: '' })
    const steps = await sparedStepsOf(app.deps(), signIn('password', { ...given, trustToken }))
    expect(steps).toEqual({})
  })

  test.each<[string, (app: TestApp) => Promise<unknown>, string]>([
    ['nothing', () => Promise.resolve(), 'issued'],
    ['the app is taken away', (app) => app.deps().db.delete(totpDevices), 'stale_proof'],
    [
      'the app is another one',
      (app) => app.deps().db.update(totpDevices).set({ id: 9 }),
      'stale_proof',
    ],
    [
      'the mailbox is given up',
      async (app) => {
        await app.deps().db.delete(emailAddresses)
        await app.deps().db.update(users).set({ email: 'b@x.org', emailFolded: 'b@x.org' })
      },
      'stale_proof',
    ],
  ])('is spared nothing that changes before the login ends: %s', async (_, happens, kind) => {
    const { app, user, signIn } = await withUser(TRUSTING)
    await seedFactor(app)
    const deps = app.deps()
    const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
    const trustToken = await makeTrustToken(deps, subject, { deviceId: 1, mailbox: MAILBOX })
    const given = signIn('password', { missingFactor: 1, address: ADDRESS, trustToken })
    const prepared = await prepareSignIn(deps, given)
    if (prepared.kind !== 'prepared') throw new Error(prepared.kind)
    await happens(app)
    const [first, ...rest] = prepared.statements
    const results = first === undefined ? [] : await deps.db.batch([first, ...rest])
    expect((await prepared.issue(results, user)).kind).toBe(kind)
  })

  test.each([
    ['all that was taken', {}, BOTH, undefined, BOTH],
    ['what was taken and what it had', {}, { deviceId: 7 }, BOTH, BOTH],
    ['what it had alone', {}, {}, { mailbox: MAILBOX }, { mailbox: MAILBOX }],
    ['what the settings let it', NOT_TRUSTING, BOTH, undefined, { mailbox: MAILBOX }],
    ['nothing by the settings', { ...NOT_TRUSTING, ...NOT_MAILING }, BOTH, BOTH, {}],
    ['nothing for nothing', {}, {}, undefined, {}],
  ])('is trusted with %s', async (_, env, taken, had, expected) => {
    const { app, user } = await withUser({ ...TRUSTING, ...env })
    const deps = app.deps()
    const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
    const former =
      had === undefined
        ? {}
        : { former: { trustToken: await makeTrustToken(deps, subject, had), steps: BOTH } }
    const { trustToken } = await newTrust(deps, user, { taken, ...former })
    expect(trustToken === undefined).toBe(Object.keys(expected).length === 0)
    const everywhere = { ...deps, settings: settingsOf(TRUSTING) }
    const proof = proofOf('password', user)
    const steps = await sparedStepsOf(
      { ...everywhere, settings: { ...deps.settings, ...pickTrust(everywhere.settings) } },
      {
        proof,
        wanted: { key: true, jwt: false, session: false },
        email: 'verified',
        missingFactor: 7,
        address: ADDRESS,
        trustToken,
      },
    )
    expect(steps).toEqual(expected)
  })
})

/** What is trusted, of settings that trust everything. */
function pickTrust(settings: TestApp['settings']) {
  const { MFA_TRUST_ENABLED, ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED } = settings
  return { MFA_TRUST_ENABLED, ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED }
}

describe('hooks', () => {
  const asked: unknown[] = []
  const hooks: Hooks = {
    beforeLogin: {
      onFailure: 'deny',
      run: (event) => {
        asked.push(event)
        return { allow: true, claims: { risk: 'low' } }
      },
    },
  }

  test.each<[ProofKind, boolean]>([
    ['password', true],
    ['second_factor', true],
    ['impersonation', true],
    ['caller', false],
    ['registration', false],
  ])('are asked about a proof by %s: %s', async (how, isAsked) => {
    asked.length = 0
    const { app, signIn } = await withUser({}, {}, { hooks })
    const claims = await callHooks(app.deps(), signIn(how).proof)
    expect(claims).toEqual(isAsked ? { risk: 'low' } : {})
    expect(asked).toMatchObject(isAsked ? [{ user_id: 1, how }] : [])
  })

  test.each([
    ['its number alone', {}, undefined],
    ['the id that clients see, too', { USER_PK: 'uuid' }, expect.any(String)],
  ])('hear of the account %s', async (_, env, pk) => {
    asked.length = 0
    const { app, signIn } = await withUser(env, {}, { hooks })
    await callHooks(app.deps(), signIn().proof)
    expect(asked.map((event) => ({ pk: undefined, ...Object(event) }))).toMatchObject([
      { user_id: 1, pk },
    ])
  })

  test('that refuse are noted, those that fail are not', async () => {
    const deny = { onFailure: 'deny' } as const
    const refusing = { beforeLogin: { ...deny, run: () => ({ allow: false, message: 'no' }) } }
    const failing = {
      beforeLogin: {
        ...deny,
        run: () => {
          throw new Error('broken')
        },
      },
    }
    for (const [given, error, kinds] of [
      [refusing, HookRefused, ['login_denied']],
      [failing, HookDown, []],
    ] as const) {
      const { app, signIn } = await withUser({}, {}, { hooks: given })
      await expect(callHooks(app.deps(), signIn().proof)).rejects.toThrow(error)
      await app.settle()
      const noted = await app.deps().db.select({ kind: auditEvents.kind }).from(auditEvents)
      expect(noted.map(({ kind }) => kind)).toEqual(kinds)
    }
  })

  test('are asked about nobody who is being made', async () => {
    asked.length = 0
    const { app, signIn } = await withUser({}, {}, { hooks })
    expect(await callHooks(app.deps(), { ...signIn().proof, userId: sql`1` })).toEqual({})
    expect(asked).toEqual([])
  })
})

describe('claims of the method', () => {
  const now = new Date(1_700_000_000_999)
  const of = (method: LoginMethod) =>
    methodClaims({ settings: settingsOf({ JWT_AUTH_METHOD_CLAIMS: 'true' }), now }, method)
  const [one, two] = [
    { auth_time: 1_700_000_000, acr: 'aal1' },
    { auth_time: 1_700_000_000, acr: 'aal2' },
  ]

  test.each<[LoginMethod, object]>([
    [{ how: 'password' }, { ...one, amr: ['pwd'] }],
    [{ how: 'registration' }, { ...one, amr: ['pwd'] }],
    [{ how: 'provider' }, one],
    [{ how: 'emailed_code' }, { ...one, amr: ['otp'] }],
    [{ how: 'passkey' }, { ...one, amr: ['swk'] }],
    [
      { how: 'passkey', isUserVerified: true },
      { ...two, amr: ['swk', 'user', 'mfa'] },
    ],
    [
      { how: 'password', hasMailedCode: true },
      { ...one, amr: ['pwd', 'otp'] },
    ],
    [
      { how: 'provider', hasMailedCode: true },
      { ...one, amr: ['otp'] },
    ],
    [{ how: 'second_factor' }, { ...two, amr: ['otp', 'mfa'] }],
    [
      { how: 'second_factor', firstStep: 'password' },
      { ...two, amr: ['pwd', 'otp', 'mfa'] },
    ],
    [
      { how: 'second_factor', firstStep: 'emailed_code' },
      { ...two, amr: ['otp', 'mfa'] },
    ],
    [
      { how: 'second_factor', firstStep: 'passkey' },
      { ...two, amr: ['swk', 'otp', 'mfa'] },
    ],
    [{ how: 'caller' }, {}],
    [{ how: 'impersonation' }, {}],
  ])('%j', (method, claims) => {
    expect(of(method)).toEqual(claims)
  })
})
