import { expect, test } from 'vitest'
import { answerOf, claimsOf, cookieValuesOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ALICE = { username: 'alice', password: 'right-horse-staple' }
const SECRET = 'a-secret-of-the-orders-service-0123456789'
const CLIENTS = JSON.stringify({ orders: SECRET, büro: '%41+ ü-and-more-to-be-32-bytes-long' })
const INACTIVE = { status: 200, body: { active: false } }
const UNKNOWN = { status: 401, body: { detail: 'Unknown client.' } }

function basic(id: string, secret: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

const ORDERS = basic('orders', SECRET)

async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  const whole = { INTROSPECTION_CLIENTS: CLIENTS, JWT_AUTH_HTTPONLY: 'false', ...env }
  return createTestApp({ env: whole, users: [aUser()] })
}

async function ask(app: TestApp, token: string, headers = ORDERS) {
  return answerOf(app.post('token/introspect/', { token }, headers))
}

const KNOWN = {
  active: true,
  sub: '1',
  user_id: '1',
  username: 'alice',
  email: 'alice@example.com',
}

test('tells whose auth token it is, until it is logged out', async () => {
  const app = await withAlice()
  const key = await memberOf(app.post('login/', ALICE), 'key')
  const good = { status: 200, body: { ...KNOWN, token_type: 'Token' } }
  expect(await ask(app, key)).toEqual(good)
  await app.post('logout/', {}, { Authorization: `Token ${key}` })
  expect(await ask(app, key)).toEqual(INACTIVE)
})

test('tells the claims of an access token, and nothing of a refresh token', async () => {
  const app = await withAlice({ USE_JWT: 'true', SIMPLE_JWT_AUDIENCE: 'orders' })
  const login = app.post('login/', ALICE)
  const access = await memberOf((await login).clone(), 'access')
  const refresh = await memberOf(login, 'refresh')
  const claims = claimsOf(access)
  expect(claims).toMatchObject({ aud: 'orders', token_type: 'access' })
  expect(await ask(app, access)).toEqual({
    status: 200,
    body: { ...claims, ...KNOWN, token_type: 'Bearer' },
  })
  expect(await ask(app, refresh)).toEqual(INACTIVE)
})

test('an access token ends with its login, its account and its time', async () => {
  const app = await withAlice({ USE_JWT: 'true' })
  const logIn = () => memberOf(app.post('login/', ALICE), 'access')
  const ended = await logIn()
  await app.settle()
  await app.post('logout/all/', {}, { Authorization: `Bearer ${ended}` })
  expect(await ask(app, ended)).toEqual(INACTIVE)
  app.clock.advance(1)
  const old = await logIn()
  app.clock.advance(300)
  expect(await ask(app, old)).toEqual(INACTIVE)
})

test('a session counts where sessions do', async () => {
  const app = await withAlice({ SESSION_LOGIN: 'true' })
  const cookies = cookieValuesOf(await app.post('login/', ALICE))
  const session = cookies['sessionid'] ?? ''
  expect(session).toHaveLength(32)
  const body = { ...KNOWN, token_type: 'Session' }
  expect(await ask(app, session)).toEqual({ status: 200, body })
  const elsewhere = await createTestApp({
    env: {
      INTROSPECTION_CLIENTS: CLIENTS,
      DEFAULT_AUTHENTICATION_CLASSES: '["TokenAuthentication"]',
    },
    data: 'kept',
  })
  expect(await ask(elsewhere, session)).toEqual(INACTIVE)
})

test('what the service itself would not believe is inactive', async () => {
  const app = await withAlice()
  const key = await memberOf(app.post('login/', ALICE), 'key')
  for (const token of ['x', 'a.b.c', '..', key.toUpperCase(), `${key}0`, '0'.repeat(40)]) {
    expect([token, await ask(app, token)]).toEqual([token, INACTIVE])
  }
  const inactive = await createTestApp({
    env: { INTROSPECTION_CLIENTS: CLIENTS },
    users: [aUser({ isActive: false, tokenKey: 'f'.repeat(40) })],
  })
  expect(await ask(inactive, 'f'.repeat(40))).toEqual(INACTIVE)
})

test('the user is named as in a JWT', async () => {
  const app = await withAlice({
    SIMPLE_JWT_USER_ID_FIELD: 'username',
    SIMPLE_JWT_USER_ID_CLAIM: 'login',
  })
  const key = await memberOf(app.post('login/', ALICE), 'key')
  const { body } = await ask(app, key)
  expect(body).toMatchObject({ sub: 'alice', login: 'alice' })
})

test('answers known clients only', async () => {
  const app = await withAlice()
  const key = await memberOf(app.post('login/', ALICE), 'key')
  const strangers = [
    {},
    { Authorization: `Token ${key}` },
    { Authorization: `Basic ${SECRET}` },
    { Authorization: 'Basic' },
    { Authorization: 'Basic %' },
    { Authorization: `${ORDERS['Authorization']} x` },
    basic('orders', ''),
    basic('orders', `${SECRET}x`),
    basic('Orders', SECRET),
    basic('', SECRET),
    basic('toString', 'function toString() { [native code] }'),
    basic('constructor', ''),
  ]
  for (const headers of strangers) {
    const response = await app.post('token/introspect/', { token: key }, headers)
    expect(response.headers.get('WWW-Authenticate')).toBe('Basic realm="introspection"')
    expect(await answerOf(response)).toEqual(UNKNOWN)
  }
  // RFC 6749 §2.3.1 wants id and secret percent-encoded; not every client does it.
  const secret = '%41+ ü-and-more-to-be-32-bytes-long'
  for (const headers of [
    basic('büro', secret),
    basic(encodeURIComponent('büro'), encodeURIComponent(secret)),
  ]) {
    expect(await ask(app, key, headers)).toMatchObject({ body: { active: true } })
  }
})

test('takes the form that RFC 7662 sends, and is never kept', async () => {
  const app = await withAlice()
  const key = await memberOf(app.post('login/', ALICE), 'key')
  const response = await app.request('token/introspect/', {
    method: 'POST',
    headers: ORDERS,
    body: new URLSearchParams({ token: key, token_type_hint: 'access_token' }),
  })
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(await answerOf(response)).toMatchObject({ status: 200, body: { active: true } })
})

test('asks for the token', async () => {
  const app = await withAlice()
  const required = { token: ['This field is required.'] }
  expect(await answerOf(app.post('token/introspect/', {}, ORDERS))).toEqual({
    status: 400,
    body: required,
  })
  const read = await app.request('token/introspect/', { headers: ORDERS })
  expect([read.status, read.headers.get('Allow')]).toEqual([405, 'POST, OPTIONS'])
})

test('is not there without clients, whose secrets are long', async () => {
  const app = await createTestApp({})
  expect((await app.post('token/introspect/', { token: 'x' })).status).toBe(404)
  for (const [clients, fault] of [
    ['{"a": "short"}', 'must give a a secret of at least 32 bytes'],
    ['{"a": 1}', 'must give a a secret of at least 32 bytes'],
    ['["a"]', 'must be an object of secrets by client id'],
    ['orders', 'must be an object of secrets by client id'],
    [`{"": "${SECRET}"}`, 'has a client id that is empty or has a colon'],
    [`{"a:b": "${SECRET}"}`, 'has a client id that is empty or has a colon'],
  ]) {
    await expect(createTestApp({ env: { INTROSPECTION_CLIENTS: clients } })).rejects.toThrow(fault)
  }
})
