import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { users } from '../../../src/db/schema/users.ts'
import { waitedFor } from '../../cost/waited.ts'
import {
  answerOf,
  claimsOf,
  cookieAttributesOf,
  cookieHeaderOf,
  cookieValuesOf,
  memberOf,
  signTestToken,
} from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ALICE = { username: 'alice', password: 'right-horse-staple' }
const REFUSED = {
  status: 401,
  body: { detail: 'Token is invalid or expired', code: 'token_not_valid' },
}
const COOKIES = {
  JWT_AUTH_COOKIE: 'auth',
  JWT_AUTH_REFRESH_COOKIE: 'refresh',
  JWT_AUTH_HTTPONLY: 'true',
  JWT_AUTH_COOKIE_USE_CSRF: 'false',
  KNOWN_DEVICE_COOKIE: '',
}

async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  const base = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ACCOUNT_RATE_LIMITS: 'false' }
  return createTestApp({ env: { ...base, ...env }, users: [aUser()] })
}

async function loggedIn(env: Record<string, unknown> = {}) {
  const app = await withAlice(env)
  const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
  await app.settle()
  const use = (token: unknown) => app.post('token/refresh/', { refresh: token })
  return { app, refresh, use }
}

test('answers an access token and the next refresh token', async () => {
  const { app, refresh, use } = await loggedIn()
  app.clock.advance(100)
  const { status, body } = await answerOf(use(refresh))
  const pair: Record<string, string> = Object(body)
  expect(status).toBe(200)
  expect(body).toEqual({
    access: pair['access'],
    access_expiration: '2027-03-04T05:12:47.250000Z',
    refresh: pair['refresh'],
    refresh_expiration: '2027-03-05T05:07:47.250000Z',
  })
  const headers = { Authorization: `Bearer ${pair['access']}` }
  expect((await app.request('user/', { headers })).status).toBe(200)
  const [before, after] = [claimsOf(refresh), claimsOf(String(pair['refresh']))]
  const iat = Number(before['iat']) + 100
  expect(after).toEqual({ ...before, jti: after['jti'], iat, exp: iat + 86_400 })
  expect(after['jti']).not.toBe(before['jti'])
  expect(claimsOf(String(pair['access']))).toMatchObject({
    token_type: 'access',
    user_id: '1',
    family: before['family'],
    iat,
    exp: iat + 300,
  })
})

test('answers the same successor to a second use within the grace', async () => {
  const { app, refresh, use } = await loggedIn()
  const first = claimsOf(await memberOf(use(refresh), 'refresh'))
  app.clock.advance(10)
  const second = claimsOf(await memberOf(use(refresh), 'refresh'))
  expect(second).toEqual(first)
})

test('ends the whole login when a spent token is used after the grace', async () => {
  const { app, refresh, use } = await loggedIn()
  const successor = await memberOf(use(refresh), 'refresh')
  const next = await memberOf(use(successor), 'refresh')
  await app.settle()
  app.clock.advance(11)
  expect(await answerOf(use(refresh))).toEqual(REFUSED)
  expect(await answerOf(use(next))).toEqual(REFUSED)
  expect(app.log).toContainEqual(
    expect.objectContaining({ event: 'refresh_token_reused', user_id: 1 }),
  )
})

test('a client whose answer got lost gets the same successor, once in the life of its login', async () => {
  const { app, refresh, use } = await loggedIn()
  const successor = await memberOf(use(refresh), 'refresh')
  app.clock.advance(60)
  expect(await memberOf(use(refresh), 'refresh')).toBe(successor)
  const next = await memberOf(use(successor), 'refresh')
  app.clock.advance(60)
  // A thief who lags behind its owner by one token is found out.
  expect(await answerOf(use(successor))).toEqual(REFUSED)
  expect(await answerOf(use(next))).toEqual(REFUSED)
})

test('a theft in one login leaves the others alone', async () => {
  const { app, refresh, use } = await loggedIn()
  const other = await memberOf(app.post('login/', ALICE), 'refresh')
  await use(await memberOf(use(refresh), 'refresh'))
  app.clock.advance(11)
  expect((await use(refresh)).status).toBe(401)
  expect((await use(other)).status).toBe(200)
})

test('REFRESH_TOKEN_GRACE_SECONDS 0 gives no second chance after the second', async () => {
  const { app, refresh, use } = await loggedIn({ REFRESH_TOKEN_GRACE_SECONDS: '0' })
  await use(refresh)
  app.clock.advance(0.001)
  expect(await answerOf(use(refresh))).toEqual(REFUSED)
})

test('of many uses at once all get one successor', async () => {
  const { refresh, use } = await loggedIn()
  const tokens = await Promise.all(
    Array.from({ length: 8 }, () => memberOf(use(refresh), 'refresh')),
  )
  expect(new Set(tokens.map((token) => claimsOf(token)['jti'])).size).toBe(1)
})

test('without families, of many uses at once one wins', async () => {
  const { refresh, use } = await loggedIn({ REFRESH_TOKEN_FAMILIES: 'false' })
  const responses = await Promise.all(Array.from({ length: 8 }, () => use(refresh)))
  const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 401, 401, 401, 401, 401, 401, 401])
})

