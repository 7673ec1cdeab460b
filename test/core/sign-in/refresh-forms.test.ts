import { describe, expect, test } from 'vitest'
import { refreshTokens, type RefreshOutcome } from '../../../src/core/sign-in/refresh.ts'
import { refreshFamilies } from '../../../src/db/schema/credentials.ts'
import { spentRefreshTokens } from '../../../src/db/schema/refresh.ts'
import { users } from '../../../src/db/schema/users.ts'
import { eq } from 'drizzle-orm'
import { claimsOf, memberOf, signTestToken } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

// The statement that spends a refresh token has a form for each kind of token, owner and rate: in each of them what
// ends a login lets nothing be spent, and what happens to others does not matter.

const BASE = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  ACCOUNT_RATE_LIMITS: 'false',
  UNIFORM_JWT_ERRORS: 'false',
}
const RATED = { ACCOUNT_RATE_LIMITS: { token_refresh: '1/m/ip' } }
const NAMED = { SIMPLE_JWT_USER_ID_FIELD: 'username' }
const PUBLIC = { USER_PK: 'uuid' }
const ANYBODY = { SIMPLE_JWT_CHECK_USER_IS_ACTIVE: 'false' }

/** A refresh token of the second account, of a login that is recorded. */
type Make = (app: TestApp) => Promise<string>

const own: Make = async (app) => {
  const typed = { username: 'bob', password: 'right-horse-staple' }
  const refresh = await memberOf(app.post('login/', typed), 'refresh')
  await app.settle()
  return refresh
}

/** As Django makes them, but for the family: it does not say which version of the account's tokens it is. */
const foreign: Make = async (app) => {
  const now = app.clock.now()
  const seconds = Math.floor(now.getTime() / 1000)
  const dates = { createdAt: now, lastUsedAt: now, expiresAt: new Date(9e12) }
  await app
    .deps()
    .db.insert(refreshFamilies)
    .values({ family: 'f', userId: 2, ...dates })
  const given = { token_type: 'refresh', exp: seconds + 600, iat: seconds - 10, jti: 'j' }
  return signTestToken(app.settings, { ...given, user_id: '2', family: 'f' })
}

const FORMS: readonly (readonly [string, Readonly<Record<string, unknown>>, Make])[] = [
  ['with a version', {}, own],
  ['with a version, counted', RATED, own],
  ['without a version', {}, foreign],
  ['without a version, counted', RATED, foreign],
  ['of a name', NAMED, own],
  ['of a name, counted', { ...NAMED, ...RATED }, own],
  ['of a name alone', { ...NAMED, JWT_NAMES_ACCOUNT_ID: 'false' }, own],
  ['of a public id', PUBLIC, own],
  ['of anybody', ANYBODY, own],
  ['of anybody, without a version', ANYBODY, foreign],
  ['of anybody, counted', { ...ANYBODY, ...RATED }, own],
]

const update = (app: TestApp, id: number, changed: Partial<typeof users.$inferInsert>) =>
  app.deps().db.update(users).set(changed).where(eq(users.id, id))
const endFamily = (app: TestApp, userId: number) =>
  app
    .deps()
    .db.update(refreshFamilies)
    .set({ revokedAt: app.clock.now() })
    .where(eq(refreshFamilies.userId, userId))

const BLACKLISTED = { kind: 'refused', code: 'jwt_blacklisted' }
const ENDS: Readonly<Record<string, readonly [(app: TestApp) => Promise<unknown>, object]>> = {
  'the account is gone': [
    (app) => app.deps().db.delete(users).where(eq(users.id, 2)),
    { kind: 'refused', code: 'jwt_invalid' },
  ],
  'its tokens are revoked': [
    (app) => update(app, 2, { tokensRevokedAt: app.clock.now() }),
    BLACKLISTED,
  ],
  'the login has ended': [(app) => endFamily(app, 2), BLACKLISTED],
}

/** What happens to the other account and its login. */
const ELSEWHERE: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
  'nothing happens': () => Promise.resolve(),
  'another account is deactivated': (app) => update(app, 1, { isActive: false }),
  'the tokens of another are revoked': (app) => update(app, 1, { tokensRevokedAt: new Date(9e12) }),
  'another login has ended': (app) => endFamily(app, 1),
}

async function world(env: Readonly<Record<string, unknown>>, make: Make) {
  const app = await createTestApp({
    env: { ...BASE, ...env },
    users: [aUser(), aUser({ username: 'bob' })],
  })
  const now = app.clock.now()
  const dates = { createdAt: now, lastUsedAt: now, expiresAt: new Date(9e12) }
  const { db } = app.deps()
  await db.insert(refreshFamilies).values({ family: 'of alice', userId: 1, ...dates })
  const token = await make(app)
  const use = async (given = token): Promise<RefreshOutcome> => {
    const outcome = await refreshTokens(app.deps(), given)
    await app.settle()
    return outcome
  }
  const spent = () =>
    db
      .select({ jti: spentRefreshTokens.jti, userId: spentRefreshTokens.userId })
      .from(spentRefreshTokens)
  return { app, token, use, spent }
}

describe.each(FORMS)('a token %s', (_, env, make) => {
  test.each(Object.entries(ENDS))('is not spent where %s', async (_name, [end, told]) => {
    const { app, use, spent } = await world(env, make)
    await end(app)
    expect(await use()).toEqual(told)
    expect(await spent()).toEqual([])
  })

  test('is spent by a deactivated account only where that does not matter', async () => {
    const { app, token, use, spent } = await world(env, make)
    await update(app, 2, { isActive: false })
    const isAnybody = 'SIMPLE_JWT_CHECK_USER_IS_ACTIVE' in env
    expect((await use()).kind).toBe(isAnybody ? 'refreshed' : 'inactive')
    expect(await spent()).toEqual(isAnybody ? [{ jti: claimsOf(token)['jti'], userId: 2 }] : [])
  })

  test.each(Object.entries(ELSEWHERE))('is spent where %s', async (_name, happens) => {
    const { app, token, use, spent } = await world(env, make)
    await happens(app)
    expect((await use()).kind).toBe('refreshed')
    expect(await spent()).toEqual([{ jti: claimsOf(token)['jti'], userId: 2 }])
  })

  test('is not spent faster than the rate', async () => {
    const { app, use, spent } = await world(env, make)
    expect((await use()).kind).toBe('refreshed')
    await app.deps().db.delete(spentRefreshTokens)
    const isRated = app.settings.ACCOUNT_RATE_LIMITS['token_refresh'] !== undefined
    expect((await use()).kind).toBe(isRated ? 'throttled' : 'refreshed')
    expect(await spent()).toHaveLength(isRated ? 0 : 1)
  })
})
