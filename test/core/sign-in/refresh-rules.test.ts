import { describe, expect, test } from 'vitest'
import {
  refreshTokens,
  type RefreshAsker,
  type RefreshOutcome,
} from '../../../src/core/sign-in/refresh.ts'
import { spendRetry } from '../../../src/core/sign-in/refresh.sql.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { refreshFamilies } from '../../../src/db/schema/credentials.ts'
import { usedNonces } from '../../../src/db/schema/used-once.ts'
import { spentRefreshTokens } from '../../../src/db/schema/refresh.ts'
import { throttleHits } from '../../../src/db/schema/limits.ts'
import { users } from '../../../src/db/schema/users.ts'
import { claimsOf, memberOf, signTestToken } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ALICE = { username: 'alice', password: 'right-horse-staple' }
const BASE = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  ACCOUNT_RATE_LIMITS: 'false',
  // Each reason has words of its own there.
  UNIFORM_JWT_ERRORS: 'false',
}
const KEPT = { SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false' }
const BLACKLISTED = { kind: 'refused', code: 'jwt_blacklisted' }
const INVALID = { kind: 'refused', code: 'jwt_invalid' }
const INACTIVE = { kind: 'inactive' }

function appWith(env: Record<string, unknown> = {}): Promise<TestApp> {
  return createTestApp({ env: { ...BASE, ...env }, users: [aUser()] })
}

async function logIn(app: TestApp, chosen: object = {}): Promise<string> {
  const refresh = await memberOf(app.post('login/', { ...ALICE, ...chosen }), 'refresh')
  await app.settle()
  return refresh
}

/** A refresh token of another issuer with our key, as Django's are. */
function foreign(app: TestApp, claims: Record<string, unknown> = {}): Promise<string> {
  const seconds = Math.floor(app.clock.now().getTime() / 1000)
  const given = { token_type: 'refresh', exp: seconds + 600, iat: seconds, jti: 'j', user_id: '1' }
  return signTestToken(app.settings, { ...given, ...claims })
}

async function use(app: TestApp, token: string, asker?: RefreshAsker): Promise<RefreshOutcome> {
  const outcome = await refreshTokens(app.deps(), token, asker)
  await app.settle()
  return outcome
}

async function successorOf(outcome: Promise<RefreshOutcome>): Promise<string> {
  const done = await outcome
  if (done.kind !== 'refreshed' || done.refresh === undefined) throw new Error(done.kind)
  return done.refresh
}

const ROTATED = {
  DJANGO_COMPATIBILITY: 'exact',
  REFRESH_TOKEN_FAMILIES: 'true',
  SIMPLE_JWT_BLACKLIST_AFTER_ROTATION: 'false',
}

test('a token that is none is refused', async () => {
  expect(await use(await appWith(), 'none')).toEqual(INVALID)
})

test('one that is kept may be used again, and has no successor', async () => {
  const app = await appWith(KEPT)
  const refresh = await logIn(app)
  for (let again = 0; again < 2; again += 1) {
    const outcome = await use(app, refresh)
    expect(outcome).toMatchObject({ kind: 'refreshed', access: expect.any(String) })
    expect(outcome).not.toHaveProperty('refresh')
  }
})

test('one that is rotated and kept may be used again, and has successors', async () => {
  const app = await appWith({ ...ROTATED, SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'true' })
  const refresh = await logIn(app)
  app.clock.advance(100)
  const one = claimsOf(await successorOf(use(app, refresh)))
  const two = claimsOf(await successorOf(use(app, refresh)))
  expect(new Set([claimsOf(refresh)['jti'], one['jti'], two['jti']]).size).toBe(3)
  expect([one['iat'], two['iat']]).toEqual([one['iat'], Number(claimsOf(refresh)['iat']) + 100])
  expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([])
})

/** What ends a login, and how it is told: where tokens are spent, and where they are kept. */
const ENDINGS: Readonly<Record<string, readonly [(app: TestApp) => Promise<unknown>, object]>> = {
  'its family': [
    (app) => app.deps().db.update(refreshFamilies).set({ revokedAt: app.clock.now() }),
    BLACKLISTED,
  ],
  'all tokens': [
    (app) => app.deps().db.update(users).set({ tokensRevokedAt: app.clock.now() }),
    BLACKLISTED,
  ],
  'the account': [(app) => app.deps().db.update(users).set({ isActive: false }), INACTIVE],
  'the account for good': [(app) => app.deps().db.delete(users), INVALID],
}

describe.each([
  ['spent', {}],
  ['kept', KEPT],
  ['rotated and kept', { ...ROTATED, SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'true' }],
])('a token that is %s', (_, env) => {
  test.each(Object.entries(ENDINGS))('is refused after the end of %s', async (_name, ending) => {
    const [end, told] = ending
    const app = await appWith(env)
    const refresh = await logIn(app)
    await end(app)
    expect(await use(app, refresh)).toEqual(told)
  })

  test('is not traded in faster than the rate', async () => {
    const app = await appWith({ ...env, ACCOUNT_RATE_LIMITS: { token_refresh: '1/m/ip' } })
    const refresh = await logIn(app)
    const first = await use(app, refresh)
    expect(first.kind).toBe('refreshed')
    expect(await use(app, refresh)).toEqual({ kind: 'throttled', waitSeconds: 60 })
  })

  test('is refused when it names nobody', async () => {
    const app = await appWith(env)
    expect(await use(app, await foreign(app, { user_id: 'alice' }))).toEqual(INVALID)
  })
})

test('a rotation that is too fast spends nothing', async () => {
  const app = await appWith({ ACCOUNT_RATE_LIMITS: { token_refresh: '1/m/ip' } })
  const refresh = await logIn(app)
  const successor = await successorOf(use(app, refresh))
  expect((await use(app, successor)).kind).toBe('throttled')
  expect(
    await app.deps().db.select({ jti: spentRefreshTokens.jti }).from(spentRefreshTokens),
  ).toEqual([{ jti: claimsOf(refresh)['jti'] }])
})

test('hits that have expired go with the record of the use, after the answer', async () => {
  const app = await appWith({ ACCOUNT_RATE_LIMITS: { token_refresh: '9/m/ip' } })
  const refresh = await logIn(app)
  const old = { key: 'old', hitAt: new Date(0), expiresAt: new Date(1) }
  await app.deps().db.insert(throttleHits).values(old)
  await refreshTokens(app.deps(), refresh)
  const keys = async () => {
    const rows = await app.deps().db.select({ key: throttleHits.key }).from(throttleHits)
    return rows.map(({ key }) => key)
  }
  await app.settle()
  expect(await keys()).not.toContain('old')
  await app.deps().db.insert(throttleHits).values(old)
  await use(app, await foreign(app))
  expect(await keys()).not.toContain('old')
})

describe('hits that have expired', () => {
  const RATED = { ACCOUNT_RATE_LIMITS: { token_refresh: '9/m/ip' } }

  test.each([
    ['go before the answer to a token of no family', RATED, foreign, [true, false]],
    ['go with the record of a use, after the answer', RATED, logIn, [false, true]],
    ['stay where nothing is counted', {}, logIn, [false, false]],
    ['stay where nothing is counted or recorded', {}, foreign, [false, false]],
  ] as const)('%s', async (_, env, make, expected) => {
    const app = await appWith(env)
    const token = await make(app)
    const sent: string[] = []
    app.outside.interceptDatabase(async (request, pass) => {
      sent.push(await request.clone().text())
      return pass(request)
    })
    expect((await use(app, token)).kind).toBe('refreshed')
    app.outside.interceptDatabase(undefined)
    const [first, ...later] = sent.map((text) => text.includes('delete from throttle_hits'))
    expect([first, later.includes(true)]).toEqual(expected)
  })
})

/** Names that are no id of a row, of which statements are built for each owner. */
describe.each([
  ['a username', { SIMPLE_JWT_USER_ID_FIELD: 'username' }],
  ['a username alone', { SIMPLE_JWT_USER_ID_FIELD: 'username', JWT_NAMES_ACCOUNT_ID: 'false' }],
  ['a public id', { USER_PK: 'uuid' }],
])('tokens that name %s', (_, env) => {
  test('rotate, with a grace, and end with a reuse', async () => {
    const app = await appWith(env)
    const refresh = await logIn(app)
    const first = await successorOf(use(app, refresh))
    expect(claimsOf(await successorOf(use(app, refresh)))).toEqual(claimsOf(first))
    const second = await successorOf(use(app, first))
    app.clock.advance(11)
    expect(await use(app, refresh)).toEqual(BLACKLISTED)
    expect(await use(app, second)).toEqual(BLACKLISTED)
    const rows = await app.deps().db.select().from(spentRefreshTokens)
    expect(rows).toMatchObject([{ userId: 1 }, { userId: 1 }])
  })

  test('are refused after the end of their login', async () => {
    const app = await appWith(env)
    const refresh = await logIn(app)
    await app.deps().db.update(refreshFamilies).set({ revokedAt: app.clock.now() })
    expect(await use(app, refresh)).toEqual(BLACKLISTED)
  })

  test('are of nobody when the account is gone, and nothing is spent', async () => {
    const app = await appWith(env)
    const refresh = await logIn(app)
    await app.deps().db.delete(users)
    expect(await use(app, refresh)).toEqual(INVALID)
    expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([])
  })
})

describe('the one late retry', () => {
  async function retried(row: object | undefined, ended: object | undefined): Promise<number> {
    const app = await appWith()
    const { db } = app.deps()
    const now = app.clock.now()
    const dates = { createdAt: now, lastUsedAt: now, expiresAt: now }
    if (row !== undefined) {
      const spent = { jti: 'next', spentAt: now, expiresAt: now, ...row }
      await db.insert(spentRefreshTokens).values(spent)
    }
    await db.insert(refreshFamilies).values({ family: 'f', userId: 1, ...dates, ...ended })
    const retry = { family: 'f', successorJti: 'next', expiresAt: now }
    return (await spendRetry(db, retry, now)).length
  }

  test.each([
    ['is there once', undefined, undefined, 1],
    ['is there beside others that are spent', { jti: 'other' }, undefined, 1],
    ['is none where the successor was used', {}, undefined, 0],
    ['is none where the login has ended', undefined, { revokedAt: new Date(1) }, 0],
  ])('%s', async (_, row, ended, count) => {
    expect(await retried(row, ended)).toBe(count)
  })
})

describe('the grace', () => {
  test('is ten seconds, for any number of uses', async () => {
    const app = await appWith()
    const refresh = await logIn(app)
    const first = await successorOf(use(app, refresh))
    app.clock.advance(10)
    for (let again = 0; again < 3; again += 1) {
      expect(claimsOf(await successorOf(use(app, refresh)))).toEqual(claimsOf(first))
    }
  })

  test('is none where the settings give none', async () => {
    const app = await appWith({ REFRESH_TOKEN_GRACE_SECONDS: '0' })
    const refresh = await logIn(app)
    await successorOf(use(app, refresh))
    expect(await use(app, refresh)).toEqual(BLACKLISTED)
  })

  test('is none without families', async () => {
    const app = await appWith({ REFRESH_TOKEN_FAMILIES: 'false' })
    const refresh = await logIn(app)
    await successorOf(use(app, refresh))
    expect(await use(app, refresh)).toEqual(BLACKLISTED)
  })

  test('does not bring back what was logged out, with or without a family', async () => {
    const app = await appWith()
    const token = await foreign(app)
    await app.post('logout/', { refresh: token })
    expect(await use(app, token)).toEqual(BLACKLISTED)
  })
})

describe('later', () => {
  test('one retry is noted until the last refresh token of today has expired', async () => {
    const app = await appWith()
    const refresh = await logIn(app)
    const successor = await successorOf(use(app, refresh))
    app.clock.advance(11)
    expect(claimsOf(await successorOf(use(app, refresh)))).toEqual(claimsOf(successor))
    const now = app.clock.now()
    expect(await app.deps().db.select().from(usedNonces)).toEqual([
      {
        purpose: 'refresh_retry',
        nonceHash: claimsOf(refresh)['family'],
        usedAt: now,
        expiresAt: new Date(now.getTime() + 86_400_000),
      },
    ])
    expect(await use(app, refresh)).toEqual(BLACKLISTED)
  })

  test('a reuse ends the login, is told, and logged', async () => {
    const app = await appWith()
    const refresh = await logIn(app)
    await successorOf(use(app, await successorOf(use(app, refresh))))
    app.clock.advance(11)
    expect(await use(app, refresh)).toEqual(BLACKLISTED)
    const [family] = await app.deps().db.select().from(refreshFamilies)
    expect(family?.revokedAt).toEqual(app.clock.now())
    expect(app.log).toContainEqual({ level: 'warn', event: 'refresh_token_reused', user_id: 1 })
    const events = await app.deps().db.select().from(auditEvents)
    expect(events.map(({ kind, userId }) => [kind, userId])).toContainEqual([
      'refresh_token_reused',
      1,
    ])
  })
})

describe('versions of tokens', () => {
  const revoke = (app: TestApp, at: Date) =>
    app.deps().db.update(users).set({ tokensRevokedAt: at })
  const secondsAgo = (app: TestApp, seconds: number) =>
    new Date(app.clock.now().getTime() - seconds * 1000)

  test('a login after one revocation ends with the next, and spends nothing then', async () => {
    const app = await appWith()
    await revoke(app, secondsAgo(app, 100))
    const refresh = await logIn(app)
    await revoke(app, secondsAgo(app, 50))
    expect(await use(app, refresh)).toEqual(BLACKLISTED)
    expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([])
  })

  test('a login after a revocation goes on', async () => {
    const app = await appWith()
    await revoke(app, secondsAgo(app, 100))
    expect((await use(app, await logIn(app))).kind).toBe('refreshed')
  })

  test.each([true, '1', 'x', null])(
    'a version that is no number is none of the account: %j, and spends nothing',
    async (token_version) => {
      const app = await appWith()
      await revoke(app, new Date(1))
      expect(await use(app, await foreign(app, { token_version }))).toEqual(BLACKLISTED)
      expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([])
    },
  )

  test.each([
    ['after it', 1, 'refreshed'],
    ['in its second', 0, 'refused'],
    ['before it', -1, 'refused'],
  ])('a token without a version that was issued %s', async (_, seconds, kind) => {
    const app = await appWith()
    const iat = Math.floor(app.clock.now().getTime() / 1000) - 100
    await revoke(app, new Date(iat * 1000))
    const outcome = await use(app, await foreign(app, { iat: iat + seconds }))
    expect(outcome.kind).toBe(kind)
  })

  test('one that does not say when it was issued is from before any revocation', async () => {
    const app = await appWith()
    await revoke(app, new Date(1))
    expect(await use(app, await foreign(app, { iat: undefined }))).toEqual(BLACKLISTED)
  })
})

test('with SIMPLE_JWT_CHECK_REVOKE_TOKEN a new password ends the login', async () => {
  const app = await appWith({ SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true' })
  const refresh = await logIn(app)
  const successor = await successorOf(use(app, refresh))
  await app.deps().db.update(users).set({ password: 'another' })
  expect(await use(app, successor)).toEqual(BLACKLISTED)
})

test('without SIMPLE_JWT_CHECK_USER_IS_ACTIVE who is deactivated goes on, and it is recorded', async () => {
  const app = await appWith({ SIMPLE_JWT_CHECK_USER_IS_ACTIVE: 'false' })
  const refresh = await logIn(app)
  await app.deps().db.delete(refreshFamilies)
  await app.deps().db.update(users).set({ isActive: false })
  expect((await use(app, refresh)).kind).toBe('refreshed')
  const [family] = await app.deps().db.select().from(refreshFamilies)
  expect(family).toMatchObject({ family: claimsOf(refresh)['family'], revokedAt: null })
})

test('a token of no family is traded in, and no login is recorded', async () => {
  const app = await appWith()
  // Django writes numbers, too.
  const outcome = await use(app, await foreign(app, { user_id: 1 }))
  if (outcome.kind !== 'refreshed') throw new Error(outcome.kind)
  expect(claimsOf(outcome.access)['user_id']).toBe(1)
  expect(app.log).toEqual([])
  expect(await app.deps().db.select().from(refreshFamilies)).toEqual([])
})

describe('JWT_CLIENTS', () => {
  const SHOP = 'https://shop.example'
  const CLIENTS = { JWT_CLIENTS: JSON.stringify({ shop: { origins: [SHOP] }, plain: {} }) }
  const NOBODY = { origin: null }

  test.each<[string, RefreshAsker | undefined, string]>([
    ['shop', undefined, 'refreshed'],
    ['shop', NOBODY, 'refreshed'],
    ['shop', { client: 'shop', origin: SHOP }, 'refreshed'],
    ['shop', { client: '', origin: SHOP }, 'refreshed'],
    ['shop', { client: 'plain', origin: SHOP }, 'refused'],
    ['shop', { client: 'shop', origin: 'https://evil.example' }, 'refused'],
    ['plain', { client: 'plain', origin: SHOP }, 'refreshed'],
    ['plain', { client: 'shop', origin: SHOP }, 'refused'],
    ['', NOBODY, 'refreshed'],
    ['', { client: '', origin: SHOP }, 'refreshed'],
    ['', { client: 'shop', origin: SHOP }, 'refused'],
  ])('a token of %j, asked for by %j, is %s', async (client, asker, kind) => {
    const app = await appWith(CLIENTS)
    const refresh = await logIn(app, client === '' ? {} : { client_id: client })
    const outcome = await use(app, refresh, asker)
    expect(outcome.kind).toBe(kind)
    if (outcome.kind === 'refused') expect(outcome).toEqual(INVALID)
  })
})
