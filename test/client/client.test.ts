import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import {
  createClient,
  memoryStorage,
  type Client,
  type ClientOptions,
  type Mode,
} from '../../src/client/client.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../support/app.ts'
import { SERVICE_URL, serviceFetch, type ServiceFetch } from './service.ts'

const ENV = {
  token: {},
  jwt: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' },
  cookie: {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    JWT_AUTH_COOKIE_USE_CSRF: 'false',
  },
} as const satisfies Record<Mode, Readonly<Record<string, string>>>

const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const ALICE = {
  pk: 1,
  username: 'alice',
  email: 'alice@example.com',
  first_name: '',
  last_name: '',
}

type Setup = { readonly app: TestApp; readonly service: ServiceFetch; readonly client: Client }

async function setUp(
  mode: Mode,
  options: TestAppOptions & { readonly client?: Partial<ClientOptions> } = {},
): Promise<Setup> {
  const { client: clientOptions, ...appOptions } = options
  const app = await createTestApp({
    users: [aUser()],
    ...appOptions,
    env: { ...ENV[mode], ...appOptions.env },
  })
  const service = serviceFetch(app)
  const storage = memoryStorage()
  const client = createClient({
    url: SERVICE_URL,
    mode,
    storage,
    fetch: service.fetch,
    ...clientOptions,
  })
  return { app, service, client }
}

const MODES = ['token', 'jwt', 'cookie'] as const

test.each(MODES)('%s: login, user, changes and logout', async (mode) => {
  const { client } = await setUp(mode)
  expect(await client.login(LOGIN)).toEqual({ ok: true, value: ALICE })
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  expect(await client.updateUser({ first_name: 'Alice' })).toEqual({
    ok: true,
    value: { ...ALICE, first_name: 'Alice' },
  })
  expect(await client.replaceUser({ username: 'alice', last_name: 'Liddell' })).toEqual({
    ok: true,
    value: { ...ALICE, first_name: 'Alice', last_name: 'Liddell' },
  })
  expect(await client.logout()).toEqual({ ok: true, value: 'Successfully logged out.' })
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
})

test.each(MODES)('%s: registration, verification, password change and reset', async (mode) => {
  const { app, client } = await setUp(mode, { users: [] })
  const email = 'bob@example.com'
  const registered = await client.register({
    username: 'bob',
    email,
    password1: 'first-horse-staple',
    password2: 'first-horse-staple',
  })
  expect(registered).toMatchObject({
    ok: true,
    value: { kind: 'logged_in', user: { username: 'bob' } },
  })
  await app.settle()
  expect(await client.verifyEmail(mailed(app, /([\w:.-]{20,})\/?\n/))).toEqual({
    ok: true,
    value: 'ok',
  })
  const changed = await client.changePassword({
    new_password1: 'second-horse-staple',
    new_password2: 'second-horse-staple',
  })
  expect(changed).toEqual({ ok: true, value: 'New password has been saved.' })
  await app.settle()
  app.mailbox.splice(0)
  expect(await client.requestPasswordReset(email)).toEqual({
    ok: true,
    value: 'Password reset e-mail has been sent.',
  })
  await app.settle()
  const reset = await client.confirmPasswordReset({
    uid: mailed(app, /\/([\w-]+)\/[\w-]+-[\w-]+\/?\n/),
    token: mailed(app, /\/([\w]+-[\w-]+)\/?\n/),
    new_password1: 'third-horse-staple',
    new_password2: 'third-horse-staple',
  })
  expect(reset).toEqual({ ok: true, value: 'Password has been reset with the new password.' })
  expect(await client.login({ email, password: 'third-horse-staple' })).toMatchObject({ ok: true })
})

function mailed(app: TestApp, pattern: RegExp): string {
  const text = app.mailbox.at(-1)?.text ?? ''
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`not in the mail: ${text}`)
  return found
}

test('a registration that waits for a mail says so', async () => {
  const { client } = await setUp('jwt', {
    users: [],
    env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' },
  })
  const answered = await client.register({
    username: 'bob',
    email: 'bob@example.com',
    password1: 'first-horse-staple',
    password2: 'first-horse-staple',
  })
  expect(answered).toEqual({
    ok: true,
    value: { kind: 'verification_sent', message: 'Verification e-mail sent.' },
  })
  expect(await client.resendVerification('bob@example.com')).toEqual({ ok: true, value: 'ok' })
})

test('messages come by field, and those about the whole apart', async () => {
  const { client } = await setUp('token')
  expect(
    await client.register({ username: 'alice', email: 'x', password1: 'a', password2: 'b' }),
  ).toMatchObject({
    ok: false,
    error: {
      kind: 'invalid',
      fields: {
        username: ['A user with that username already exists.'],
        email: ['Enter a valid email address.'],
      },
      messages: [],
    },
  })
  expect(await client.login({ username: 'alice', password: 'wrong' })).toEqual({
    ok: false,
    error: {
      kind: 'invalid',
      fields: {},
      messages: ['Unable to log in with provided credentials.'],
    },
  })
})

