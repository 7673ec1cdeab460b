import { describe, expect, test } from 'vitest'
import { answerOf, cookieHeaderOf, cookieValuesOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const HEADERS = { Authorization: `Token ${KEY}` }
const OLD = 'right-horse-staple'
const NEW = 'better-horse-battery'
const BOTH = { new_password1: NEW, new_password2: NEW }
const SAVED = { status: 200, body: { detail: 'New password has been saved.' } }
const WRONG_OLD = 'Your old password was entered incorrectly. Please enter it again.'
const MISMATCH = 'The two password fields didn’t match.'

async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  const users = [aUser({ tokenKey: KEY })]
  return createTestApp({ env: { KNOWN_DEVICE_COOKIE: '', ...env }, users })
}

async function loginStatus(app: TestApp, password: string): Promise<number> {
  return (await app.post('login/', { username: 'alice', password })).status
}

function change(app: TestApp, body: unknown, headers: HeadersInit = HEADERS): Promise<Response> {
  return app.post('password/change/', body, headers)
}

test('replaces the password', async () => {
  const app = await withAlice()
  const response = await change(app, BOTH)
  expect(response.headers.getSetCookie()).toEqual([])
  expect(await answerOf(response)).toEqual(SAVED)
  expect(await loginStatus(app, OLD)).toBe(400)
  expect(await loginStatus(app, NEW)).toBe(200)
})

describe('USE_JWT', () => {
  const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
  const isUser = async (app: TestApp, access: string): Promise<number> => {
    const headers = { Authorization: `Bearer ${access}` }
    return (await app.request('user/', { headers })).status
  }
  const logIn = async (app: TestApp): Promise<{ access: string; refresh: string }> => {
    const response = await app.post('login/', { username: 'alice', password: OLD })
    await app.settle()
    return response.json()
  }

  test('gives the caller a pair for the one that the change revokes', async () => {
    const app = await withAlice(JWT)
    const old = await logIn(app)
    const response = await change(app, BOTH, { Authorization: `Bearer ${old.access}` })
    const next = await answerOf(response.clone())
    expect(next).toEqual({
      status: 200,
      body: { ...SAVED.body, access: expect.any(String), refresh: expect.any(String) },
    })
    const access = await memberOf(response.clone(), 'access')
    const refresh = await memberOf(response, 'refresh')
    expect(await isUser(app, old.access)).toBe(401)
    expect(await isUser(app, access)).toBe(200)
    expect((await app.post('token/refresh/', { refresh: old.refresh })).status).toBe(401)
    expect((await app.post('token/refresh/', { refresh })).status).toBe(200)
    expect(await loginStatus(app, NEW)).toBe(200)
  })

  test('sets the pair’s cookies as a login does', async () => {
    const cookies = { JWT_AUTH_COOKIE: 'acc', JWT_AUTH_REFRESH_COOKIE: 'ref' }
    const app = await withAlice({ USE_JWT: 'true', ...cookies })
    const login = await app.post('login/', { username: 'alice', password: OLD })
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    const response = await change(app, BOTH, headers)
    const { acc = '', ref } = cookieValuesOf(response)
    expect(ref).toEqual(expect.stringMatching(/./))
    expect(await isUser(app, acc)).toBe(200)
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: { ...SAVED.body, access: acc, refresh: '' },
    })
  })

  test.each([
    ['exact: the pair goes on', { DJANGO_COMPATIBILITY: 'exact' }, 200],
    ['LOGOUT_ON_PASSWORD_CHANGE: nothing goes on', { LOGOUT_ON_PASSWORD_CHANGE: 'true' }, 401],
  ])('%s, and none comes', async (_, env, status) => {
    const app = await withAlice({ ...JWT, ...env })
    const { access } = await logIn(app)
    expect(await answerOf(change(app, BOTH, { Authorization: `Bearer ${access}` }))).toEqual(SAVED)
    expect(await isUser(app, access)).toBe(status)
  })
})

test('tells the owner by mail', async () => {
  const app = await withAlice()
  await change(app, BOTH)
  await app.settle()
  expect(app.mailbox).toEqual([
    expect.objectContaining({
      to: 'alice@example.com',
      subject: expect.stringContaining('Password Changed'),
    }),
  ])
})

test('ACCOUNT_EMAIL_NOTIFICATIONS off sends no mail', async () => {
  const app = await withAlice({ ACCOUNT_EMAIL_NOTIFICATIONS: 'false' })
  await change(app, BOTH)
  await app.settle()
  expect(app.mailbox).toEqual([])
})

test('asks strangers for credentials', async () => {
  const app = await withAlice()
  expect(await answerOf(change(app, BOTH, {}))).toEqual({
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  })
})