test('SIMPLE_JWT_ROTATE_REFRESH_TOKENS off answers an access token only', async () => {
  const { refresh, use } = await loggedIn({ SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false' })
  for (let time = 0; time < 3; time += 1) {
    expect(await answerOf(use(refresh))).toEqual({
      status: 200,
      body: {
        access: expect.any(String),
        access_expiration: '2027-03-04T05:11:07.250000Z',
      },
    })
  }
})

test('SIMPLE_JWT_BLACKLIST_AFTER_ROTATION off lets old tokens live', async () => {
  const { app, refresh, use } = await loggedIn({
    DJANGO_COMPATIBILITY: 'exact',
    SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'true',
    SIMPLE_JWT_BLACKLIST_AFTER_ROTATION: 'false',
  })
  const successor = await memberOf(use(refresh), 'refresh')
  app.clock.advance(60)
  expect((await use(refresh)).status).toBe(200)
  expect((await use(successor)).status).toBe(200)
})

test('JWT_AUTH_LEGACY_FIELDS adds the names of 2.x', async () => {
  const { refresh, use } = await loggedIn({ JWT_AUTH_LEGACY_FIELDS: 'true' })
  const { body } = await answerOf(use(refresh))
  const pair: Record<string, unknown> = Object(body)
  expect(pair).toMatchObject({ access_token: pair['access'], refresh_token: pair['refresh'] })
})

test('takes the refresh token from the cookie and sets both anew', async () => {
  const app = await withAlice(COOKIES)
  const login = await app.post('login/', ALICE)
  const response = await app.post('token/refresh/', undefined, { Cookie: cookieHeaderOf(login) })
  expect(cookieAttributesOf(response)).toEqual({
    auth: 'expires=Thu, 04 Mar 2027 05:11:07 GMT; HttpOnly; Max-Age=300; Path=/; SameSite=Lax; Secure',
    refresh:
      'expires=Fri, 05 Mar 2027 05:06:07 GMT; HttpOnly; Max-Age=86400; Path=/; SameSite=Lax; Secure',
  })
  const { auth } = cookieValuesOf(response)
  expect(await answerOf(response)).toEqual({
    status: 200,
    body: { access: auth, access_expiration: '2027-03-04T05:11:07.250000Z' },
  })
})

test('goes on from cookie to cookie', async () => {
  const app = await withAlice(COOKIES)
  let cookies = cookieHeaderOf(await app.post('login/', ALICE))
  for (let time = 0; time < 3; time += 1) {
    app.clock.advance(60)
    const response = await app.post('token/refresh/', undefined, { Cookie: cookies })
    expect(response.status).toBe(200)
    cookies = cookieHeaderOf(response)
  }
})

test('without cookie and body there is nothing to trade', async () => {
  const app = await withAlice(COOKIES)
  const response = await app.post('token/refresh/')
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="api"')
  expect(await answerOf(response)).toEqual({
    status: 401,
    body: { detail: 'No valid refresh token found.', code: 'token_not_valid' },
  })
})

test('does not look at a stale Authorization header', async () => {
  const { app, refresh } = await loggedIn()
  const headers = { Authorization: 'Bearer stale' }
  expect((await app.post('token/refresh/', { refresh }, headers)).status).toBe(200)
})

test('refuses a refresh token whose time is over', async () => {
  const { app, refresh, use } = await loggedIn()
  app.clock.advance(86_400)
  expect(await answerOf(use(refresh))).toEqual(REFUSED)
})

test('refuses an access token in its place', async () => {
  const app = await withAlice()
  const access = await memberOf(app.post('login/', ALICE), 'access')
  expect(await answerOf(app.post('token/refresh/', { refresh: access }))).toEqual(REFUSED)
})

test('refuses the tokens of a deactivated and of a deleted user', async () => {
  const { app, refresh, use } = await loggedIn()
  const { db } = app.deps()
  await db.update(users).set({ isActive: false }).where(eq(users.id, 1))
  const response = await use(refresh)
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="api"')
  expect(await answerOf(response)).toEqual({
    status: 401,
    body: { detail: 'No active account found for the given token.' },
  })
  await db.delete(users).where(eq(users.id, 1))
  expect(await answerOf(use(refresh))).toEqual(REFUSED)
})

test.each([
  [undefined],
  [true],
  [1.5],
  [' 1 '],
  [[1]],
  [{}],
  [null],
  ['x'],
  ['99999999999999999999'],
])('refuses a refresh token of the user %j', async (user_id) => {
  const app = await withAlice()
  const exp = app.clock.now().getTime() / 1000 + 60
  const refresh = await signTestToken(app.settings, {
    token_type: 'refresh',
    exp,
    jti: 'some-id',
    user_id,
  })
  expect(await answerOf(app.post('token/refresh/', { refresh }))).toEqual(REFUSED)
})

test.each([['nonsense'], ['a.b.c'], [7], [true]])('refuses the token %j', async (refresh) => {
  const app = await withAlice()
  const { status } = await answerOf(app.post('token/refresh/', { refresh }))
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
})

test('waits for one round trip', async () => {
  const { app, refresh, use } = await loggedIn()
  const { roundTrips } = await waitedFor(app, () => use(refresh))
  expect(roundTrips).toBe(1)
})

test('without USE_JWT the URL does not exist', async () => {
  const app = await withAlice({ USE_JWT: 'false' })
  expect(await answerOf(app.post('token/refresh/', { refresh: 'x' }))).toEqual({
    status: 404,
    body: { detail: 'Not found.' },
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await withAlice()
  const response = await app.request('token/refresh/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const { app, refresh } = await loggedIn()
  expect((await app.post('token/refresh', { refresh })).status).toBe(200)
})
