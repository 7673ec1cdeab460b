import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { introspect } from '../../../src/core/sign-in/introspect.ts'
import { endAuthToken, endSession, logout } from '../../../src/core/sign-in/logout.ts'
import {
  endLogin,
  endOtherLogins,
  listLogins,
  logOutEverywhere,
} from '../../../src/core/sign-in/sessions.ts'
import { checkToken } from '../../../src/core/sign-in/verify-token.ts'
import type { SignedInCaller } from '../../../src/core/tokens/proof.sql.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import { sha256Hex } from '../../../src/crypto.ts'
import {
  authTokens,
  deviceTokens,
  refreshFamilies,
  sessions,
} from '../../../src/db/schema/credentials.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { spentRefreshTokens } from '../../../src/db/schema/refresh.ts'
import { users } from '../../../src/db/schema/users.ts'
import { claimsOf, cookieValuesOf, memberOf, signTestToken } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const SESSION_KEY = '0123456789abcdefghijklmnopqrstuv'
const ALICE = { username: 'alice', password: 'right-horse-staple' }
const JWT = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  ACCOUNT_RATE_LIMITS: 'false',
  UNIFORM_JWT_ERRORS: 'false',
}

function appWith(env: Record<string, unknown> = {}): Promise<TestApp> {
  return createTestApp({
    env,
    users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob', tokenKey: 'f'.repeat(40) })],
  })
}

/** Opens a session behind the service's back, for the first user. */
async function seedSession(app: TestApp, key = SESSION_KEY, userId = 1): Promise<string> {
  const keyHash = await sha256Hex(key)
  const [createdAt, expiresAt] = [app.clock.now(), new Date(app.clock.now().getTime() + 60_000)]
  const row = { keyHash, userId, authHash: 'bound', createdAt, expiresAt }
  await app.deps().db.insert(sessions).values(row)
  return keyHash
}

async function logIn(app: TestApp): Promise<{ access: string; refresh: string; family: string }> {
  const response = await app.post('login/', ALICE)
  const access = await memberOf(response.clone(), 'access')
  const refresh = await memberOf(response, 'refresh')
  await app.settle()
  return { access, refresh, family: String(claimsOf(refresh)['family']) }
}

async function callerBy(
  app: TestApp,
  credential: SignedInCaller['credential'],
): Promise<SignedInCaller> {
  const [user] = await app.deps().db.select(userColumns).from(users).where(eq(users.id, 1))
  if (user === undefined) throw new Error('nobody')
  return { user, credential }
}

const NOTHING = {
  caller: undefined,
  sessionKey: undefined,
  refreshToken: undefined,
  accessToken: undefined,
}

async function tokenOwners(app: TestApp): Promise<readonly number[]> {
  const rows = await app
    .deps()
    .db.select({ id: authTokens.userId })
    .from(authTokens)
    .orderBy(authTokens.userId)
  return rows.map(({ id }) => id)
}

async function sessionCount(app: TestApp): Promise<number> {
  return (await app.deps().db.select({ id: sessions.userId }).from(sessions)).length
}

const TOKENS_ARE_OF_LOGINS = [
  ['a login gives tokens', {}, true],
  ['a login gives JWTs', JWT, false],
  ['a login gives JWTs and ends all', { ...JWT, LOGOUT_ENDS_API_TOKENS: 'true' }, true],
  ['a login gives sessions alone', { TOKEN_MODEL: null, SESSION_LOGIN: 'true' }, false],
  [
    'a login gives sessions and ends all',
    { TOKEN_MODEL: null, SESSION_LOGIN: 'true', LOGOUT_ENDS_API_TOKENS: 'true' },
    true,
  ],
] as const

