import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { refreshFamilies } from '../../../src/db/schema/credentials.ts'
import { spentRefreshTokens } from '../../../src/db/schema/refresh.ts'
import { users } from '../../../src/db/schema/users.ts'
import { refreshTokenOf, refreshTokens } from '../../../src/core/sign-in/refresh.ts'
import { claimsOf, memberOf, signTestToken } from '../../support/answer.ts'
import { aUser, createTestApp } from '../../support/app.ts'
import { settingsOf } from '../../support/settings.ts'

const ALICE = { username: 'alice', password: 'right-horse-staple' }
const BASE = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ACCOUNT_RATE_LIMITS: 'false' }
const REFUSED = { kind: 'refused', code: 'jwt_invalid_or_expired' }

async function loggedIn(env: Record<string, unknown> = {}) {
  const app = await createTestApp({ env: { ...BASE, ...env }, users: [aUser()] })
  const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
  await app.settle()
  return { app, refresh, use: (token: string) => refreshTokens(app.deps(), token) }
}

async function successorOf(outcome: ReturnType<typeof refreshTokens>): Promise<string> {
  const done = await outcome
  if (done.kind !== 'refreshed' || done.refresh === undefined) throw new Error(done.kind)
  return done.refresh
}

describe('a rotation', () => {
  test('spends the token for its successor until it would have ended', async () => {
    const { app, refresh, use } = await loggedIn()
    const successor = await successorOf(use(refresh))
    const claims = claimsOf(refresh)
    expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([
      {
        jti: claims['jti'],
        userId: 1,
        family: claims['family'],
        successorJti: claimsOf(successor)['jti'],
        spentAt: app.clock.now(),
        expiresAt: new Date(Number(claims['exp']) * 1000),
      },
    ])
  })

  test('notes that the login is in use, and how long', async () => {
    const { app, refresh, use } = await loggedIn()
    app.clock.advance(3_600)
    await use(refresh)
    await app.settle()
    const { lastUsedAt, expiresAt } = refreshFamilies
    const rows = await app.deps().db.select({ lastUsedAt, expiresAt }).from(refreshFamilies)
    const now = app.clock.now()
    expect(rows).toEqual([{ lastUsedAt: now, expiresAt: new Date(now.getTime() + 86_400_000) }])
  })

  test('a second use within the grace dates the successor as the first did', async () => {
    const { app, refresh, use } = await loggedIn()
    const first = await successorOf(use(refresh))
    app.clock.advance(9)
    expect(claimsOf(await successorOf(use(refresh)))).toEqual(claimsOf(first))
  })

  test('the successor of the grace is spent once, whichever copy is used', async () => {
    const { app, refresh, use } = await loggedIn()
    const first = await successorOf(use(refresh))
    const second = await successorOf(use(refresh))
    const next = await successorOf(use(first))
    const last = await successorOf(use(next))
    app.clock.advance(11)
    expect(await use(second)).toEqual(REFUSED)
    expect(await use(last)).toEqual(REFUSED)
  })

  test('there is no grace after a logout', async () => {
    const { app, refresh, use } = await loggedIn()
    await app.post('logout/', { refresh })
    expect(await use(refresh)).toEqual(REFUSED)
  })
})

describe('a login ends', () => {
  test('when its family is revoked', async () => {
    const { app, refresh, use } = await loggedIn()
    await app.deps().db.update(refreshFamilies).set({ revokedAt: app.clock.now() })
    expect(await use(refresh)).toEqual(REFUSED)
  })

  test('not when nothing was noted of it', async () => {
    const { app, refresh, use } = await loggedIn()
    await app.deps().db.delete(refreshFamilies)
    expect((await use(refresh)).kind).toBe('refreshed')
  })

  test('when everything issued before was revoked', async () => {
    const { app, refresh, use } = await loggedIn()
    app.clock.advance(5)
    await app.deps().db.update(users).set({ tokensRevokedAt: app.clock.now() })
    expect(await use(refresh)).toEqual(REFUSED)
    expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([])
  })

  test('when the account is deactivated, and nothing is spent', async () => {
    const { app, refresh, use } = await loggedIn()
    await app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 1))
    expect(await use(refresh)).toEqual({ kind: 'inactive' })
    expect(await app.deps().db.select().from(spentRefreshTokens)).toEqual([])
  })
})

describe('tokens from elsewhere', () => {
  test('without a family rotate, and a second use is refused without grace', async () => {
    const app = await createTestApp({ env: BASE, users: [aUser()] })
    const seconds = Math.floor(app.clock.now().getTime() / 1000)
    const token = await signTestToken(app.settings, {
      token_type: 'refresh',
      exp: seconds + 60,
      iat: seconds,
      jti: 'of-django',
      user_id: '1',
    })
    const successor = await successorOf(refreshTokens(app.deps(), token))
    expect(claimsOf(successor)).not.toHaveProperty('family')
    app.clock.advance(11)
    expect(await refreshTokens(app.deps(), token)).toEqual(REFUSED)
    expect((await refreshTokens(app.deps(), successor)).kind).toBe('refreshed')
  })

  test('keep their own claims', async () => {
    const app = await createTestApp({ env: BASE, users: [aUser()] })
    const token = await signTestToken(app.settings, {
      token_type: 'refresh',
      exp: Math.floor(app.clock.now().getTime() / 1000) + 60,
      jti: 'x',
      user_id: '1',
      tenant: 'acme',
    })
    const outcome = await refreshTokens(app.deps(), token)
    if (outcome.kind !== 'refreshed') throw new Error(outcome.kind)
    expect(claimsOf(outcome.access)).toMatchObject({ tenant: 'acme', token_type: 'access' })
  })
})

describe('refreshTokenOf', () => {
  const settings = settingsOf()

  test('reads id, family and end', () => {
    expect(refreshTokenOf(settings, { jti: 'x', family: 'f', exp: 1.5 })).toEqual({
      jti: 'x',
      family: 'f',
      expiresAt: new Date(1_500),
    })
  })

  test('a family that is no text is none', () => {
    expect(refreshTokenOf(settings, { jti: 'x', family: 7, exp: 1 }).family).toBeUndefined()
  })

  test('an end beyond all dates is the last one', () => {
    const token = refreshTokenOf(settings, { jti: 'x', exp: 1e300 })
    expect(token.expiresAt).toEqual(new Date(8.64e15))
  })
})

test('a logged-out token is refused where none is rotated', async () => {
  const { app, refresh, use } = await loggedIn({
    DJANGO_COMPATIBILITY: 'exact',
    SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false',
  })
  expect((await use(refresh)).kind).toBe('refreshed')
  expect((await app.post('logout/', { refresh })).status).toBe(200)
  expect(await use(refresh)).toEqual({ kind: 'refused', code: 'jwt_blacklisted' })
})
