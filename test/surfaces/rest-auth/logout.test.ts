import { expect, test } from 'vitest'
import { authTokens, sessions } from '../../../src/db/schema/credentials.ts'
import {
  answerOf,
  cookieAttributesOf,
  cookieHeaderOf,
  cookieValuesOf,
  memberOf,
  signTestToken,
} from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { username: 'alice', password: 'right-horse-staple' }
const BEARER_KEY = { Authorization: `Token ${KEY}` }
const DONE = { status: 200, body: { detail: 'Successfully logged out.' } }
const NOT_LOGGED_IN = {
  status: 400,
  body: { detail: 'You should be logged in to logout. Check whether the token is passed.' },
}
const NOT_DELETED = {
  status: 200,
  body: {
    detail:
      'Neither cookies or blacklist are enabled, so the token has not been deleted server side. Please make sure the token is deleted client side.',
  },
}
const DELETED = 'expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=Lax'
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const COOKIES = {
  USE_JWT: 'true',
  JWT_AUTH_COOKIE: 'auth',
  JWT_AUTH_REFRESH_COOKIE: 'refresh',
  JWT_AUTH_COOKIE_USE_CSRF: 'false',
}
const REFUSED = {
  status: 401,
  body: { detail: 'Token is invalid or expired', code: 'token_not_valid' },
}

async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  const users = [aUser({ tokenKey: KEY })]
  return createTestApp({ env: { KNOWN_DEVICE_COOKIE: '', ...env }, users })
}

test('deletes the auth token', async () => {
  const app = await withAlice()
  expect(await answerOf(app.post('logout/', undefined, BEARER_KEY))).toEqual(DONE)
  expect(await app.deps().db.select().from(authTokens)).toEqual([])
  const user = await app.request('user/', { headers: BEARER_KEY })
  expect(await answerOf(user)).toEqual({ status: 401, body: { detail: 'Invalid token.' } })
})

test('lets the next login have another token', async () => {
  const app = await withAlice()
  await app.post('logout/', {}, BEARER_KEY)
  expect(await memberOf(app.post('login/', ALICE), 'key')).not.toBe(KEY)
})

test.each([
  ['nobody', {}],
  ['a token that was deleted', { Authorization: `Token ${'f'.repeat(40)}` }],
])('has nothing to end for %s', async (_, headers) => {
  const app = await withAlice()
  expect(await answerOf(app.post('logout/', undefined, headers))).toEqual(NOT_LOGGED_IN)
})

test.each([
  ['true', NOT_LOGGED_IN],
  ['false', { status: 401, body: { detail: 'User inactive or deleted.' } }],
])('keeps the token of an inactive user (ignoring bad credentials: %s)', async (flag, answer) => {
  const app = await createTestApp({
    env: { IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS: flag },
    users: [aUser({ tokenKey: KEY, isActive: false })],
  })
  expect(await answerOf(app.post('logout/', undefined, BEARER_KEY))).toEqual(answer)
  expect(await app.deps().db.select().from(authTokens)).toHaveLength(1)
})

test.each([
  ['Token', 'Invalid token header. No credentials provided.'],
  ['Token a b', 'Invalid token header. Token string should not contain spaces.'],
  ['Token nobodys', 'Invalid token.'],
])('refuses the header %j where bad credentials are not ignored', async (header, detail) => {
  const app = await withAlice({ IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS: 'false' })
  const headers = { Authorization: header }
  expect(await answerOf(app.post('logout/', undefined, headers))).toEqual({
    status: 401,
    body: { detail },
  })
})

test('deletes the caller’s token and nobody else’s', async () => {
  const users = [aUser({ tokenKey: KEY }), aUser({ username: 'bob', tokenKey: 'b'.repeat(40) })]
  const app = await createTestApp({ users })
  await app.post('logout/', undefined, BEARER_KEY)
  const rows = await app.deps().db.select({ userId: authTokens.userId }).from(authTokens)
  expect(rows).toEqual([{ userId: 2 }])
})

test('SESSION_LOGIN: a token and a session that come together both end', async () => {
  const app = await withAlice({ SESSION_LOGIN: 'true' })
  const login = await app.post('login/', ALICE)
  const headers = { ...BEARER_KEY, Cookie: cookieHeaderOf(login) }
  const response = await app.post('logout/', undefined, headers)
  expect(cookieAttributesOf(response)).toEqual({ sessionid: DELETED })
  expect(await answerOf(response)).toEqual(DONE)
  expect(await app.deps().db.select().from(authTokens)).toEqual([])
  expect(await app.deps().db.select().from(sessions)).toEqual([])
})