test.each([
  [
    {},
    {
      new_password1: ['This field is required.'],
      new_password2: ['This field is required.'],
    },
  ],
  [
    { new_password1: '', new_password2: null },
    {
      new_password1: ['This field may not be blank.'],
      new_password2: ['This field may not be null.'],
    },
  ],
  [
    { new_password1: 'a'.repeat(129), new_password2: {} },
    {
      new_password1: ['Ensure this field has no more than 128 characters.'],
      new_password2: ['Not a valid string.'],
    },
  ],
  [{ new_password1: NEW, new_password2: OLD }, { new_password2: [MISMATCH] }],
  [
    { new_password1: '1234', new_password2: '1234' },
    {
      new_password2: [
        'This password is too short. It must contain at least 8 characters.',
        'This password is too common.',
        'This password is entirely numeric.',
      ],
    },
  ],
  [
    { new_password1: 'alice@example', new_password2: 'alice@example' },
    { new_password2: ['The password is too similar to the email address.'] },
  ],
])('refuses the fields %j', async (body, errors) => {
  const app = await withAlice()
  expect(await answerOf(change(app, body))).toEqual({ status: 400, body: errors })
  expect(await loginStatus(app, OLD)).toBe(200)
})

test('AUTH_PASSWORD_VALIDATORS may ask for nothing', async () => {
  const app = await withAlice({ AUTH_PASSWORD_VALIDATORS: '[]' })
  expect(await answerOf(change(app, { new_password1: '1', new_password2: '1' }))).toEqual(SAVED)
})

test('OLD_PASSWORD_FIELD_ENABLED: asks for the old password', async () => {
  const app = await withAlice({ OLD_PASSWORD_FIELD_ENABLED: 'true' })
  expect(await answerOf(change(app, BOTH))).toEqual({
    status: 400,
    body: { old_password: ['This field is required.'] },
  })
  expect(await answerOf(change(app, { ...BOTH, old_password: NEW }))).toEqual({
    status: 400,
    body: { old_password: [WRONG_OLD] },
  })
  expect(await answerOf(change(app, { old_password: NEW }))).toEqual({
    status: 400,
    body: {
      old_password: [WRONG_OLD],
      new_password1: ['This field is required.'],
      new_password2: ['This field is required.'],
    },
  })
  expect(await answerOf(change(app, { ...BOTH, old_password: OLD }))).toEqual(SAVED)
})

test('of many changes from one old password at once one wins', async () => {
  const app = await withAlice({
    OLD_PASSWORD_FIELD_ENABLED: 'true',
    ACCOUNT_RATE_LIMITS: 'false',
  })
  const words = ['first-horse-battery', 'second-horse-battery', 'third-horse-battery']
  const responses = await Promise.all(
    words.map((word) =>
      change(app, { old_password: OLD, new_password1: word, new_password2: word }),
    ),
  )
  const statuses = responses.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  const logins = await Promise.all(words.map((word) => loginStatus(app, word)))
  expect(logins).toEqual(statuses.map((status) => (status === 200 ? 200 : 400)))
})

async function withSession(env: Record<string, unknown>) {
  const app = await withAlice({ SESSION_LOGIN: 'true', ...env })
  const login = async () => {
    const response = await app.post('login/', { username: 'alice', password: OLD })
    return {
      Cookie: cookieHeaderOf(response),
      'X-CSRFToken': String(cookieValuesOf(response)['csrftoken']),
      Origin: 'https://auth.example.com',
    }
  }
  return { app, headers: await login(), elsewhere: await login() }
}

test('a session goes on under a new key, others end', async () => {
  const { app, headers, elsewhere } = await withSession({})
  const response = await change(app, BOTH, headers)
  expect(await answerOf(response.clone())).toEqual(SAVED)
  const cycled = { Cookie: cookieHeaderOf(response) }
  expect(Object.keys(cookieValuesOf(response))).toEqual(['sessionid'])
  expect((await app.request('user/', { headers: cycled })).status).toBe(200)
  expect((await app.request('user/', { headers })).status).toBe(401)
  expect((await app.request('user/', { headers: elsewhere })).status).toBe(401)
})

test('LOGOUT_ON_PASSWORD_CHANGE: the session ends, too', async () => {
  const { app, headers, elsewhere } = await withSession({ LOGOUT_ON_PASSWORD_CHANGE: 'true' })
  const response = await change(app, BOTH, headers)
  expect(cookieValuesOf(response)).toEqual({})
  expect(await answerOf(response)).toEqual(SAVED)
  expect((await app.request('user/', { headers })).status).toBe(401)
  expect((await app.request('user/', { headers: elsewhere })).status).toBe(401)
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await withAlice()
  const response = await app.request('password/change/', { method, headers: HEADERS })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const app = await withAlice()
  expect(await answerOf(app.post('password/change', BOTH, HEADERS))).toEqual(SAVED)
})