describe.each(TOKENS_ARE_OF_LOGINS)('where %s', (_, env, isEnded) => {
  const left = isEnded ? [2] : [1, 2]

  test(`a session that ends ends the auth token: ${isEnded}`, async () => {
    const app = await appWith(env)
    const keyHash = await seedSession(app)
    expect(await endSession(app.deps(), keyHash)).toBe(true)
    expect(await sessionCount(app)).toBe(0)
    expect(await tokenOwners(app)).toEqual(left)
    expect(await endSession(app.deps(), keyHash)).toBe(false)
  })

  test('a session that is over ends no auth token', async () => {
    const app = await appWith(env)
    const keyHash = await seedSession(app)
    app.clock.advance(60)
    await endSession(app.deps(), keyHash)
    expect(await tokenOwners(app)).toEqual([1, 2])
  })

  test(`a logout by something else ends the auth token: ${isEnded}`, async () => {
    const app = await appWith(env)
    const keyHash = await seedSession(app)
    const caller = await callerBy(app, { kind: 'session', keyHash })
    const done = await logout(app.deps(), { ...NOTHING, caller, sessionKey: SESSION_KEY })
    expect(done).toEqual({ refreshFault: undefined })
    expect(await sessionCount(app)).toBe(0)
    expect(await tokenOwners(app)).toEqual(left)
  })

  test('a logout by the auth token ends it, and no session', async () => {
    const app = await appWith(env)
    await seedSession(app)
    const caller = await callerBy(app, { kind: 'token', keyHash: await sha256Hex(KEY) })
    await logout(app.deps(), { ...NOTHING, caller })
    expect(await tokenOwners(app)).toEqual([2])
    expect(await sessionCount(app)).toBe(1)
  })
})

test('a session that is over ends no auth token', async () => {
  const app = await appWith()
  const keyHash = await seedSession(app)
  app.clock.advance(60)
  await endSession(app.deps(), keyHash)
  expect(await tokenOwners(app)).toEqual([1, 2])
})

describe('of two accounts', () => {
  const seeded = async () => {
    const app = await appWith()
    const alice = await seedSession(app)
    await seedSession(app, 'x'.repeat(32), 2)
    return { app, alice, tokenHash: await sha256Hex(KEY) }
  }

  test('a session ends with the auth token of its own', async () => {
    const { app, alice } = await seeded()
    expect(await endSession(app.deps(), alice)).toBe(true)
    expect([await tokenOwners(app), await sessionCount(app)]).toEqual([[2], 1])
  })

  test('an auth token ends with the session beside it alone', async () => {
    const { app, alice, tokenHash } = await seeded()
    expect(await endAuthToken(app.deps(), tokenHash, alice)).toBe(true)
    expect([await tokenOwners(app), await sessionCount(app)]).toEqual([[2], 1])
  })

  test('nothing ends by the token of a deactivated one, and its session ends alone', async () => {
    const { app, alice, tokenHash } = await seeded()
    await app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 1))
    expect(await endAuthToken(app.deps(), tokenHash, alice)).toBe(false)
    expect([await tokenOwners(app), await sessionCount(app)]).toEqual([[1, 2], 2])
    expect(await endSession(app.deps(), alice)).toBe(true)
    expect([await tokenOwners(app), await sessionCount(app)]).toEqual([[1, 2], 1])
  })

  test('everything of one ends everywhere, and nothing of the other', async () => {
    const { app } = await seeded()
    const { db } = app.deps()
    const dates = { createdAt: new Date(1), lastUsedAt: new Date(1), expiresAt: new Date(9e12) }
    await db.insert(deviceTokens).values([
      { ...dates, keyHash: 'of alice', userId: 1 },
      { ...dates, keyHash: 'of bob', userId: 2 },
    ])
    await logOutEverywhere(app.deps(), 1)
    expect([await tokenOwners(app), await sessionCount(app)]).toEqual([[2], 1])
    expect(await db.select({ of: deviceTokens.keyHash }).from(deviceTokens)).toEqual([
      { of: 'of bob' },
    ])
  })
})

test('an auth token ends with the session beside it; one that is none ends nothing', async () => {
  const app = await appWith()
  const sessionHash = await seedSession(app)
  expect(await endAuthToken(app.deps(), await sha256Hex('none'), sessionHash)).toBe(false)
  expect([await tokenOwners(app), await sessionCount(app)]).toEqual([[1, 2], 1])
  expect(await endAuthToken(app.deps(), await sha256Hex('f'.repeat(40)), sessionHash)).toBe(true)
  // Whoever holds both may end both.
  expect([await tokenOwners(app), await sessionCount(app)]).toEqual([[1], 0])
  expect(await endAuthToken(app.deps(), await sha256Hex(KEY), undefined)).toBe(true)
  expect(await tokenOwners(app)).toEqual([])
})