test('USE_JWT: a token that comes first ends, and so do the JWT cookies', async () => {
  const classes = 'TokenAuthentication,JWTCookieAuthentication'
  const app = await withAlice({ ...COOKIES, DEFAULT_AUTHENTICATION_CLASSES: classes })
  const response = await app.post('logout/', undefined, BEARER_KEY)
  expect(cookieAttributesOf(response)).toEqual({ auth: DELETED, refresh: DELETED })
  expect(await answerOf(response)).toEqual(DONE)
  expect(await app.deps().db.select().from(authTokens)).toEqual([])
})

test('a session that stands before the token decides, and needs its CSRF token', async () => {
  const classes = 'SessionAuthentication,TokenAuthentication'
  const app = await withAlice({
    SESSION_LOGIN: 'true',
    DEFAULT_AUTHENTICATION_CLASSES: classes,
    CSRF_ORIGIN_SUFFICES: 'false',
  })
  const login = await app.post('login/', ALICE)
  const headers = { ...BEARER_KEY, Cookie: cookieHeaderOf(login) }
  expect((await app.post('logout/', undefined, headers)).status).toBe(403)
  expect(await app.deps().db.select().from(authTokens)).toHaveLength(1)
})

test('a second logout with the same token has nothing to end', async () => {
  const app = await withAlice()
  await app.post('logout/', undefined, BEARER_KEY)
  expect(await answerOf(app.post('logout/', undefined, BEARER_KEY))).toEqual(NOT_LOGGED_IN)
})

test('SESSION_LOGIN: ends the session and its cookie', async () => {
  const app = await withAlice({ SESSION_LOGIN: 'true' })
  const login = await app.post('login/', ALICE)
  const headers = {
    Cookie: cookieHeaderOf(login),
    'X-CSRFToken': String(cookieValuesOf(login)['csrftoken']),
    Origin: 'https://auth.example.com',
  }
  const response = await app.post('logout/', undefined, headers)
  expect(cookieAttributesOf(response)).toEqual({ sessionid: DELETED })
  expect(await answerOf(response)).toEqual(DONE)
  expect(await app.deps().db.select().from(sessions)).toEqual([])
})

test('SESSION_LOGIN: a session needs its CSRF token', async () => {
  const app = await withAlice({ SESSION_LOGIN: 'true', CSRF_ORIGIN_SUFFICES: 'false' })
  const login = await app.post('login/', ALICE)
  const headers = { Cookie: cookieHeaderOf(login), Origin: 'https://auth.example.com' }
  expect(await answerOf(app.post('logout/', undefined, headers))).toEqual({
    status: 403,
    body: { detail: 'CSRF Failed: CSRF token missing.' },
  })
})

test('SESSION_LOGIN: nobody is logged out, too', async () => {
  const app = await withAlice({ SESSION_LOGIN: 'true' })
  expect(await answerOf(app.post('logout/'))).toEqual(DONE)
})

test('GET does not log out', async () => {
  const app = await withAlice()
  const response = await app.request('logout/', { headers: BEARER_KEY })
  expect(response.headers.get('Allow')).toBe('GET, POST, HEAD, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: 'Method "GET" not allowed.' },
  })
  expect((await app.request('user/', { headers: BEARER_KEY })).status).toBe(200)
})

test('ACCOUNT_LOGOUT_ON_GET: GET logs out', async () => {
  const app = await withAlice({ ACCOUNT_LOGOUT_ON_GET: 'true' })
  const response = await app.request('logout/', { headers: BEARER_KEY })
  expect(response.headers.get('Allow')).toBe('GET, POST, HEAD, OPTIONS')
  expect(await answerOf(response)).toEqual(DONE)
  expect(await app.deps().db.select().from(authTokens)).toEqual([])
})

