import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { authTokens, refreshFamilies } from '../../../src/db/schema/credentials.ts'
import { users } from '../../../src/db/schema/users.ts'
import {
  answerOf,
  claimsOf,
  cookieAttributesOf,
  cookieHeaderOf,
  cookieValuesOf,
  memberOf,
} from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { username: 'alice', password: 'right-horse-staple' }
const ALICE_BODY = {
  pk: 1,
  username: 'alice',
  email: 'alice@example.com',
  first_name: '',
  last_name: '',
}
const BAD_CREDENTIALS = {
  status: 400,
  body: { non_field_errors: ['Unable to log in with provided credentials.'] },
}
const JWT = { USE_JWT: 'true' }
const COOKIES = { ...JWT, JWT_AUTH_COOKIE: 'auth', JWT_AUTH_REFRESH_COOKIE: 'refresh' }

/** Alice, and no cookie for known devices, which have tests of their own. */
async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  return createTestApp({ env: { KNOWN_DEVICE_COOKIE: '', ...env }, users: [aUser()] })
}

async function lastLoginOf(app: TestApp): Promise<Date | null | undefined> {
  const rows = await app.deps().db.select({ lastLoginAt: users.lastLoginAt }).from(users)
  return rows[0]?.lastLoginAt
}

test('answers an auth token of 40 hexadecimal digits', async () => {
  const app = await withAlice()
  const response = await app.post('login/', ALICE)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('application/json')
  expect(response.headers.getSetCookie()).toEqual([])
  expect(await response.json()).toEqual({ key: expect.stringMatching(/^[0-9a-f]{40}$/) })
})

test('answers the same auth token until logout', async () => {
  const app = await withAlice()
  const first = await memberOf(app.post('login/', ALICE), 'key')
  expect(await memberOf(app.post('login/', ALICE), 'key')).toBe(first)
})

test('hands the same auth token to two first logins at once', async () => {
  const app = await withAlice({ ACCOUNT_RATE_LIMITS: 'false' })
  const keys = await Promise.all(
    Array.from({ length: 8 }, () => memberOf(app.post('login/', ALICE), 'key')),
  )
  expect(new Set(keys).size).toBe(1)
})

test('answers a token that a secret of before has sealed, sealed anew', async () => {
  const oldSecret = 'an-older-secret-key-of-more-than-32-bytes'
  await createTestApp({ env: { SECRET_KEY: oldSecret }, users: [aUser({ tokenKey: KEY })] })
  const app = await createTestApp({ env: { SECRET_KEY_FALLBACKS: oldSecret }, data: 'kept' })
  const sealed = async () =>
    (await app.deps().db.select({ sealed: authTokens.sealedKey }).from(authTokens))[0]?.sealed
  const before = await sealed()
  expect(await answerOf(app.post('login/', ALICE))).toEqual({ status: 200, body: { key: KEY } })
  expect(await sealed()).not.toBe(before)
  const later = await createTestApp({ data: 'kept' })
  expect(await answerOf(later.post('login/', ALICE))).toEqual({ status: 200, body: { key: KEY } })
})

test('replaces a token that no secret opens', async () => {
  const lost = { SECRET_KEY: 'a-lost-secret-key-of-more-than-32-bytes' }
  await createTestApp({ env: lost, users: [aUser({ tokenKey: KEY })] })
  const app = await createTestApp({ data: 'kept' })
  const key = await memberOf(app.post('login/', ALICE), 'key')
  expect(key).not.toBe(KEY)
  const user = await app.request('user/', { headers: { Authorization: `Token ${key}` } })
  expect(await answerOf(user)).toEqual({ status: 200, body: ALICE_BODY })
})

test('with USE_JWT answers a pair and the user', async () => {
  const app = await withAlice({ ...JWT, JWT_AUTH_HTTPONLY: 'false' })
  const response = await app.post('login/', ALICE)
  expect(response.headers.getSetCookie()).toEqual([])
  expect(await answerOf(response)).toEqual({
    status: 200,
    body: { access: expect.any(String), refresh: expect.any(String), user: ALICE_BODY },
  })
})