test('a token of a device ends alone', async () => {
  const app = await appWith({ TOKEN_PER_DEVICE: 'true' })
  const { db } = app.deps()
  const seeded = { userId: 1, createdAt: app.clock.now(), lastUsedAt: app.clock.now() }
  await db.insert(deviceTokens).values([
    { ...seeded, keyHash: 'one' },
    { ...seeded, keyHash: 'two' },
  ])
  const of = (credential: SignedInCaller['credential']) => callerBy(app, credential)
  const first = await of({ kind: 'token', keyHash: 'one', isOfDevice: true })
  await logout(app.deps(), { ...NOTHING, caller: first })
  expect(await db.select({ keyHash: deviceTokens.keyHash }).from(deviceTokens)).toEqual([
    { keyHash: 'two' },
  ])
  expect(await tokenOwners(app)).toEqual([1, 2])
  // The one of before is of all devices.
  await logout(app.deps(), { ...NOTHING, caller: await of({ kind: 'token', keyHash: 'old' }) })
  expect(await tokenOwners(app)).toEqual([2])
})

describe('a refresh token that is logged out', () => {
  test('is blacklisted with its login, until it would have expired', async () => {
    const app = await appWith(JWT)
    const { refresh, family } = await logIn(app)
    expect(await logout(app.deps(), { ...NOTHING, refreshToken: refresh })).toEqual({
      refreshFault: undefined,
    })
    const claims = claimsOf(refresh)
    expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([
      {
        jti: claims['jti'],
        userId: 1,
        family,
        successorJti: null,
        spentAt: app.clock.now(),
        expiresAt: new Date(Number(claims['exp']) * 1000),
      },
    ])
    expect(await logout(app.deps(), { ...NOTHING, refreshToken: refresh })).toEqual({
      refreshFault: 'jwt_blacklisted',
    })
  })

  test('is of the account that it names, and so is the record of its end', async () => {
    const app = await appWith(JWT)
    const exp = Math.floor(app.clock.now().getTime() / 1000) + 60
    const claims = { token_type: 'refresh', exp, jti: 'x', user_id: '2', family: 'f' }
    const refreshToken = await signTestToken(app.settings, claims)
    await logout(app.deps(), { ...NOTHING, refreshToken })
    const named = [{ userId: 2, family: 'f' }]
    expect(await app.deps().db.select().from(spentRefreshTokens)).toMatchObject(named)
    expect(await app.deps().db.select().from(refreshFamilies)).toMatchObject(named)
  })

  test.each([
    ['1', 1],
    ['nobody', null],
  ])('and names %s is of %s', async (name, userId) => {
    const app = await appWith(JWT)
    const exp = Math.floor(app.clock.now().getTime() / 1000) + 60
    const claims = { token_type: 'refresh', exp, jti: 'x', user_id: name }
    const refreshToken = await signTestToken(app.settings, claims)
    await logout(app.deps(), { ...NOTHING, refreshToken })
    expect(await app.deps().db.select().from(spentRefreshTokens)).toMatchObject([
      { jti: 'x', userId, family: null },
    ])
    expect(await app.deps().db.select().from(refreshFamilies)).toEqual([])
  })

  test('is told why it is refused, and everything else ends', async () => {
    const app = await appWith(JWT)
    const { access, family } = await logIn(app)
    const given = { ...NOTHING, refreshToken: 'none', accessToken: access, sessionKey: SESSION_KEY }
    await seedSession(app)
    expect(await logout(app.deps(), given)).toEqual({ refreshFault: 'jwt_invalid' })
    expect(await sessionCount(app)).toBe(0)
    const [login] = await app.deps().db.select().from(refreshFamilies)
    expect(login).toMatchObject({ family, revokedAt: app.clock.now() })
    expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([])
  })
})

test('an access token that names a login of nobody ends nothing', async () => {
  const app = await appWith(JWT)
  const exp = Math.floor(app.clock.now().getTime() / 1000) + 60
  const claims = { token_type: 'access', exp, jti: 'x', user_id: 'nobody', family: 'f' }
  const accessToken = await signTestToken(app.settings, claims)
  const { total } = await app.costOf(() => logout(app.deps(), { ...NOTHING, accessToken }))
  expect(total.roundTrips).toBe(0)
})

test('a logout of nothing asks nothing', async () => {
  const app = await appWith(JWT)
  const { total } = await app.costOf(() => logout(app.deps(), NOTHING))
  expect(total.roundTrips).toBe(0)
})

