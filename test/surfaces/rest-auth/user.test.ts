import { expect, test } from 'vitest'
import { users } from '../../../src/db/schema/users.ts'
import {
  answerOf,
  cookieHeaderOf,
  cookieValuesOf,
  memberOf,
  signTestToken,
} from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const HEADERS = { Authorization: `Token ${KEY}`, 'Content-Type': 'application/json' }
const ALICE = {
  pk: 1,
  username: 'alice',
  email: 'alice@example.com',
  first_name: '',
  last_name: '',
}
const CREDENTIALS = { username: 'alice', password: 'right-horse-staple' }
const TAKEN = { status: 400, body: { username: ['A user with that username already exists.'] } }
const COOKIE_JWT = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'auth', KNOWN_DEVICE_COOKIE: '' }

async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  const others = [aUser({ username: 'bob' })]
  return createTestApp({ env, users: [aUser({ tokenKey: KEY }), ...others] })
}

function write(app: TestApp, method: 'PUT' | 'PATCH', body: unknown): Promise<Response> {
  return app.request('user/', { method, headers: HEADERS, body: JSON.stringify(body) })
}

test('shows the caller', async () => {
  const app = await withAlice()
  const response = await app.request('user/', { headers: HEADERS })
  expect(response.headers.get('Allow')).toBe('GET, PUT, PATCH, HEAD, OPTIONS')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(await answerOf(response)).toEqual({ status: 200, body: ALICE })
})

test('USE_JWT: shows the bearer of an access token', async () => {
  const app = await withAlice({ USE_JWT: 'true' })
  const access = await memberOf(app.post('login/', CREDENTIALS), 'access')
  const headers = { Authorization: `Bearer ${access}` }
  expect(await answerOf(app.request('user/', { headers }))).toEqual({ status: 200, body: ALICE })
})

test('USE_JWT: shows the bearer of the cookie', async () => {
  const app = await withAlice(COOKIE_JWT)
  const login = await app.post('login/', CREDENTIALS)
  const headers = { Cookie: cookieHeaderOf(login) }
  expect(await answerOf(app.request('user/', { headers }))).toEqual({ status: 200, body: ALICE })
})

test('USE_JWT: a write by cookie needs the CSRF token that came with it', async () => {
  const app = await withAlice({ ...COOKIE_JWT, CSRF_ORIGIN_SUFFICES: 'false' })
  const login = await app.post('login/', CREDENTIALS)
  const headers = {
    Cookie: cookieHeaderOf(login),
    Origin: 'https://auth.example.com',
    'Content-Type': 'application/json',
  }
  const init = { method: 'PATCH', body: '{"first_name": "Al"}' }
  expect(await answerOf(app.request('user/', { ...init, headers }))).toEqual({
    status: 403,
    body: { detail: 'CSRF Failed: CSRF token missing.' },
  })
  const token = String(cookieValuesOf(login)['csrftoken'])
  const armed = { ...headers, 'X-CSRFToken': token }
  expect(await answerOf(app.request('user/', { ...init, headers: armed }))).toEqual({
    status: 200,
    body: { ...ALICE, first_name: 'Al' },
  })
  const foreign = { ...armed, Origin: 'https://evil.example' }
  expect(await answerOf(app.request('user/', { ...init, headers: foreign }))).toEqual({
    status: 403,
    body: {
      detail:
        'CSRF Failed: Origin checking failed - https://evil.example does not match any trusted origins.',
    },
  })
})

test('HEAD answers as GET, without the body', async () => {
  const app = await withAlice()
  const response = await app.request('user/', { method: 'HEAD', headers: HEADERS })
  expect(response.status).toBe(200)
})

test('asks strangers for credentials, whatever the method', async () => {
  const app = await withAlice()
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    const response = await app.request('user/', { method })
    expect(response.headers.get('WWW-Authenticate')).toBe('Token')
    expect(await answerOf(response)).toEqual({
      status: 401,
      body: { detail: 'Authentication credentials were not provided.' },
    })
  }
})

test.each([
  ['Token', 'Invalid token header. No credentials provided.'],
  ['Token a b', 'Invalid token header. Token string should not contain spaces.'],
  ['Token \xff', 'Invalid token header. Token string should not contain invalid characters.'],
  ['Token unknown', 'Invalid token.'],
])('refuses the header %j', async (header, detail) => {
  const app = await withAlice()
  const response = app.request('user/', { headers: { Authorization: header } })
  expect(await answerOf(response)).toEqual({ status: 401, body: { detail } })
})

test('refuses the token of a deactivated user', async () => {
  const app = await createTestApp({ users: [aUser({ tokenKey: KEY, isActive: false })] })
  expect(await answerOf(app.request('user/', { headers: HEADERS }))).toEqual({
    status: 401,
    body: { detail: 'User inactive or deleted.' },
  })
})