test('puts simplejwt’s claims into the pair', async () => {
  const app = await withAlice({ ...JWT, JWT_AUTH_HTTPONLY: 'false' })
  const response = await app.post('login/', ALICE)
  const copy = response.clone()
  const access = claimsOf(await memberOf(response, 'access'))
  const refresh = claimsOf(await memberOf(copy, 'refresh'))
  const issuedAt = Date.UTC(2027, 2, 4, 5, 6, 7) / 1000
  const jti = expect.stringMatching(/^[0-9a-f]{32}$/)
  const family = refresh['family']
  expect(refresh).toEqual({
    token_type: 'refresh',
    exp: issuedAt + 86_400,
    iat: issuedAt,
    jti,
    user_id: '1',
    family: jti,
    token_version: 0,
  })
  expect(access).toEqual({
    token_type: 'access',
    exp: issuedAt + 300,
    iat: issuedAt,
    jti,
    user_id: '1',
    family,
    token_version: 0,
  })
  expect(access['jti']).not.toBe(refresh['jti'])
})

test('notes the login, so that it can be ended', async () => {
  const app = await createTestApp({
    env: JWT,
    users: [aUser()],
    client: { userAgent: 'Firefox', country: 'NL' },
  })
  await app.post('login/', ALICE)
  await app.settle()
  const { userId, userAgent, country, revokedAt } = refreshFamilies
  const rows = await app
    .deps()
    .db.select({ userId, userAgent, country, revokedAt })
    .from(refreshFamilies)
  expect(rows).toEqual([{ userId: 1, userAgent: 'Firefox', country: 'NL', revokedAt: null }])
})

test('JWT_AUTH_COOKIE and JWT_AUTH_REFRESH_COOKIE set cookies, and the body keeps the refresh token out', async () => {
  const app = await withAlice(COOKIES)
  const response = await app.post('login/', ALICE)
  expect(cookieAttributesOf(response)).toMatchObject({
    auth: 'expires=Thu, 04 Mar 2027 05:11:07 GMT; HttpOnly; Max-Age=300; Path=/; SameSite=Lax; Secure',
    refresh:
      'expires=Fri, 05 Mar 2027 05:06:07 GMT; HttpOnly; Max-Age=86400; Path=/; SameSite=Lax; Secure',
  })
  const { auth } = cookieValuesOf(response)
  expect(await answerOf(response)).toEqual({
    status: 200,
    body: { access: auth, refresh: '', user: ALICE_BODY },
  })
})

test('the JWT cookies look as their settings say', async () => {
  const app = await withAlice({
    ...COOKIES,
    JWT_AUTH_COOKIE_USE_CSRF: 'false',
    JWT_AUTH_HTTPONLY: 'false',
    JWT_AUTH_SAMESITE: 'None',
    JWT_AUTH_COOKIE_DOMAIN: 'example.com',
    JWT_AUTH_REFRESH_COOKIE_PATH: '/dj-rest-auth/token/',
    JWT_AUTH_PARTITIONED: 'true',
    SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '60',
    SIMPLE_JWT_REFRESH_TOKEN_LIFETIME: '3600',
  })
  const response = await app.post('login/', ALICE)
  expect(cookieAttributesOf(response)).toEqual({
    auth: 'expires=Thu, 04 Mar 2027 05:07:07 GMT; Domain=example.com; Max-Age=60; Path=/; SameSite=None; Secure; Partitioned',
    refresh:
      'expires=Thu, 04 Mar 2027 06:06:07 GMT; Domain=example.com; Max-Age=3600; Path=/dj-rest-auth/token/; SameSite=None; Secure; Partitioned',
  })
})

test('JWT_AUTH_SECURE off leaves Secure out', async () => {
  const app = await withAlice({ ...COOKIES, JWT_AUTH_SECURE: 'false' })
  const response = await app.post('login/', ALICE)
  expect(cookieAttributesOf(response)['auth']).toBe(
    'expires=Thu, 04 Mar 2027 05:11:07 GMT; HttpOnly; Max-Age=300; Path=/; SameSite=Lax',
  )
})

test('JWT_AUTH_RETURN_EXPIRATION adds both times', async () => {
  const app = await withAlice({ ...JWT, JWT_AUTH_RETURN_EXPIRATION: 'true' })
  expect(await answerOf(app.post('login/', ALICE))).toEqual({
    status: 200,
    body: {
      access: expect.any(String),
      refresh: '',
      user: ALICE_BODY,
      access_expiration: '2027-03-04T05:11:07.250000Z',
      refresh_expiration: '2027-03-05T05:06:07.250000Z',
    },
  })
})

