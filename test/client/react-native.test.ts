import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client, Mode, TokenStorage } from '../../src/client/client.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../support/app.ts'
import { codeOf } from '../support/second-factor.ts'
import { runInReactNative, type NativeRuntime } from './react-native.ts'
import { SERVICE_URL, serviceFetch, type ServiceFetch } from './service.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const ALICE = {
  pk: 1,
  username: 'alice',
  email: 'alice@example.com',
  first_name: '',
  last_name: '',
}

let directory: string
let printed: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-client-'))
  const command = ['--disable-warning=ExperimentalWarning', 'src/tools/build-client.ts', directory]
  printed = execFileSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' })
}, 60_000)
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

type Setup = Pick<NativeRuntime, 'evaluate'> & {
  readonly app: TestApp
  readonly service: ServiceFetch
  /** Another one in the same app, with the same cookies. */
  readonly createClient: (mode: Mode, storage?: TokenStorage) => Client
}

async function setUp(options: TestAppOptions = {}): Promise<Setup> {
  const app = await createTestApp({ users: [aUser()], ...options })
  const service = serviceFetch(app)
  const runtime = await runInReactNative(join(directory, 'client.js'), service)
  const createClient: Setup['createClient'] = (mode, storage) =>
    runtime.createClient({
      url: SERVICE_URL,
      mode,
      ...(storage === undefined ? {} : { storage }),
    })
  return { evaluate: runtime.evaluate, app, service, createClient }
}

/** AsyncStorage: everything is a promise, and everything may fail. */
function asyncStorage(): TokenStorage & { readonly values: Map<string, string> } {
  const values = new Map<string, string>()
  return {
    values,
    getItem: (name) => Promise.resolve(values.get(name) ?? null),
    setItem: (name, value) => Promise.resolve(values.set(name, value)),
    removeItem: (name) => Promise.resolve(values.delete(name)),
  }
}

test('there is no page around the client', async () => {
  const { evaluate } = await setUp()
  const names = ['document', 'location', 'localStorage', 'BroadcastChannel', 'crypto']
  const more = ['structuredClone', 'ReadableStream', 'Response', 'Request', 'process', 'Buffer']
  const found = [...names, ...more].filter((name) => evaluate(`typeof ${name}`) !== 'undefined')
  expect(found).toEqual([])
  expect(evaluate('navigator.locks')).toBeUndefined()
  expect(() => evaluate("new URL('https://a.example/').searchParams.set('a', 'b')")).toThrow(
    'set is not implemented',
  )
})

test('token: registration, user, changes, logout and another login', async () => {
  const { createClient } = await setUp({ users: [] })
  const storage = asyncStorage()
  const client = createClient('token', storage)
  const bob = { pk: 1, username: 'bob', email: 'bob@example.com', first_name: '', last_name: '' }
  const password = 'first-horse-staple'
  const input = { username: 'bob', email: bob.email, password1: password, password2: password }
  expect(await client.register(input)).toEqual({
    ok: true,
    value: { kind: 'logged_in', user: bob },
  })
  expect(await client.updateUser({ first_name: 'Bob' })).toEqual({
    ok: true,
    value: { ...bob, first_name: 'Bob' },
  })
  const restarted = createClient('token', storage)
  expect(await restarted.user()).toEqual({ ok: true, value: { ...bob, first_name: 'Bob' } })
  expect(await restarted.logout()).toEqual({ ok: true, value: 'Successfully logged out.' })
  expect([...storage.values]).toEqual([])
  expect(await client.user()).toEqual({
    ok: false,
    error: { kind: 'unauthenticated', message: 'Authentication credentials were not provided.' },
  })
  expect(await client.login({ username: 'bob', password })).toMatchObject({ ok: true })
})

