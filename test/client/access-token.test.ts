import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClient, memoryStorage, type Client, type Mode } from '../../src/client/client.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { SERVICE_URL, serviceFetch, type ServiceFetch } from './service.ts'

const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const COOKIES = {
  JWT_AUTH_COOKIE: 'access',
  JWT_AUTH_REFRESH_COOKIE: 'refresh',
  JWT_AUTH_COOKIE_USE_CSRF: 'false',
}

type Setup = {
  readonly app: TestApp
  readonly service: ServiceFetch
  readonly client: Client
  /** Both clocks go on: the service's, and the device's. */
  readonly pass: (seconds: number) => void
  readonly refreshes: () => number
}

let deviceNow = 0
beforeEach(() => {
  deviceNow = Date.UTC(1999, 0)
  // The device's own clock, which the service does not know.
  vi.spyOn(Date, 'now').mockImplementation(() => deviceNow)
})
afterEach(() => {
  vi.restoreAllMocks()
})

async function setUp(mode: Mode, env: Readonly<Record<string, string>> = {}): Promise<Setup> {
  const modes = { token: {}, jwt: { JWT_AUTH_HTTPONLY: 'false' }, cookie: COOKIES }
  const app = await createTestApp({
    users: [aUser()],
    env: { ...(mode === 'token' ? {} : { USE_JWT: 'true' }), ...modes[mode], ...env },
  })
  const service = serviceFetch(app)
  const client = createClient({
    url: SERVICE_URL,
    mode,
    storage: memoryStorage(),
    fetch: service.fetch,
  })
  return {
    app,
    service,
    client,
    pass: (seconds) => {
      app.clock.advance(seconds)
      deviceNow += seconds * 1000
    },
    refreshes: () => service.sent.filter(({ path }) => path === 'token/refresh/').length,
  }
}

async function tokenOf(client: Client): Promise<string> {
  const answered = await client.accessToken()
  if (!answered.ok) throw new Error(JSON.stringify(answered))
  return answered.value
}

test('jwt: the kept token while it is good for half a minute, then a fresh one', async () => {
  const { client, pass, refreshes } = await setUp('jwt')
  await client.login(LOGIN)
  const first = await tokenOf(client)
  pass(269)
  expect(await tokenOf(client)).toBe(first)
  expect(refreshes()).toBe(0)
  pass(2)
  const second = await tokenOf(client)
  expect(second).not.toBe(first)
  expect(await client.verifyToken(second)).toMatchObject({ ok: true })
  pass(200)
  expect(await tokenOf(client)).toBe(second)
  expect(refreshes()).toBe(1)
})

test('a token of short life is handed out for most of it', async () => {
  const { client, pass, refreshes } = await setUp('jwt', { SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '10' })
  await client.login(LOGIN)
  pass(7)
  await tokenOf(client)
  expect(refreshes()).toBe(0)
  pass(2)
  await tokenOf(client)
  expect(refreshes()).toBe(1)
})

test('all who ask meanwhile share one refresh, calls of the API among them', async () => {
  const { client, pass, refreshes } = await setUp('jwt')
  await client.login(LOGIN)
  pass(301)
  const asked = [client.accessToken(), client.accessToken(), client.user(), client.accessToken()]
  const answers = await Promise.all(asked)
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true])
  expect(refreshes()).toBe(1)
})

test('cookie: a token in memory alone, gone with the login', async () => {
  const { client, pass, refreshes } = await setUp('cookie')
  await client.login(LOGIN)
  const first = await tokenOf(client)
  expect(await tokenOf(client)).toBe(first)
  expect(refreshes()).toBe(1)
  pass(271)
  expect(await tokenOf(client)).not.toBe(first)
  expect(refreshes()).toBe(2)
  await client.logout()
  expect(await client.accessToken()).toMatchObject({
    ok: false,
    error: { kind: 'unauthenticated' },
  })
})

test('token: the key', async () => {
  const { client } = await setUp('token')
  expect(await client.accessToken()).toEqual({
    ok: false,
    error: { kind: 'unauthenticated', message: 'Nobody is logged in.' },
  })
  await client.login(LOGIN)
  expect(await tokenOf(client)).toMatch(/^[0-9a-f]{40}$/)
})

test('no network and an ended login are results', async () => {
  const { client, service, pass } = await setUp('jwt')
  await client.login(LOGIN)
  pass(301)
  service.isOffline = true
  expect(await client.accessToken()).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  service.isOffline = false
  expect(await client.accessToken()).toMatchObject({ ok: true })
  pass(86_401)
  expect(await client.accessToken()).toMatchObject({
    ok: false,
    error: { kind: 'unauthenticated' },
  })
})

test('a password change goes on with the pair that it answers', async () => {
  const { client, pass, refreshes } = await setUp('jwt')
  await client.login(LOGIN)
  const before = await tokenOf(client)
  pass(1)
  const input = { new_password1: 'second-horse-staple', new_password2: 'second-horse-staple' }
  expect(await client.changePassword(input)).toEqual({
    ok: true,
    value: 'New password has been saved.',
  })
  const after = await tokenOf(client)
  expect(after).not.toBe(before)
  expect(await client.user()).toMatchObject({ ok: true })
  expect(refreshes()).toBe(0)
  pass(301)
  expect(await client.user()).toMatchObject({ ok: true })
})