test('an expired access token is refreshed once for all who wait, and their requests repeated', async () => {
  const { app, service, client } = await setUp('jwt')
  await client.login(LOGIN)
  app.clock.advance(301)
  service.sent.splice(0)
  const answers = await Promise.all([client.user(), client.user(), client.user()])
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true])
  expect(service.sent.filter(({ path }) => path === 'token/refresh/')).toHaveLength(1)
  expect(service.sent).toHaveLength(7)
})

test('cookie mode refreshes by cookie, and keeps nothing that a script could read', async () => {
  const stored: string[] = []
  const storage = {
    ...memoryStorage(),
    setItem: (_name: string, value: string) => stored.push(value),
  }
  const { app, service, client } = await setUp('cookie', { client: { storage } })
  await client.login(LOGIN)
  app.clock.advance(301)
  service.cookies.delete('access')
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  expect(service.sent.every(({ authorization }) => authorization === null)).toBe(true)
  expect(stored).toEqual([])
})

test('a rotated refresh token takes the place of the old one', async () => {
  const { app, client } = await setUp('jwt')
  await client.login(LOGIN)
  for (let round = 0; round < 3; round += 1) {
    app.clock.advance(301)
    expect(await client.user()).toMatchObject({ ok: true })
  }
  expect(await client.refresh()).toEqual({ ok: true, value: expect.stringMatching(/^ey/) })
})

test('a token that another tab has refreshed meanwhile is tried before refreshing again', async () => {
  const storage = memoryStorage()
  const { app, service, client: other } = await setUp('jwt', { client: { storage } })
  const slow: typeof fetch = async (input, init) => {
    const response = await service.fetch(input, init)
    if (response.status === 401) await other.refresh()
    return response
  }
  const client = createClient({ url: SERVICE_URL, mode: 'jwt', storage, fetch: slow })
  await client.login(LOGIN)
  app.clock.advance(301)
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  expect(service.sent.filter(({ path }) => path === 'token/refresh/')).toHaveLength(1)
})

test('a refused refresh ends the session and tells those who listen', async () => {
  const { app, client } = await setUp('jwt')
  const states: string[] = []
  const stop = client.subscribe((state) => states.push(state))
  await client.login(LOGIN)
  app.clock.advance(86_401)
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
  expect(states).toEqual(['logged_in', 'logged_out'])
  stop()
  await client.login(LOGIN)
  expect(states).toEqual(['logged_in', 'logged_out'])
})

test('other clients of the same service hear of a login', async () => {
  const { service, client } = await setUp('token')
  const other = createClient({ url: SERVICE_URL, mode: 'token', fetch: service.fetch })
  const heard = new Promise<string>((resolve) => {
    const stop = other.subscribe((state) => {
      stop()
      resolve(state)
    })
  })
  await client.login(LOGIN)
  expect(await heard).toBe('logged_in')
})

test('no network is a result, and ends nothing', async () => {
  const { app, service, client } = await setUp('jwt')
  await client.login(LOGIN)
  app.clock.advance(301)
  service.isOffline = true
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  expect(await client.refresh()).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  service.isOffline = false
  expect(await client.user()).toMatchObject({ ok: true })
})

test('logging out without a network forgets the tokens all the same', async () => {
  const { service, client } = await setUp('jwt')
  await client.login(LOGIN)
  service.isOffline = true
  expect(await client.logout()).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  service.isOffline = false
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
})

test('who calls too often learns when to come back', async () => {
  const { client } = await setUp('token', {
    env: { DEFAULT_THROTTLE_RATES: '{"dj_rest_auth": "1/minute"}' },
  })
  await client.requestPasswordReset('nobody@example.com')
  expect(await client.requestPasswordReset('nobody@example.com')).toEqual({
    ok: false,
    error: {
      kind: 'throttled',
      message: 'Request was throttled. Expected available in 60 seconds.',
      retryAfterSeconds: 60,
    },
  })
})

test('tells good tokens from bad ones', async () => {
  const { client } = await setUp('jwt')
  await client.login(LOGIN)
  const refreshed = await client.refresh()
  const access = refreshed.ok ? (refreshed.value ?? '') : ''
  expect(await client.verifyToken(access)).toEqual({ ok: true, value: undefined })
  expect(await client.verifyToken('x.y.z')).toEqual({
    ok: false,
    error: {
      kind: 'unauthenticated',
      message: 'Token is invalid or expired',
      code: 'token_not_valid',
    },
  })
})