test('JWT_AUTH_LEGACY_FIELDS adds the names of 2.x', async () => {
  const app = await withAlice({
    ...JWT,
    JWT_AUTH_LEGACY_FIELDS: 'true',
    JWT_AUTH_HTTPONLY: 'false',
  })
  const { status, body } = await answerOf(app.post('login/', ALICE))
  expect(status).toBe(200)
  const { access, refresh } = Object(body)
  expect(body).toEqual({
    access,
    refresh,
    user: ALICE_BODY,
    access_token: access,
    refresh_token: refresh,
  })
})

test('SIMPLE_JWT_USER_ID_FIELD and _CLAIM name the user otherwise', async () => {
  const app = await withAlice({
    ...JWT,
    SIMPLE_JWT_USER_ID_FIELD: 'username',
    SIMPLE_JWT_USER_ID_CLAIM: 'sub',
  })
  const access = await memberOf(app.post('login/', ALICE), 'access')
  expect(claimsOf(access)).toMatchObject({ sub: 'alice' })
  const user = await app.request('user/', { headers: { Authorization: `Bearer ${access}` } })
  expect(await answerOf(user)).toEqual({ status: 200, body: ALICE_BODY })
})

test('without TOKEN_MODEL there is nothing to answer', async () => {
  const app = await withAlice({ TOKEN_MODEL: 'None', SESSION_LOGIN: 'true' })
  const response = await app.post('login/', ALICE)
  expect(cookieValuesOf(response)).toEqual({
    csrftoken: expect.stringMatching(/^[a-zA-Z0-9]{32}$/),
    sessionid: expect.stringMatching(/^[a-z0-9]{32}$/),
  })
  expect(await answerOf(response)).toEqual({ status: 204, body: undefined })
})

test('SESSION_LOGIN opens a session with Django’s cookies', async () => {
  const app = await withAlice({ SESSION_LOGIN: 'true', SESSION_COOKIE_AGE: '3600' })
  const response = await app.post('login/', ALICE)
  expect(cookieAttributesOf(response)).toEqual({
    csrftoken:
      'expires=Thu, 02 Mar 2028 05:06:07 GMT; Max-Age=31449600; Path=/; SameSite=Lax; Secure',
    sessionid:
      'expires=Thu, 04 Mar 2027 06:06:07 GMT; HttpOnly; Max-Age=3600; Path=/; SameSite=Lax; Secure',
  })
  const user = await app.request('user/', { headers: { Cookie: cookieHeaderOf(response) } })
  expect(await answerOf(user)).toEqual({ status: 200, body: ALICE_BODY })
})

test('SESSION_LOGIN goes on with the session of the same user and sets last_login', async () => {
  const app = await withAlice({ SESSION_LOGIN: 'true' })
  const first = await app.post('login/', ALICE)
  const cookies = cookieValuesOf(first)
  const second = await app.post('login/', ALICE, {
    Cookie: cookieHeaderOf(first),
    'X-CSRFToken': String(cookies['csrftoken']),
    Origin: 'https://auth.example.com',
  })
  expect(cookieValuesOf(second)['sessionid']).toBe(cookies['sessionid'])
  expect(await lastLoginOf(app)).toEqual(app.clock.now())
})

test('logs in by address, in either field, in any case', async () => {
  const app = await withAlice()
  const key = await memberOf(app.post('login/', ALICE), 'key')
  const { password } = ALICE
  for (const body of [
    { email: 'alice@example.com', password },
    { email: 'ALICE@Example.COM', password },
    { username: 'Alice@example.com', password },
    { username: 'ALICE', password },
  ]) {
    expect(await answerOf(app.post('login/', body))).toEqual({ status: 200, body: { key } })
  }
})

test('finds an account by an address that is stored with capitals', async () => {
  const app = await createTestApp({ users: [aUser({ email: 'Alice@Example.com' })] })
  const response = app.post('login/', { email: 'alice@example.com', password: ALICE.password })
  expect((await response).status).toBe(200)
})

test.each([
  ['username', { email: 'alice@example.com' }, 'Must include "username" and "password".'],
  ['email', { username: 'alice' }, 'Must include "email" and "password".'],
  ['username,email', {}, 'Must include either "username" or "email" and "password".'],
])('with ACCOUNT_LOGIN_METHODS %s wants what it names', async (methods, named, message) => {
  const app = await withAlice({ ACCOUNT_LOGIN_METHODS: methods })
  expect(await answerOf(app.post('login/', { ...named, password: 'x' }))).toEqual({
    status: 400,
    body: { non_field_errors: [message] },
  })
})