test('USE_JWT: refuses what is no good access token', async () => {
  const app = await withAlice({ USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' })
  const login = await app.post('login/', CREDENTIALS)
  const refresh = await memberOf(login.clone(), 'refresh')
  const access = await memberOf(login, 'access')
  app.clock.advance(301)
  for (const token of [refresh, access, 'nonsense', 'a.b.c']) {
    const response = await app.request('user/', { headers: { Authorization: `Bearer ${token}` } })
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="api"')
    expect(await answerOf(response)).toEqual({
      status: 401,
      body: {
        detail: 'Given token not valid for any token type',
        code: 'token_not_valid',
        messages: [
          {
            token_class: 'AccessToken',
            token_type: 'access',
            message: 'Token is invalid or expired',
          },
        ],
      },
    })
  }
})

test.each([
  [
    'Bearer',
    'bad_authorization_header',
    'Authorization header must contain two space-delimited values',
  ],
  [
    'Bearer a b',
    'bad_authorization_header',
    'Authorization header must contain two space-delimited values',
  ],
])('USE_JWT: refuses the header %j', async (header, code, detail) => {
  const app = await withAlice({ USE_JWT: 'true' })
  const response = app.request('user/', { headers: { Authorization: header } })
  expect(await answerOf(response)).toEqual({ status: 401, body: { detail, code } })
})

test('USE_JWT: says when the user of a token is gone, inactive or not named', async () => {
  const app = await createTestApp({
    env: { USE_JWT: 'true' },
    users: [aUser({ isActive: false })],
  })
  const exp = app.clock.now().getTime() / 1000 + 60
  const ask = async (claims: Record<string, unknown>) => {
    const whole = { token_type: 'access', exp, jti: 'x', ...claims }
    const token = await signTestToken(app.settings, whole)
    return answerOf(app.request('user/', { headers: { Authorization: `Bearer ${token}` } }))
  }
  expect(await ask({ user_id: '2' })).toEqual({
    status: 401,
    body: { detail: 'User not found', code: 'user_not_found' },
  })
  expect(await ask({ user_id: '1' })).toEqual({
    status: 401,
    body: { detail: 'User is inactive', code: 'user_inactive' },
  })
  expect(await ask({})).toEqual({
    status: 401,
    body: {
      detail: 'Token contained no recognizable user identification',
      code: 'token_not_valid',
    },
  })
})

test('SIMPLE_JWT_AUTH_HEADER_TYPES and _NAME say where the token is', async () => {
  const app = await withAlice({
    USE_JWT: 'true',
    SIMPLE_JWT_AUTH_HEADER_TYPES: 'JWT,Bearer',
    SIMPLE_JWT_AUTH_HEADER_NAME: 'HTTP_X_ACCESS_TOKEN',
  })
  const access = await memberOf(app.post('login/', CREDENTIALS), 'access')
  const headers = { 'X-Access-Token': `JWT ${access}` }
  expect(await answerOf(app.request('user/', { headers }))).toEqual({ status: 200, body: ALICE })
  const elsewhere = await app.request('user/', { headers: { Authorization: `JWT ${access}` } })
  expect(elsewhere.headers.get('WWW-Authenticate')).toBe('JWT realm="api"')
  expect(elsewhere.status).toBe(401)
})

test('DEFAULT_AUTHENTICATION_CLASSES decides what counts, and the first one challenges', async () => {
  const app = await withAlice({
    DEFAULT_AUTHENTICATION_CLASSES: 'SessionAuthentication,TokenAuthentication',
  })
  expect((await app.request('user/', { headers: HEADERS })).status).toBe(200)
  const stranger = await app.request('user/')
  expect(stranger.headers.get('WWW-Authenticate')).toBeNull()
  expect(stranger.status).toBe(403)
})

test('PATCH changes what is named', async () => {
  const app = await withAlice()
  const body = { ...ALICE, first_name: 'Alice', last_name: 'Liddell' }
  await write(app, 'PATCH', { first_name: 'Alice' })
  expect(await answerOf(write(app, 'PATCH', { last_name: ' Liddell ' }))).toEqual({
    status: 200,
    body,
  })
  expect(await answerOf(app.request('user/', { headers: HEADERS }))).toEqual({ status: 200, body })
})

test('PATCH of nothing changes nothing', async () => {
  const app = await withAlice()
  expect(await answerOf(write(app, 'PATCH', {}))).toEqual({ status: 200, body: ALICE })
})

test('PUT wants the username and clears nothing that is not named', async () => {
  const app = await withAlice()
  await write(app, 'PATCH', { first_name: 'Alice' })
  expect(await answerOf(write(app, 'PUT', { last_name: 'L' }))).toEqual({
    status: 400,
    body: { username: ['This field is required.'] },
  })
  expect(await answerOf(write(app, 'PUT', { username: 'alicia', last_name: '' }))).toEqual({
    status: 200,
    body: { ...ALICE, username: 'alicia', first_name: 'Alice' },
  })
})

test('pk and email cannot be written', async () => {
  const app = await withAlice()
  const body = { pk: 9, email: 'other@example.com', is_staff: true, first_name: 'A' }
  expect(await answerOf(write(app, 'PATCH', body))).toEqual({
    status: 200,
    body: { ...ALICE, first_name: 'A' },
  })
})

const SYNTAX =
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.'

test.each([
  [{ username: '' }, { username: ['This field may not be blank.'] }],
  [{ username: null }, { username: ['This field may not be null.'] }],
  [{ username: 'a b' }, { username: [SYNTAX] }],
  [
    { username: 'a'.repeat(151) },
    { username: ['Ensure this field has no more than 150 characters.'] },
  ],
  [
    { first_name: 'a'.repeat(151), last_name: null },
    {
      first_name: ['Ensure this field has no more than 150 characters.'],
      last_name: ['This field may not be null.'],
    },
  ],
  [
    { username: 'bob', first_name: [] },
    {
      username: ['A user with that username already exists.'],
      first_name: ['Not a valid string.'],
    },
  ],
])('refuses the fields %j', async (body, errors) => {
  const app = await withAlice()
  expect(await answerOf(write(app, 'PATCH', body))).toEqual({ status: 400, body: errors })
})

test('a name that somebody else has is taken, in any case', async () => {
  const app = await withAlice()
  expect(await answerOf(write(app, 'PATCH', { username: 'bob' }))).toEqual(TAKEN)
  expect(await answerOf(write(app, 'PATCH', { username: 'BOB' }))).toEqual(TAKEN)
})

test('of two who want one name at once one gets it', async () => {
  const keys = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(40))
  const app = await createTestApp({
    users: keys.map((tokenKey, index) => aUser({ username: `user${index}`, tokenKey })),
  })
  const responses = await Promise.all(
    keys.map((key) =>
      app.request('user/', {
        method: 'PATCH',
        headers: { ...HEADERS, Authorization: `Token ${key}` },
        body: '{"username": "wanted"}',
      }),
    ),
  )
  expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    200, 400, 400, 400,
  ])
  const rows = await app.deps().db.select({ username: users.username }).from(users)
  expect(rows.filter(({ username }) => username === 'wanted')).toHaveLength(1)
})

