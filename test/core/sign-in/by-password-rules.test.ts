import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { makeDeviceToken } from '../../../src/core/limits/known-device.ts'
import { makePassword } from '../../../src/core/passwords/passwords.ts'
import { login, type LoginOutcome } from '../../../src/core/sign-in/by-password.ts'
import type { LoginInput } from '../../../src/core/sign-in/login-input.ts'
import { sessionAuthHash } from '../../../src/core/tokens/authentication.ts'
import { sha256Hex } from '../../../src/crypto.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { sessions } from '../../../src/db/schema/credentials.ts'
import { throttleHits } from '../../../src/db/schema/limits.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { FACTORS, seedFactor } from '../../support/second-factor.ts'
import type { SeededUser } from '../../support/seed.ts'

const PASSWORD = 'right-horse-staple'
const OTHER = 'another-horse-staple'
const MAILED = { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' }
const LIMITLESS = { ACCOUNT_RATE_LIMITS: 'false', KNOWN_DEVICE_COOKIE: '' }

function appWith(
  seeded: readonly SeededUser[] = [aUser()],
  env: Record<string, unknown> = LIMITLESS,
): Promise<TestApp> {
  return createTestApp({ env, users: seeded })
}

function logIn(app: TestApp, typed: Partial<LoginInput>): Promise<LoginOutcome> {
  return login(app.deps(), {
    username: undefined,
    email: undefined,
    password: PASSWORD,
    sessionKey: undefined,
    deviceToken: undefined,
    wanted: { key: true, jwt: false, session: false },
    ...typed,
  })
}

async function who(app: TestApp, typed: Partial<LoginInput>): Promise<number | string> {
  const outcome = await logIn(app, typed)
  return outcome.kind === 'issued' ? outcome.user.id : outcome.kind
}

async function auditOf(app: TestApp): Promise<readonly (readonly [string, number | null])[]> {
  await app.settle()
  const rows = await app.deps().db.select().from(auditEvents).orderBy(auditEvents.id)
  return rows.map(({ kind, userId }) => [kind, userId])
}

async function failureHits(app: TestApp): Promise<number> {
  await app.settle()
  const rows = await app.deps().db.select({ key: throttleHits.key }).from(throttleHits)
  return rows.filter(({ key }) => key.startsWith('login_failed')).length
}

describe('what is told', () => {
  test('of a deactivated account nothing, but to its log', async () => {
    const app = await appWith([aUser({ isActive: false })])
    expect(await logIn(app, { username: 'alice' })).toEqual({ kind: 'bad_credentials' })
    expect(await auditOf(app)).toEqual([['login_failed', 1]])
  })

  test.each([
    ['right', PASSWORD, [['login', 1]]],
    ['wrong', OTHER, [['login_failed', 1]]],
  ])('of one with a %s password, to its log', async (_, password, audited) => {
    const app = await appWith()
    await logIn(app, { username: 'alice', password })
    expect(await auditOf(app)).toEqual(audited)
  })

  test('of an address that is not verified', async () => {
    const env = { ...LIMITLESS, ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
    const app = await appWith([aUser({ emailVerified: false })], env)
    expect(await logIn(app, { username: 'alice' })).toEqual({ kind: 'email_unverified' })
    expect(await auditOf(app)).toEqual([['login_unverified', 1]])
  })
})

test.each(['true', 'false'])(
  'verified must be the own address (FOLD_STORED_EMAILS %s)',
  async (FOLD_STORED_EMAILS) => {
    const env = { ...LIMITLESS, ACCOUNT_EMAIL_VERIFICATION: 'mandatory', FOLD_STORED_EMAILS }
    const app = await appWith([aUser({ emailVerified: false })], env)
    const second = 'second@example.com'
    const row = { userId: 1, email: second, emailFolded: second, isVerified: true }
    await app.deps().db.insert(emailAddresses).values(row)
    expect(await who(app, { username: 'alice' })).toBe('email_unverified')
    await app.deps().db.update(emailAddresses).set({ isVerified: true })
    expect(await who(app, { username: 'alice' })).toBe(1)
  },
)

test.each([
  ['second_factor_required', 'login_mfa_required', FACTORS, {}],
  ['mailed_step_required', 'login_mfa_required', MAILED, {}],
  ['no_mailbox', 'login_unverified', MAILED, { email: '', emailVerified: null }],
])('of a right password is told that it is %s; noted is %s', async (kind, noted, env, user) => {
  const app = await appWith([aUser(user)], { ...LIMITLESS, ...env })
  if (kind === 'second_factor_required') await seedFactor(app)
  expect((await logIn(app, { username: 'alice' })).kind).toBe(kind)
  expect(await auditOf(app)).toEqual([[noted, 1]])
})

test('a mailbox that has had enough is told to who has the password, and noted', async () => {
  const rates = { ACCOUNT_RATE_LIMITS: { send_email: '1/m/key' } }
  const app = await appWith([aUser()], { ...LIMITLESS, ...MAILED, ...rates })
  await logIn(app, { username: 'alice' })
  expect((await logIn(app, { username: 'alice' })).kind).toBe('throttled')
  expect(await auditOf(app)).toEqual([
    ['login_mfa_required', 1],
    ['login_mfa_required', 1],
  ])
})

test.each([
  [{ username: 'a\0' }, 'username', 'null_character'],
  [{ email: 'no address' }, 'email', 'email_invalid'],
  [{ username: 'alice', password: '' }, 'password', 'blank'],
  [{ username: 'alice', password: 'a\0' }, 'password', 'null_character'],
  [{}, undefined, 'name_and_password_required'],
])('%j is no login: %s', async (typed, field, code) => {
  const outcome = await logIn(await appWith(), typed)
  expect(outcome).toEqual({
    kind: 'invalid',
    faults: [expect.objectContaining(field === undefined ? { code } : { field, code })],
  })
})

test.each([
  ['username', { email: 'alice@example.com' }, 'username_and_password_required'],
  ['email', { username: 'alice' }, 'email_and_password_required'],
])('with logins by %s, %j is none', async (methods, typed, code) => {
  const app = await appWith([aUser()], { ...LIMITLESS, ACCOUNT_LOGIN_METHODS: methods })
  expect(await logIn(app, typed)).toEqual({
    kind: 'invalid',
    faults: [{ field: undefined, code }],
  })
})

describe('who is meant', () => {
  test('never who has no address, by a name that nobody has', async () => {
    const app = await appWith([aUser({ username: 'bob', email: '', emailVerified: null })], {
      ...LIMITLESS,
      ACCOUNT_LOGIN_METHODS: 'username',
    })
    expect(await who(app, { username: 'nobody' })).toBe('bad_credentials')
    expect(await who(app, { username: 'bob' })).toBe(1)
  })

  test('never by another address of the account that nobody has verified', async () => {
    const app = await appWith()
    const second = 'second@example.com'
    const row = { userId: 1, email: second, emailFolded: second, isVerified: false }
    await app.deps().db.insert(emailAddresses).values(row)
    expect(await who(app, { email: second })).toBe('bad_credentials')
  })

  test('never who has no name, by an address or by a name that is too long', async () => {
    const app = await appWith([aUser({ username: '', email: 'x@example.com' })])
    expect(await who(app, { email: 'nobody@example.com' })).toBe('bad_credentials')
    expect(await who(app, { username: 'y'.repeat(321) })).toBe('bad_credentials')
    expect(await who(app, { email: 'x@example.com' })).toBe(1)
  })

  test('by an address of 320 characters at most', async () => {
    const app = await appWith([aUser({ username: 'x'.repeat(320) })])
    expect(await who(app, { username: 'x'.repeat(320) })).toBe(1)
  })

  test.each([
    ['any case', 'true', 'ZOÉ', 1],
    ['the case of ASCII', 'false', 'ZOÉ', 'bad_credentials'],
    ['the case of ASCII', 'false', 'ZOé', 1],
  ])('by a name in %s (FOLD_USERNAMES %s): %s', async (_, FOLD_USERNAMES, username, expected) => {
    const app = await appWith([aUser({ username: 'zoé' })], { ...LIMITLESS, FOLD_USERNAMES })
    expect(await who(app, { username })).toBe(expected)
  })

  test.each([
    ['true', 'Carol@example.com', 'CAROL@example.com', 1],
    ['false', 'Carol@example.com', 'carol@example.com', 'bad_credentials'],
    ['false', 'carol@example.com', 'CAROL@example.com', 1],
  ])('with FOLD_STORED_EMAILS %s by the stored %s: %s', async (fold, stored, email, expected) => {
    const app = await appWith([aUser({ username: 'carol', email: stored, emailVerified: null })], {
      ...LIMITLESS,
      FOLD_STORED_EMAILS: fold,
    })
    expect(await who(app, { email })).toBe(expected)
  })

  test('where an address is given it alone counts', async () => {
    const app = await appWith([aUser(), aUser({ username: 'bob' })])
    expect(await who(app, { username: 'alice', email: 'bob@example.com' })).toBe(2)
    expect(await who(app, { username: 'alice', email: '' })).toBe(1)
  })

  test('by the name as it would be stored, too', async () => {
    const app = await appWith([aUser({ username: 'carol' })])
    expect(await who(app, { username: 'ｃａｒｏｌ' })).toBe(1)
  })
})

describe('a session that comes with the login', () => {
  const SESSION_KEY = '0123456789abcdefghijklmnopqrstuv'
  const wanted = { key: false, jwt: false, session: true }

  async function kept(given: {
    readonly userId?: number
    readonly seconds?: number
    readonly bound?: string
  }): Promise<boolean> {
    const env = { ...LIMITLESS, SESSION_LOGIN: 'true' }
    const app = await appWith([aUser(), aUser({ username: 'bob' })], env)
    const { db } = app.deps()
    const userId = given.userId ?? 1
    const [user] = await db.select().from(users).where(eq(users.id, userId))
    const authHash =
      given.bound ?? (await sessionAuthHash(user?.password ?? '', app.settings.SECRET_KEY))
    const now = app.clock.now()
    await db.insert(sessions).values({
      keyHash: await sha256Hex(SESSION_KEY),
      userId,
      authHash,
      createdAt: now,
      expiresAt: new Date(now.getTime() + (given.seconds ?? 60) * 1000),
    })
    const outcome = await logIn(app, { username: 'alice', sessionKey: SESSION_KEY, wanted })
    if (outcome.kind !== 'issued') throw new Error(outcome.kind)
    return outcome.credentials.sessionKey === SESSION_KEY
  }

  test.each([
    ['is kept where it is the same user’s', {}, true],
    ['is not where it is another one’s', { userId: 2 }, false],
    ['is not where it is over', { seconds: 0 }, false],
    ['is not where another password bound it', { bound: 'elsewhere' }, false],
  ])('%s', async (_, given, isKept) => {
    expect(await kept(given)).toBe(isKept)
  })

  test('is not looked for where none is wanted', async () => {
    const app = await appWith()
    const outcome = await logIn(app, { username: 'alice', sessionKey: SESSION_KEY })
    expect(outcome.kind === 'issued' && outcome.credentials).toEqual({ key: expect.any(String) })
  })

  test.each([
    ['none came', undefined, wanted],
    ['none is wanted', SESSION_KEY, { key: true, jwt: false, session: false }],
  ])('is not asked for where %s', async (_, sessionKey, wishes) => {
    const app = await appWith([aUser()], { ...LIMITLESS, SESSION_LOGIN: 'true' })
    const sent: string[] = []
    app.outside.interceptDatabase(async (request, pass) => {
      sent.push(await request.clone().text())
      return pass(request)
    })
    expect((await logIn(app, { username: 'alice', sessionKey, wanted: wishes })).kind).toBe(
      'issued',
    )
    app.outside.interceptDatabase(undefined)
    expect(sent[0]).toContain('from users')
    expect(sent[0]).not.toContain('sessions')
  })
})

describe('rates', () => {
  const RATES = { ACCOUNT_RATE_LIMITS: { login_failed: '2/m/key' } }

  test('right passwords are not counted as wrong ones', async () => {
    const app = await appWith([aUser()], RATES)
    await logIn(app, { username: 'alice' })
    expect(await failureHits(app)).toBe(0)
    await logIn(app, { username: 'alice', password: OTHER })
    expect(await failureHits(app)).toBe(1)
  })

  test.each([
    [
      'as wrong ones by an address that is not verified, as by any',
      { email: 'alice@example.com' },
      1,
    ],
    ['as right ones by a name', { username: 'alice' }, 0],
  ])('right passwords of an unverified account count %s', async (_, typed, hits) => {
    const env = { ...RATES, ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
    const app = await appWith([aUser({ emailVerified: false })], env)
    expect(await who(app, typed)).toBe('email_unverified')
    expect(await failureHits(app)).toBe(hits)
  })

  test('wrong ones end with a refusal, but on a device that is known', async () => {
    const app = await appWith([aUser()], RATES)
    const deviceToken = await makeDeviceToken(app.deps(), { id: 1, tokensRevokedAt: null })
    for (const expected of ['bad_credentials', 'bad_credentials', 'throttled']) {
      expect(await who(app, { username: 'alice', password: OTHER })).toBe(expected)
    }
    expect(await logIn(app, { username: 'alice' })).toEqual({ kind: 'throttled', waitSeconds: 60 })
    expect(await who(app, { username: 'alice', deviceToken })).toBe(1)
  })
})

describe('a hash that changes while the password is looked at', () => {
  async function changed(to: string | undefined): Promise<number | string> {
    const app = await appWith()
    const deps = app.deps()
    const hash = to === undefined ? undefined : await makePassword(deps, to)
    let isFirst = true
    app.outside.interceptDatabase(async (request, pass) => {
      const response = await pass(request)
      if (isFirst) {
        isFirst = false
        const { db } = app.deps()
        await (hash === undefined
          ? db.delete(users)
          : db.update(users).set({ password: hash }).where(eq(users.id, 1)))
      }
      return response
    })
    const outcome = await who(app, { username: 'alice' })
    app.outside.interceptDatabase(undefined)
    return outcome
  }

  test('gives no guess back where the name is someone else’s by then', async () => {
    const rates = { ACCOUNT_RATE_LIMITS: { login_failed: '9/m/key' } }
    const app = await appWith([aUser(), aUser({ username: 'bob' })], rates)
    let isRead = false
    app.outside.interceptDatabase(async (request, pass) => {
      const response = await pass(request)
      if (isRead) return response
      isRead = true
      const { db } = app.deps()
      const [gone, alice] = ['gone', 'alice'].map((name) => ({
        username: name,
        usernameFolded: name,
      }))
      await db
        .update(users)
        .set({ ...gone, password: 'another' })
        .where(eq(users.id, 1))
      await db
        .update(users)
        .set({ ...alice })
        .where(eq(users.id, 2))
      return response
    })
    expect(await who(app, { username: 'alice' })).toBe(2)
    app.outside.interceptDatabase(undefined)
    expect(await auditOf(app)).toEqual([['login', 2]])
    expect(await failureHits(app)).toBe(1)
  })

  test.each([
    ['to another one of it', PASSWORD, 1],
    ['to one of another password', OTHER, 'bad_credentials'],
    ['to none, with its account', undefined, 'bad_credentials'],
  ])('%s', async (_, to, expected) => {
    expect(await changed(to)).toBe(expected)
  })
})

describe('an address that someone else has verified', () => {
  const HIDDEN = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
  const SHARED = 'shared@example.com'

  function claimed(env: object = HIDDEN, claim: Partial<SeededUser> = {}): Promise<TestApp> {
    return appWith(
      [
        aUser({ username: 'owner', email: SHARED, password: OTHER }),
        aUser({ username: 'claims', email: SHARED, emailVerified: false, ...claim }),
      ],
      { KNOWN_DEVICE_COOKIE: '', ACCOUNT_RATE_LIMITS: { login_failed: '9/m/key' }, ...env },
    )
  }

  test('answers the claim as if nobody had, and counts the guess', async () => {
    const app = await claimed()
    expect(await logIn(app, { email: SHARED })).toEqual({ kind: 'email_unverified' })
    expect(await failureHits(app)).toBe(1)
    expect(await logIn(app, { email: SHARED, password: 'neither' })).toEqual({
      kind: 'bad_credentials',
    })
    expect(await who(app, { email: SHARED, password: OTHER })).toBe(1)
  })

  test('also where the owner is deactivated, or has not proved another', async () => {
    const app = await claimed()
    await app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 1))
    expect(await who(app, { email: SHARED })).toBe('email_unverified')
    expect(await who(app, { email: SHARED, password: OTHER })).toBe('bad_credentials')
  })

  test.each([
    ['where addresses are not hidden', { ACCOUNT_EMAIL_VERIFICATION: 'optional' }, {}],
    ['of a deactivated claim', HIDDEN, { isActive: false }],
  ])('not %s', async (_, env, claim) => {
    const app = await claimed(env, claim)
    expect(await who(app, { email: SHARED })).toBe('bad_credentials')
  })

  test('asks no more than once more, and not of names', async () => {
    const app = await claimed()
    const costOf = async (typed: Partial<LoginInput>) =>
      (await app.costOf(() => logIn(app, typed))).total.roundTrips
    // The login, the claim, and after the answer the log.
    expect(await costOf({ email: SHARED })).toBe(3)
    expect(await costOf({ email: 'nobody@example.com' })).toBe(3)
    expect(await costOf({ username: 'nobody' })).toBe(2)
    // The right password of a deactivated account takes as long as any.
    await app.deps().db.update(users).set({ isActive: false })
    expect(await costOf({ email: SHARED, password: OTHER })).toBe(3)
  })

  test('of several claims none is told, but one that has it as its name', async () => {
    const claim = aUser({ username: 'second', email: SHARED, emailVerified: false })
    const seeded = [
      aUser({ username: 'owner', email: SHARED, password: OTHER }),
      claim,
      { ...claim, username: 'third' },
    ]
    const app = await appWith(seeded, { ...LIMITLESS, ...HIDDEN })
    expect(await who(app, { email: SHARED })).toBe('bad_credentials')
    const named = aUser({ username: SHARED, email: 'x@example.com', emailVerified: false })
    const other = await appWith([...seeded.slice(0, 1), named], { ...LIMITLESS, ...HIDDEN })
    expect(await who(other, { username: SHARED })).toBe('email_unverified')
    expect(await who(other, { email: SHARED })).toBe('bad_credentials')
  })
})