describe('a token that is checked', () => {
  const EXACT = { ...JWT, DJANGO_COMPATIBILITY: 'exact', REFRESH_TOKEN_FAMILIES: 'true' }
  const NOWHERE = {
    SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false',
    SIMPLE_JWT_BLACKLIST_AFTER_ROTATION: 'false',
    TOKEN_VERIFY_CHECKS_BLACKLIST: 'false',
  }

  test.each([
    ['checked by its own setting', 'blacklisted', { TOKEN_VERIFY_CHECKS_BLACKLIST: 'true' }],
    ['blacklisted by rotation', 'blacklisted', { SIMPLE_JWT_BLACKLIST_AFTER_ROTATION: 'true' }],
    ['checked by neither', 'verified', {}],
    [
      'without a blacklist',
      'verified',
      { TOKEN_VERIFY_CHECKS_BLACKLIST: 'true', TOKEN_BLACKLIST_ENABLED: 'false' },
    ],
  ])('after a logout, %s, is %s', async (_, kind, env) => {
    const app = await appWith({ ...EXACT, ...NOWHERE, ...env })
    const { refresh } = await logIn(app)
    await app
      .deps()
      .db.insert(spentRefreshTokens)
      .values({
        jti: String(claimsOf(refresh)['jti']),
        spentAt: app.clock.now(),
        expiresAt: app.clock.now(),
      })
    expect((await checkToken(app.deps(), refresh)).kind).toBe(kind)
  })

  test('is of a login that has ended', async () => {
    const app = await appWith(JWT)
    const { refresh, access } = await logIn(app)
    expect((await checkToken(app.deps(), refresh)).kind).toBe('verified')
    await app.deps().db.update(refreshFamilies).set({ revokedAt: app.clock.now() })
    expect(await checkToken(app.deps(), refresh)).toEqual({ kind: 'blacklisted' })
    // Nobody is asked about access tokens.
    const { total } = await app.costOf(() => checkToken(app.deps(), access))
    expect(total.roundTrips).toBe(0)
  })

  test('is none', async () => {
    const app = await appWith(JWT)
    expect(await checkToken(app.deps(), 'none')).toEqual({ kind: 'refused', code: 'jwt_invalid' })
  })

  test('is spent, where its login is asked about', async () => {
    const app = await appWith({ ...JWT, TOKEN_VERIFY_CHECKS_LOGIN: 'true' })
    const { refresh } = await logIn(app)
    const [spentAt, expiresAt] = [app.clock.now(), app.clock.now()]
    const jti = String(claimsOf(refresh)['jti'])
    await app.deps().db.insert(spentRefreshTokens).values({ jti, spentAt, expiresAt })
    expect(await checkToken(app.deps(), refresh)).toEqual({ kind: 'blacklisted' })
  })

  test('is of nobody, where its login is asked about', async () => {
    const app = await appWith({ ...JWT, TOKEN_VERIFY_CHECKS_LOGIN: 'true' })
    const { refresh } = await logIn(app)
    expect((await checkToken(app.deps(), refresh)).kind).toBe('verified')
    await app.deps().db.delete(users)
    expect(await checkToken(app.deps(), refresh)).toEqual({ kind: 'blacklisted' })
  })
})

describe('introspection', () => {
  const ALL = ['token', 'session', 'jwt'] as const

  test.each([
    ['x.y', ['jwt'], ['token', 'session']],
    [SESSION_KEY, ['session'], ['token', 'jwt']],
    [`${SESSION_KEY}0`, ['token'], ['session', 'jwt']],
    [`0${SESSION_KEY}`, ['token'], ['session', 'jwt']],
    [SESSION_KEY.slice(1), ['token'], ['session', 'jwt']],
    [SESSION_KEY.toUpperCase(), ['token'], ['session', 'jwt']],
    [KEY, ['token'], ['session', 'jwt']],
  ] as const)('looks for %s by %j alone', async (credential, schemes, others) => {
    const app = await appWith()
    const costOf = async (asked: readonly (typeof ALL)[number][]) =>
      (await app.costOf(() => introspect(app.deps(), credential, asked))).total.roundTrips
    expect(await costOf(others)).toBe(0)
    expect(await costOf(schemes)).toBe(schemes[0] === 'jwt' ? 0 : 1)
    expect(await introspect(app.deps(), credential, others)).toEqual({ kind: 'inactive' })
  })

  test('names who it is, and how it is shown', async () => {
    const app = await appWith()
    expect(await introspect(app.deps(), KEY, ALL)).toMatchObject({
      kind: 'active',
      by: 'token',
      user: { id: 1 },
      claims: {},
    })
    for (const unknown of ['0'.repeat(40), SESSION_KEY, 'x.y.z']) {
      expect(await introspect(app.deps(), unknown, ALL)).toEqual({ kind: 'inactive' })
    }
  })
})