test('lists and disconnects social accounts, and starts nothing with a provider that is not there', async () => {
  const { client } = await setUp('token')
  await client.login(LOGIN)
  expect(await client.socialAccounts()).toEqual({ ok: true, value: [] })
  expect(await client.disconnectSocialAccount(1)).toMatchObject({
    ok: false,
    error: { kind: 'not_found' },
  })
  for (const answer of [
    await client.startSocialLogin('facebook', 'https://app.example.com/'),
    await client.socialLogin('facebook', { access_token: 'x' }),
    await client.connectSocialAccount('facebook', { access_token: 'x' }),
  ]) {
    expect(answer).toMatchObject({ ok: false, error: { kind: 'not_found' } })
  }
})

test('lists and ends the own logins', async () => {
  const { service, client } = await setUp('jwt')
  const phone = createClient({
    url: SERVICE_URL,
    mode: 'jwt',
    storage: memoryStorage(),
    fetch: service.fetch,
  })
  await phone.login(LOGIN)
  await client.login(LOGIN)
  const logins = await client.logins()
  const ids = logins.ok ? logins.value.map(({ id, is_current }) => ({ id, is_current })) : []
  expect(ids).toHaveLength(2)
  const other = ids.find(({ is_current }) => !is_current)?.id ?? ''
  expect(await client.endLogin(other)).toEqual({ ok: true, value: undefined })
  expect(await phone.refresh()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
  await phone.login(LOGIN)
  expect(await client.endOtherLogins()).toMatchObject({ ok: true })
  expect(await phone.refresh()).toMatchObject({ ok: false })
  expect(await client.logoutEverywhere()).toMatchObject({ ok: true })
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
})

test('fetch sends the credentials to an own API', async () => {
  const { service, client } = await setUp('token')
  await client.login(LOGIN)
  const response = await client.fetch(`${SERVICE_URL}user/`)
  expect(response.status).toBe(200)
  expect(service.sent.at(-1)?.authorization).toMatch(/^Token [0-9a-f]{40}$/)
})

test('an answer that is not of this service is broken, not a user', async () => {
  const client = createClient({
    url: SERVICE_URL,
    mode: 'jwt',
    storage: memoryStorage(),
    fetch: () => Promise.resolve(new Response('<!doctype html>', { status: 200 })),
  })
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'broken' } })
})

test('a storage that is full still lets the page work', async () => {
  const storage = {
    ...memoryStorage(),
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError')
    },
  }
  const { client } = await setUp('token', { client: { storage } })
  expect(await client.login(LOGIN)).toEqual({ ok: true, value: ALICE })
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
})

test.each(['jwt', 'token'] as const)(
  '%s: no storage that fails makes a call throw',
  async (mode) => {
    const fails = (): Promise<never> => Promise.reject(new Error('database or disk is full'))
    const storage = { getItem: fails, setItem: fails, removeItem: fails }
    const { app, client } = await setUp(mode, { client: { storage } })
    expect(await client.login(LOGIN)).toEqual({ ok: true, value: ALICE })
    app.clock.advance(301)
    expect(await client.user()).toEqual({ ok: true, value: ALICE })
    expect(await client.logout()).toEqual({ ok: true, value: 'Successfully logged out.' })
    expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
  },
)

test('tokens that a storage would not let go of are not used again', async () => {
  const stored = memoryStorage()
  let isFull = false
  const unlessFull = (work: () => unknown): unknown => {
    if (isFull) throw new Error('database or disk is full')
    return work()
  }
  const storage = {
    getItem: stored.getItem,
    setItem: (name: string, value: string) => unlessFull(() => stored.setItem(name, value)),
    removeItem: (name: string) => unlessFull(() => stored.removeItem(name)),
  }
  const { app, service, client } = await setUp('jwt', { client: { storage } })
  await client.login(LOGIN)
  isFull = true
  app.clock.advance(301)
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  service.sent.splice(0)
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  expect(service.sent).toHaveLength(1)
  await client.logout()
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
  expect(service.sent.at(-1)?.authorization).toBeNull()
})

test.each(['jwt', 'cookie'] as const)(
  '%s: tokens are for the client that it is, at a login and after a refresh',
  async (mode) => {
    const JWT_CLIENTS = { shop: { aud: 'https://api.shop.example' } }
    const { client } = await setUp(mode, {
      env: { JWT_CLIENTS: JSON.stringify(JWT_CLIENTS) },
      client: { clientId: 'shop' },
    })
    expect(await client.login(LOGIN)).toEqual({ ok: true, value: ALICE })
    const refreshed = await client.refresh()
    const access = refreshed.ok ? (refreshed.value ?? '') : ''
    expect(decodeJwt(access)).toMatchObject({ aud: JWT_CLIENTS.shop.aud, client_id: 'shop' })
    const other = await setUp(mode, {
      env: { JWT_CLIENTS: JSON.stringify(JWT_CLIENTS) },
      client: { clientId: 'other' },
    })
    expect(await other.client.login(LOGIN)).toMatchObject({
      ok: false,
      error: { kind: 'invalid', fields: { client_id: ['"other" is not a valid choice.'] } },
    })
  },
)