test.each(['PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await withAlice()
  expect(await answerOf(app.request('logout/', { method }))).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('USE_JWT: revokes the refresh token of the body', async () => {
  const app = await withAlice(JWT)
  const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
  expect(await answerOf(app.post('logout/', { refresh }))).toEqual(DONE)
  expect(await answerOf(app.post('token/refresh/', { refresh }))).toEqual(REFUSED)
})

test('USE_JWT: revokes the refresh token of the cookie and deletes both cookies', async () => {
  const app = await withAlice(COOKIES)
  const login = await app.post('login/', ALICE)
  const cookies = { Cookie: cookieHeaderOf(login) }
  const response = await app.post('logout/', undefined, cookies)
  expect(cookieAttributesOf(response)).toEqual({ auth: DELETED, refresh: DELETED })
  expect(cookieValuesOf(response)).toEqual({ auth: '""', refresh: '""' })
  expect(await answerOf(response)).toEqual(DONE)
  expect(await answerOf(app.post('token/refresh/', {}, cookies))).toEqual(REFUSED)
})

test('USE_JWT: deletes cookies where their settings put them', async () => {
  const app = await withAlice({
    ...COOKIES,
    JWT_AUTH_COOKIE_DOMAIN: 'example.com',
    JWT_AUTH_REFRESH_COOKIE_PATH: '/dj-rest-auth/',
    JWT_AUTH_SAMESITE: 'Strict',
  })
  const response = await app.post('logout/')
  const rest = 'SameSite=Strict'
  const start = 'expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.com; Max-Age=0;'
  expect(cookieAttributesOf(response)).toEqual({
    auth: `${start} Path=/; ${rest}`,
    refresh: `${start} Path=/dj-rest-auth/; ${rest}`,
  })
})

test('USE_JWT: ends the whole login, refresh tokens of later rotations included', async () => {
  const app = await withAlice(JWT)
  const first = await memberOf(app.post('login/', ALICE), 'refresh')
  const second = await memberOf(app.post('token/refresh/', { refresh: first }), 'refresh')
  await app.settle()
  expect(await answerOf(app.post('logout/', { refresh: first }))).toEqual(DONE)
  expect(await answerOf(app.post('token/refresh/', { refresh: second }))).toEqual(REFUSED)
})

test('USE_JWT: leaves other logins of the account alone', async () => {
  const app = await withAlice(JWT)
  const phone = await memberOf(app.post('login/', ALICE), 'refresh')
  const laptop = await memberOf(app.post('login/', ALICE), 'refresh')
  await app.settle()
  await app.post('logout/', { refresh: laptop })
  expect((await app.post('token/refresh/', { refresh: phone })).status).toBe(200)
})

test('USE_JWT: a logout with a refresh token that is used up or false is done, too', async () => {
  const app = await withAlice(JWT)
  const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
  await app.post('logout/', { refresh })
  for (const given of [refresh, 'nonsense', '', 7, null]) {
    expect(await answerOf(app.post('logout/', { refresh: given }))).toEqual(DONE)
  }
})

test('USE_JWT: a token that somebody else has signed revokes nothing', async () => {
  const app = await withAlice(JWT)
  const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
  const [, payload = ''] = refresh.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const forged = await signTestToken(app.settings, claims, 'some-other-secret-of-32-bytes-and-more')
  await app.post('logout/', { refresh: forged })
  expect((await app.post('token/refresh/', { refresh })).status).toBe(200)
})

test('USE_JWT: an access token in the place of the refresh token ends the login that it names', async () => {
  const app = await withAlice(JWT)
  const access = await memberOf(app.post('login/', ALICE), 'access')
  expect(await answerOf(app.post('logout/', { refresh: access }))).toEqual(DONE)
  const user = await app.request('user/', { headers: { Authorization: `Bearer ${access}` } })
  expect(user.status).toBe(401)
})

test('USE_JWT: many logouts at once are all done', async () => {
  const app = await withAlice(JWT)
  const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
  await app.settle()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => answerOf(app.post('logout/', { refresh }))),
  )
  expect(answers).toEqual(answers.map(() => DONE))
  expect(await answerOf(app.post('token/refresh/', { refresh }))).toEqual(REFUSED)
})

const NO_BLACKLIST = {
  TOKEN_BLACKLIST_ENABLED: 'false',
  SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false',
}

test('USE_JWT without blacklist and cookies says that nothing was ended', async () => {
  const app = await withAlice({ ...JWT, ...NO_BLACKLIST })
  const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
  expect(await answerOf(app.post('logout/', { refresh }))).toEqual(NOT_DELETED)
})

test('USE_JWT without blacklist deletes the cookies', async () => {
  const app = await withAlice({ ...COOKIES, ...NO_BLACKLIST })
  const response = await app.post('logout/')
  expect(Object.keys(cookieValuesOf(response))).toEqual(['auth', 'refresh'])
  expect(await answerOf(response)).toEqual(DONE)
})

test('is served without the slash, too', async () => {
  const app = await withAlice()
  expect(await answerOf(app.post('logout', undefined, BEARER_KEY))).toEqual(DONE)
})