test('ACCOUNT_USERNAME_BLACKLIST keeps names for nobody', async () => {
  const app = await withAlice({ ACCOUNT_USERNAME_BLACKLIST: 'Admin,root' })
  expect(await answerOf(write(app, 'PATCH', { username: 'ADMIN' }))).toEqual({
    status: 400,
    body: { username: ['Username can not be used. Please use other username.'] },
  })
})

test('ACCOUNT_PRESERVE_USERNAME_CASING off stores names in lower case', async () => {
  const app = await withAlice({ ACCOUNT_PRESERVE_USERNAME_CASING: 'false' })
  expect(await answerOf(write(app, 'PATCH', { username: 'Alicia' }))).toEqual({
    status: 200,
    body: { ...ALICE, username: 'alicia' },
  })
})

test.each(['POST', 'DELETE'])('does not know %s', async (method) => {
  const app = await withAlice()
  const response = app.request('user/', { method, headers: HEADERS })
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const app = await withAlice()
  expect(await answerOf(app.request('user', { headers: HEADERS }))).toEqual({
    status: 200,
    body: ALICE,
  })
})

test('with USER_PK uuid everything says that pk is a text', async () => {
  const key = '0123456789abcdef0123456789abcdef01234567'
  const app = await createTestApp({ env: { USER_PK: 'uuid' }, users: [aUser({ tokenKey: key })] })
  const headers = { Authorization: `Token ${key}` }
  const user = await answerOf(app.request('user/', { headers }))
  expect(user.body).toMatchObject({ pk: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown })
  const options = await answerOf(app.request('user/', { method: 'OPTIONS', headers }))
  expect(options.body).toMatchObject({ actions: { PUT: { pk: { type: 'string', label: 'ID' } } } })
  const document = JSON.stringify((await answerOf(app.request('openapi.json'))).body)
  expect(document).toContain('"pk":{"type":"string","format":"uuid"')
  expect(document).not.toContain('"pk":{"type":"integer"')
})