test('introspection names the owner of a session and of an access token, of no refresh token', async () => {
  const app = await appWith({ ...JWT, SESSION_LOGIN: 'true' })
  const session = await app.post('login/', ALICE)
  const key = cookieValuesOf(session)['sessionid'] ?? ''
  const { access, refresh } = await logIn(app)
  const asked = (credential: string) =>
    introspect(app.deps(), credential, ['token', 'session', 'jwt'])
  const known = { kind: 'active', user: { id: 1 } }
  expect(await asked(key)).toMatchObject({ ...known, by: 'session', claims: {} })
  expect(await asked(access)).toMatchObject({ ...known, by: 'jwt', claims: claimsOf(access) })
  expect(await asked(refresh)).toEqual({ kind: 'inactive' })
})

describe('JWT logins', () => {
  async function withLogins(...families: readonly string[]): Promise<TestApp> {
    const app = await appWith(JWT)
    const now = app.clock.now().getTime()
    const rows = families.map((family, index) => ({
      family,
      userId: family === 'of bob' ? 2 : 1,
      createdAt: new Date(now - 9_000),
      lastUsedAt: new Date(now - 5_000 + index),
      revokedAt: family === 'ended' ? new Date(now) : null,
      expiresAt: new Date(now + (family === 'over' ? 0 : 1)),
    }))
    await app.deps().db.insert(refreshFamilies).values(rows)
    return app
  }
  const endedOf = async (app: TestApp) => {
    const rows = await app.deps().db.select().from(refreshFamilies)
    return rows.filter(({ revokedAt }) => revokedAt !== null).map(({ family }) => family)
  }
  const auditOf = async (app: TestApp) => {
    await app.settle()
    const rows = await app.deps().db.select().from(auditEvents)
    return rows.map(({ kind, userId }) => ({ kind, userId }))
  }

  test('are those that live, the last used first', async () => {
    const app = await withLogins('a', 'b', 'ended', 'over', 'of bob')
    const listed = await listLogins(app.deps(), 1, 'a')
    expect(listed.map(({ family, isCurrent }) => [family, isCurrent])).toEqual([
      ['b', false],
      ['a', true],
    ])
  })

  test('are listed up to 200', async () => {
    const app = await withLogins(...Array.from({ length: 201 }, (_, index) => `f${index}`))
    expect(await listLogins(app.deps(), 1, undefined)).toHaveLength(200)
  })

  test.each([
    ['a', 'ended', true],
    ['ended', 'unknown', false],
    ['over', 'unknown', false],
    ['of bob', 'unknown', false],
    ['none', 'unknown', false],
  ])('of which %s is %s', async (family, outcome, isNoted) => {
    const app = await withLogins('a', 'b', 'ended', 'over', 'of bob')
    expect(await endLogin(app.deps(), 1, family)).toBe(outcome)
    expect((await endedOf(app)).sort()).toEqual(outcome === 'ended' ? ['a', 'ended'] : ['ended'])
    expect(await auditOf(app)).toEqual(isNoted ? [{ kind: 'session_ended', userId: 1 }] : [])
  })

  test('end all but one, or all', async () => {
    const app = await withLogins('a', 'b', 'c', 'ended', 'of bob')
    expect(await endOtherLogins(app.deps(), 1, 'a')).toBe(2)
    expect((await endedOf(app)).sort()).toEqual(['b', 'c', 'ended'])
    expect(await auditOf(app)).toEqual([{ kind: 'session_ended', userId: 1 }])
    expect(await endOtherLogins(app.deps(), 1, undefined)).toBe(1)
    expect(await endOtherLogins(app.deps(), 1, undefined)).toBe(0)
    expect(await auditOf(app)).toHaveLength(2)
  })

  test('end everywhere, and it is noted', async () => {
    const app = await withLogins('a', 'of bob')
    await logOutEverywhere(app.deps(), 1)
    expect(await endedOf(app)).toEqual(['a'])
    expect(await tokenOwners(app)).toEqual([2])
    expect(await auditOf(app)).toEqual([{ kind: 'logged_out_everywhere', userId: 1 }])
  })
})