test.each([
  [{ username: 'alice' }, { password: ['This field is required.'] }],
  [{ username: 'alice', password: '' }, { password: ['This field may not be blank.'] }],
  [{ username: 'alice', password: null }, { password: ['This field may not be null.'] }],
  [{ username: 'alice', password: [1] }, { password: ['Not a valid string.'] }],
  [{ username: {}, password: 'x' }, { username: ['Not a valid string.'] }],
  [{ email: 'nobody', password: 'x' }, { email: ['Enter a valid email address.'] }],
  [
    { username: true, email: 'nobody' },
    {
      username: ['Not a valid string.'],
      email: ['Enter a valid email address.'],
      password: ['This field is required.'],
    },
  ],
])('refuses the fields %j', async (body, errors) => {
  const app = await withAlice()
  expect(await answerOf(app.post('login/', body))).toEqual({ status: 400, body: errors })
})

test('answers unknown, wrong and deactivated alike', async () => {
  const app = await createTestApp({
    users: [aUser(), aUser({ username: 'gone', isActive: false })],
  })
  const { password } = ALICE
  for (const body of [
    { username: 'alice', password: 'wrong-horse' },
    { username: 'nobody', password },
    { username: 'gone', password },
    { email: 'nobody@example.com', password },
  ]) {
    expect(await answerOf(app.post('login/', body))).toEqual(BAD_CREDENTIALS)
  }
})

test('refuses an account without a usable password', async () => {
  const app = await createTestApp({ users: [aUser({ password: null })] })
  expect(await answerOf(app.post('login/', ALICE))).toEqual(BAD_CREDENTIALS)
})

test('with mandatory verification refuses an address that is not verified', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' },
    users: [aUser({ emailVerified: false })],
  })
  expect(await answerOf(app.post('login/', ALICE))).toEqual({
    status: 400,
    body: { non_field_errors: ['E-mail is not verified.'] },
  })
  expect(await answerOf(app.post('login/', { ...ALICE, password: 'wrong' }))).toEqual(
    BAD_CREDENTIALS,
  )
})

test('with optional verification lets an unverified address in', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: false })] })
  expect((await app.post('login/', ALICE)).status).toBe(200)
})

test('hashes the password anew where the settings ask for more', async () => {
  await withAlice()
  const app = await createTestApp({ env: { PASSWORD_PBKDF2_ITERATIONS: '2000' }, data: 'kept' })
  expect((await app.post('login/', ALICE)).status).toBe(200)
  const [row] = await app
    .deps()
    .db.select({ password: users.password })
    .from(users)
    .where(eq(users.id, 1))
  expect(row?.password).toMatch(/^pbkdf2_sha256\$2000\$/)
  expect((await app.post('login/', ALICE)).status).toBe(200)
})

test('takes forms as it takes JSON', async () => {
  const app = await withAlice()
  const urlencoded = await app.request('login/', {
    method: 'POST',
    body: new URLSearchParams(ALICE),
  })
  expect(urlencoded.status).toBe(200)
  const form = new FormData()
  for (const [name, value] of Object.entries(ALICE)) form.set(name, value)
  expect((await app.request('login/', { method: 'POST', body: form })).status).toBe(200)
})

test('is served without the slash, too', async () => {
  const app = await withAlice()
  expect((await app.post('login', ALICE)).status).toBe(200)
})

test('lies under URL_PREFIX', async () => {
  const app = await withAlice({ URL_PREFIX: 'api/auth' })
  expect((await app.post('https://auth.example.com/api/auth/login/', ALICE)).status).toBe(200)
  expect((await app.post('https://auth.example.com/dj-rest-auth/login/', ALICE)).status).toBe(404)
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await withAlice()
  const response = await app.request('login/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('describes itself to OPTIONS', async () => {
  const app = await withAlice()
  const response = await app.request('login/', { method: 'OPTIONS' })
  expect(await answerOf(response)).toEqual({
    status: 200,
    body: {
      name: 'Login',
      description: expect.stringMatching(/^Check the credentials and return the REST Token/),
      renders: ['application/json'],
      parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
      actions: {
        POST: {
          username: { type: 'string', required: false, read_only: false, label: 'Username' },
          email: { type: 'email', required: false, read_only: false, label: 'Email' },
          password: { type: 'string', required: true, read_only: false, label: 'Password' },
        },
      },
    },
  })
})
