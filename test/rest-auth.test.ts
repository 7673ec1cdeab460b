import { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { honoGuard, type GuardVariables } from '../src/guard/guard.ts'
import { createRestAuth, type RestAuth, type SettingsInput } from '../src/rest-auth.ts'
import { startSqld, type Sqld } from './support/sqld.ts'

const PASSWORD = 'right-horse-staple'
const CODE: SettingsInput = {
  PASSWORD_PBKDF2_CALLS: 1,
  PASSWORD_PBKDF2_ITERATIONS: 1_000,
  ACCOUNT_RATE_LIMITS: false,
  USE_JWT: true,
  JWT_AUTH_HTTPONLY: false,
}

let sqld: Sqld
let env: Readonly<Record<string, string>>
beforeAll(async () => {
  sqld = await startSqld()
  env = {
    SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    TURSO_DATABASE_URL: sqld.url,
  }
})
beforeEach(() => sqld.resetDatabase())
afterAll(() => sqld.stop())

/** A Worker's context; what it is given to do after the answer is done in `settle`. */
function aContext() {
  const works: Promise<unknown>[] = []
  return {
    context: {
      waitUntil: (work: Promise<unknown>) => works.push(work),
      passThroughOnException: () => undefined,
      props: {},
    },
    settle: () => Promise.all(works),
  }
}

function registration(): Request {
  const body = new URLSearchParams({
    username: 'ada',
    email: 'ada@example.com',
    password1: PASSWORD,
    password2: PASSWORD,
  })
  return new Request('https://app.example.com/dj-rest-auth/registration/', {
    method: 'POST',
    body,
  })
}

async function register(auth: Pick<RestAuth, 'fetch'>): Promise<Readonly<Record<string, string>>> {
  const { context, settle } = aContext()
  const response = await auth.fetch(registration(), env, context)
  expect(response.status).toBe(201)
  await settle()
  const registered: Readonly<Record<string, string>> = await response.json()
  return registered
}

test('settings in code are those of the service', async () => {
  expect(Object.keys(await register(createRestAuth({ settings: CODE })))).toEqual([
    'access',
    'refresh',
    'user',
  ])
})

test('variables go before code', async () => {
  const auth = createRestAuth({ settings: { ...CODE, URL_PREFIX: '/auth/' } })
  const { context } = aContext()
  const statusOf = async (path: string, more: object): Promise<number> => {
    const request = new Request(`https://app.example.com${path}`)
    return (await auth.fetch(request, { ...env, ...more }, context)).status
  }
  expect(await statusOf('/auth/user/', {})).toBe(401)
  expect(await statusOf('/auth/user/', { URL_PREFIX: '/login/' })).toBe(404)
  expect(await statusOf('/login/user/', { URL_PREFIX: '/login/' })).toBe(401)
})

test('a wrong setting in code stops the service as a wrong variable does', async () => {
  // @ts-expect-error a number is no boolean
  const auth = createRestAuth({ settings: { USE_JWT: 7, ACCOUNT_NONSENSE: true } })
  const { context } = aContext()
  const request = new Request('http://localhost/dj-rest-auth/user/')
  const response = await auth.fetch(request, env, context)
  expect(response.status).toBe(503)
  const { detail }: { readonly detail: string } = await response.json()
  expect(detail).toContain('USE_JWT must be true or false')
  expect(detail).toContain('ACCOUNT_NONSENSE is unknown')
  await expect(auth.scheduled({}, env, context)).rejects.toThrow('USE_JWT')
  await expect(auth.calls(env).user(1)).rejects.toThrow('USE_JWT')
})

test('a mode of compatibility that is no text stops it as well, in words', async () => {
  // @ts-expect-error an object is no mode
  const auth = createRestAuth({ settings: { ...CODE, DJANGO_COMPATIBILITY: { toString: 'x' } } })
  const request = new Request('http://localhost/dj-rest-auth/user/')
  const response = await auth.fetch(request, env, aContext().context)
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('- DJANGO_COMPATIBILITY must be one of safe, exact')
})

test('nothing is done under settings that contradict each other, not even while they are judged', async () => {
  const auth = createRestAuth({ settings: { ...CODE, ADMIN_PAGE: true } })
  const response = await auth.fetch(registration(), env, aContext().context)
  expect(response.status).toBe(503)
  // What was begun would have ended by then.
  await new Promise((resolve) => setTimeout(resolve, 500))
  const { rows } = await sqld.client.execute('select count(*) as users from users')
  expect(rows[0]?.['users']).toBe(0)
})

test.each([
  ['USER_FIELDS', { password: 'string' }],
  ['WEBHOOKS', { crm: { url: 'https://crm.example/', secrets: ['short'] } }],
  ['HOOKS', { nothing: { url: 'https://crm.example/', secrets: ['short'] } }],
  ['JWT_CLIENTS', { web: { sub: 'phone' } }],
])('%s, whose check is read where it is given, stops it as well', async (name, list) => {
  const auth = createRestAuth({ settings: CODE })
  const request = new Request('http://localhost/nothing')
  const response = await auth.fetch(request, { ...env, [name]: list }, aContext().context)
  expect(response.status).toBe(503)
  expect(await response.text()).toContain(`- ${name} `)
})

test('TypeScript keeps secrets out of the code', () => {
  // @ts-expect-error a secret
  expect(() => createRestAuth({ settings: { SECRET_KEY: 'x' } })).not.toThrow()
})

type Env = { readonly SECRET_KEY: string }

/** What a newcomer writes into the Hono app that is there already. */
function anApp() {
  const auth = createRestAuth({ settings: CODE })
  const app = new Hono<{ Bindings: Env; Variables: GuardVariables }>()
  app.route('/', auth.app)
  app.use(
    '/api/*',
    honoGuard((given: Env) => ({ auth: auth.calls(given) })),
  )
  app.get('/api/me', async (c) => c.json((await auth.calls(c.env).user(c.get('user').id)) ?? null))
  app.get('/', (c) => c.text('home'))
  return { auth, app }
}

test('another Hono app serves it beside its own routes, and guards them without a fetch', async () => {
  const { app } = anApp()
  const { access = '' } = await register({ fetch: async (...all) => app.fetch(...all) })
  const ask = (path: string, headers = {}) =>
    app.request(`https://app.example.com${path}`, { headers }, env)
  const me = await ask('/api/me', { Authorization: `Bearer ${access}` })
  expect([me.status, await me.json()]).toEqual([
    200,
    {
      pk: 1,
      username: 'ada',
      email: 'ada@example.com',
      first_name: '',
      last_name: '',
      is_active: true,
    },
  ])
  expect((await ask('/api/me')).status).toBe(401)
  expect(await (await ask('/')).text()).toBe('home')
  expect((await ask('/nowhere')).headers.get('X-Request-Id')).toBeNull()
  const user = await ask('/dj-rest-auth/user/', { Authorization: `Bearer ${access}` })
  expect(user.status).toBe(200)
  expect(user.headers.get('X-Request-Id')).not.toBeNull()
})

test('calls tell whose a request is, by its headers and cookies', async () => {
  const { auth } = anApp()
  const { access = '', refresh = '' } = await register(auth)
  const calls = auth.calls(env)
  const request = (headers: HeadersInit, method = 'GET') =>
    new Request('https://app.example.com/', { method, headers })
  const ada = { active: true, sub: '1', username: 'ada', email: 'ada@example.com' }
  expect(await calls.verify(request({ Authorization: `Bearer ${access}` }))).toMatchObject({
    ...ada,
    token_type: 'Bearer',
    exp: expect.any(Number),
  })
  expect(await calls.verify(access)).toMatchObject(ada)
  for (const credential of [
    refresh,
    'x',
    request({}),
    request({ Authorization: 'Bearer x' }),
    request({ Authorization: `Bearer ${refresh}` }),
  ]) {
    expect(await calls.verify(credential)).toEqual({ active: false })
  }
  expect(await calls.user('1')).toMatchObject({ username: 'ada' })
  for (const id of ['2', '1 or 1', '1x', '', -1, 1.5]) expect(await calls.user(id)).toBeUndefined()
})

test.each([
  ['waits for what it writes, because nothing else in its Worker would', 200, true],
  ['does not wait for a database that is busy writing', 60_000, false],
])('a call %s', async (_, writeMs, isWritten) => {
  const auth = createRestAuth({
    settings: { ...CODE, USE_JWT: false, TOKEN_PER_DEVICE: true, LOGIN_IDLE_SECONDS: 600 },
  })
  const { key = '' } = await register(auth)
  await sqld.client.execute('update device_tokens set last_used_at = last_used_at - 300000')
  const usedAt = async () =>
    (await sqld.client.execute('select last_used_at from device_tokens')).rows[0]?.['last_used_at']
  const before = await usedAt()
  const fetchNow = globalThis.fetch
  const slow = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const isWrite = typeof init?.body === 'string' && init.body.includes('update')
    if (isWrite) await new Promise((resolve) => setTimeout(resolve, writeMs).unref())
    return fetchNow(input, init)
  })
  expect(await auth.calls(env).verify(key)).toMatchObject({ active: true })
  slow.mockRestore()
  expect((await usedAt()) !== before).toBe(isWritten)
})

test('a cookie proves nothing where a foreign page wrote with it', async () => {
  const auth = createRestAuth({
    settings: { ...CODE, JWT_AUTH_COOKIE: 'access', JWT_AUTH_COOKIE_USE_CSRF: true },
  })
  const { access = '' } = await register(auth)
  const verify = (origin: string) =>
    auth.calls(env).verify(
      new Request('https://app.example.com/', {
        method: 'POST',
        headers: { Cookie: `access=${access}`, Origin: origin },
      }),
    )
  expect(await verify('https://app.example.com')).toMatchObject({ active: true })
  expect(await verify('https://evil.example')).toEqual({ active: false })
})

test('the cron handler runs', async () => {
  const auth = createRestAuth({ settings: CODE })
  const { context } = aContext()
  await sqld.client.execute(
    "insert into used_nonces (purpose, nonce_hash, used_at, expires_at) values ('test', 'old', 0, 1)",
  )
  await auth.scheduled({}, env, context)
  const { rows } = await sqld.client.execute('select count(*) as n from used_nonces')
  expect(Number(rows[0]?.['n'])).toBe(0)
})