test('messages come by field, and those about the whole apart', async () => {
  const { createClient } = await setUp()
  const client = createClient('token')
  const input = { username: 'alice', email: 'x', password1: 'right-horse-staple' }
  expect(await client.register({ ...input, password2: input.password1 })).toEqual({
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

test('jwt: an expired access token is refreshed once for all who wait, until logout', async () => {
  const { app, service, createClient } = await setUp({ env: JWT })
  const client = createClient('jwt', asyncStorage())
  expect(await client.login(LOGIN)).toEqual({ ok: true, value: ALICE })
  app.clock.advance(301)
  service.sent.splice(0)
  const answers = await Promise.all([client.user(), client.user(), client.user()])
  expect(answers).toEqual(Array.from({ length: 3 }, () => ({ ok: true, value: ALICE })))
  expect(service.sent.filter(({ path }) => path === 'token/refresh/')).toHaveLength(1)
  expect(service.sent).toHaveLength(7)
  app.clock.advance(301)
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  expect(await client.logout()).toEqual({ ok: true, value: 'Successfully logged out.' })
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
})

test('jwt: a token that is good now, refreshed once for all who ask', async () => {
  const { app, service, createClient, evaluate } = await setUp({ env: JWT })
  const client = createClient('jwt', asyncStorage())
  await client.login(LOGIN)
  const first = await client.accessToken()
  expect(first).toEqual({ ok: true, value: expect.stringMatching(/^ey/) })
  app.clock.advance(280)
  evaluate('{ const now = Date.now; Date.now = () => now() + 280000 }')
  service.sent.splice(0)
  const asked = [client.accessToken(), client.accessToken(), client.accessToken()]
  const [second, ...others] = await Promise.all(asked)
  expect(second).toEqual({ ok: true, value: expect.stringMatching(/^ey/) })
  expect(second).not.toEqual(first)
  expect(others).toEqual([second, second])
  expect(service.sent).toHaveLength(1)
})

test('jwt: an authenticator app is set up, and the next login takes its code', async () => {
  const { app, createClient } = await setUp({
    users: [aUser({ emailVerified: true })],
    env: { ...JWT, MFA_ENABLED: 'true' },
  })
  const client = createClient('jwt', asyncStorage())
  await client.login(LOGIN)
  await app.settle()
  const setup = await client.beginTotp()
  if (!setup.ok) throw new Error('no setup')
  const { secret, activation_token } = setup.value
  expect(await client.confirmTotp(activation_token, codeOf(app, -1, secret))).toMatchObject({
    ok: true,
  })
  await client.logout()
  const first = await client.login(LOGIN)
  if (first.ok || first.error.kind !== 'mfa_required') throw new Error('no second step')
  expect(
    await client.verifySecondFactor(first.error.ephemeralToken, codeOf(app, 0, secret)),
  ).toEqual({ ok: true, value: ALICE })
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
})

test('a refused refresh ends the session and tells those who listen', async () => {
  const { app, createClient } = await setUp({ env: JWT })
  const client = createClient('jwt', asyncStorage())
  const states: string[] = []
  client.subscribe((state) => states.push(state))
  await client.login(LOGIN)
  app.clock.advance(86_401)
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
  expect(states).toEqual(['logged_in', 'logged_out'])
})

test('no network is a result', async () => {
  const { service, createClient } = await setUp()
  const client = createClient('token')
  service.isOffline = true
  expect(await client.login(LOGIN)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
})

test('without a storage, tokens last as long as the app runs', async () => {
  const { createClient } = await setUp({ env: JWT })
  const client = createClient('jwt')
  await client.login(LOGIN)
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  expect(await createClient('jwt').user()).toMatchObject({ ok: false })
})

test('cookie mode can read but not write: neither Origin nor Referer is sent', async () => {
  const env = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'access', JWT_AUTH_REFRESH_COOKIE: 'refresh' }
  const { createClient } = await setUp({ env })
  const client = createClient('cookie')
  expect(await client.login(LOGIN)).toEqual({ ok: true, value: ALICE })
  expect(await client.user()).toEqual({ ok: true, value: ALICE })
  expect(await client.updateUser({ first_name: 'Al' })).toEqual({
    ok: false,
    error: { kind: 'forbidden', message: 'CSRF Failed: Referer checking failed - no Referer.' },
  })
})

/** The adapter of docs/expo.md, over a keychain that is as strict as the device's. */
function documentedStorage(): {
  readonly storage: TokenStorage
  readonly kept: Map<string, string>
} {
  const guide = readFileSync(join(ROOT, 'docs/expo.md'), 'utf8')
  const code = /const nameOf = [^]*?\n}\n/.exec(guide)?.[0] ?? ''
  const kept = new Map<string, string>()
  const judged = (name: string, value = ''): string => {
    if (!/^[\w.-]+$/.test(name)) throw new Error(`Invalid key provided to SecureStore: ${name}`)
    if (value.length > 2048) throw new Error('Value is too large for SecureStore')
    return name
  }
  const SecureStore = {
    getItemAsync: (name: string) => Promise.resolve(kept.get(judged(name)) ?? null),
    setItemAsync: (name: string, value: string) =>
      Promise.resolve(kept.set(judged(name, value), value)),
    deleteItemAsync: (name: string) => Promise.resolve(kept.delete(judged(name))),
  }
  const context = createContext({ SecureStore })
  const storage: unknown = runInContext(`${code.replace('export ', '')}; secureStorage`, context)
  return { storage: storage as TokenStorage, kept } // what the guide defines
}

test('the keychain of the Expo guide keeps the tokens from start to start', async () => {
  const { app, createClient } = await setUp({ env: JWT })
  const { storage, kept } = documentedStorage()
  await createClient('jwt', storage).login(LOGIN)
  expect([...kept.keys()]).toEqual(['rest-auth_https___auth.example.com_dj-rest-auth_'])
  const restarted = createClient('jwt', storage)
  expect(await restarted.user()).toEqual({ ok: true, value: ALICE })
  app.clock.advance(301)
  expect(await restarted.user()).toEqual({ ok: true, value: ALICE })
  expect(await restarted.logout()).toMatchObject({ ok: true })
  expect([...kept]).toEqual([])
})

test('the built client is as small as the README says', () => {
  const size = /^client\/client: (\d+\.\d KiB), minified/m.exec(printed)?.[1]
  expect(size).toBeDefined()
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  expect(readme).toContain(`\`rest-auth-edge/client\` ${size}`)
})
