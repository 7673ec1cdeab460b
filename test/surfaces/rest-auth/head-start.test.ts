import { expect, test, vi } from 'vitest'
import { inTurn, withHashing } from '../../../src/core/passwords/hash-queue.ts'
import type { LogLine } from '../../../src/deps.ts'
import type { Platform } from '../../../src/platform.ts'
import { createService } from '../../../src/service.ts'
import { beginLogin } from '../../../src/surfaces/rest-auth/head-start.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ADA = aUser({ username: 'ada', password: 'right-horse-staple' })
const RIGHT = { username: 'ada', password: 'right-horse-staple' }
const URL_OF_LOGIN = 'https://auth.example.com/dj-rest-auth/login/'

type Sent = {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly query?: string
}

function requestOf({ body = RIGHT, headers, method = 'POST', query = '' }: Sent): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new Request(URL_OF_LOGIN + query, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(method === 'POST' ? { body: text } : {}),
  })
}

/** A service as an isolate begins with it, over an app's database; `asked` are the calls that look for an account. */
function newIsolate(app: TestApp) {
  const asked: string[] = []
  const log: LogLine[] = []
  const platform: Platform = {
    fetch: async (input, init) => {
      const text = typeof init?.body === 'string' ? init.body : ''
      if (text.includes('json_array(email,is_verified)')) asked.push(text)
      return app.outside.fetch(input, init)
    },
    now: () => app.clock.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    defer: (work) => void work,
    log: (line) => log.push(line),
    client: { address: '192.0.2.1', country: '', userAgent: '' },
  }
  return { service: createService(app.settings, () => platform), platform, asked, log }
}

/** Whether a request has a head start; what it would send goes nowhere. */
async function hasHeadStart(app: TestApp, sent: Sent): Promise<boolean> {
  const { platform } = newIsolate(app)
  const fetch = () => Promise.reject(new Error('goes nowhere'))
  const deps = { ...platform, fetch, settings: app.settings }
  const { begun } = await beginLogin(deps, requestOf(sent))
  return begun !== undefined
}

const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const COOKIES = {
  ...JWT,
  JWT_AUTH_HTTPONLY: 'true',
  JWT_AUTH_COOKIE: 'access',
  SESSION_LOGIN: 'true',
}
const ELSEWHERE = 'https://elsewhere.example'

const SETTINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'as it is': {},
  exact: { COMPATIBILITY: 'exact' },
  'exact, by name alone': { COMPATIBILITY: 'exact', ACCOUNT_LOGIN_METHODS: '["username"]' },
  JWT,
  'cookies and a session': COOKIES,
  'no limits': { ACCOUNT_RATE_LIMITS: 'false' },
  'limits of clients alone': { ACCOUNT_RATE_LIMITS: { login: '1000/m/ip' } },
  'limits of all kinds': {
    ACCOUNT_RATE_LIMITS: {
      login: '1000/m/ip,1000/m/key',
      login_failed: '1000/m/ip,1000/m/key,1000/m/user',
    },
  },
  'scopes without limits': {
    ACCOUNT_RATE_LIMITS: 'false',
    DEFAULT_THROTTLE_RATES: { dj_rest_auth: '1000/minute' },
  },
  'scopes and limits': {
    DEFAULT_THROTTLE_RATES: { dj_rest_auth: '1000/minute', anon: '1000/day', user: '1000/day' },
    DEFAULT_THROTTLE_CLASSES: '["AnonRateThrottle","UserRateThrottle"]',
    REFUSED_REQUESTS_COUNT: 'true',
  },
  'addresses alone': { ACCOUNT_LOGIN_METHODS: '["email"]' },
  'lasting logins': { ...JWT, REMEMBER_ME: 'true' },
  'second factors': {
    ...JWT,
    MFA_ENABLED: 'true',
    PASSKEYS_ENABLED: 'true',
    MFA_TRUST_ENABLED: 'true',
  },
  'known devices': { KNOWN_DEVICE_COOKIE: 'known_device', SESSION_MANAGEMENT: 'true' },
  times: { SERVER_TIMING: 'true' },
}

const PLAIN: Readonly<Record<string, Sent>> = {
  right: {},
  wrong: { body: { username: 'ada', password: 'wrong' } },
  'of nobody': { body: { username: 'nobody', password: 'wrong' } },
  'an address': { body: { email: 'ADA@example.com', password: 'right-horse-staple' } },
  'an address as a name': { body: { username: 'ada@example.com', password: 'right-horse-staple' } },
  'both names': { body: { ...RIGHT, email: 'ada@example.com' } },
  'a name in capitals, with blanks': { body: { ...RIGHT, username: ' ADA ' } },
  'a name of 30,000 characters': { body: { ...RIGHT, username: 'ŉ'.repeat(30_000) } },
  'a form': {
    body: 'username=ada&password=right-horse-staple',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  },
  'a choice to be remembered': { body: { ...RIGHT, remember: true, trust_token: 'x' } },
  'a page of its own origin': { headers: { Origin: 'https://auth.example.com' } },
}

const OTHERS: Readonly<Record<string, Sent>> = {
  'no password': { body: { username: 'ada' } },
  'a password that is blank': { body: { username: 'ada', password: '' } },
  'no name': { body: { password: 'right-horse-staple' } },
  'a NUL in the name': { body: { username: 'a\0da', password: 'x' } },
  'half a character in the password': { body: '{"username":"ada","password":"\\ud800"}' },
  'no address': { body: { email: 'nowhere', password: 'x' } },
  'no object': { body: [RIGHT] },
  'no JSON': { body: '{' },
  nothing: { body: '' },
  'another type of body': { headers: { 'Content-Type': 'text/plain' } },
  'another method': { method: 'GET' },
  'a question for options': { method: 'OPTIONS' },
  'another format': { query: '?format=xml' },
  'an answer as HTML': { headers: { Accept: 'text/html' } },
  'a token': { headers: { Authorization: 'Token 0123456789' } },
  'a JWT': { headers: { Authorization: 'Bearer a.b.c' } },
  'a cookie': { headers: { Cookie: 'sessionid=abc; csrftoken=def; access=a.b.c' } },
  'a device': { headers: { Cookie: 'known_device=abc' } },
  'a page of another origin': { headers: { Origin: ELSEWHERE } },
}

test.each(Object.entries(SETTINGS))(
  'the first login of an isolate asks once, for nothing in vain, and is answered as the second, %s',
  async (_what, env) => {
    const app = await createTestApp({ users: [ADA], env })
    for (const [what, sent] of Object.entries({ ...PLAIN, ...OTHERS })) {
      const { service, asked, log } = newIsolate(app)
      const first = await service.fetch(requestOf(sent))
      const isCounted = first.status === 429
      const isLogin =
        what in PLAIN || isCounted || (first.status === 200 && sent.method !== 'OPTIONS')
      expect(asked.length, what).toBeLessThanOrEqual(isLogin ? 1 : 0)
      if (isLogin && first.status < 300) expect(asked, what).toHaveLength(1)
      const wasted = log.filter((line) => 'wasted_round_trips' in line)
      expect(wasted, what).toEqual([])
      const second = await service.fetch(requestOf(sent))
      expect(shapeOf(await first.text(), first), what).toEqual(shapeOf(await second.text(), second))
    }
  },
)

/** What two answers to the same request have in common. */
function shapeOf(text: string, { status, headers }: Response) {
  const body: unknown = text === '' ? null : JSON.parse(text)
  const names = [...headers.keys()].toSorted()
  const secrets =
    /"(?:key|access|refresh|access_expiration|refresh_expiration|\w*token|handle)":"[^"]*"/g
  return { status, names, body: JSON.stringify(body).replaceAll(secrets, '') }
}

test.each(Object.entries(SETTINGS))(
  'begins where nothing but what was typed decides, %s',
  async (_what, env) => {
    const app = await createTestApp({ users: [ADA], env })
    const byName = app.settings.ACCOUNT_LOGIN_METHODS.includes('username')
    const byEmail = app.settings.ACCOUNT_LOGIN_METHODS.includes('email')
    const begun: string[] = []
    for (const [what, sent] of Object.entries(PLAIN)) {
      if (await hasHeadStart(app, sent)) begun.push(what)
    }
    const needsName = (what: string): boolean => what !== 'an address'
    const takes = (what: string): boolean =>
      what === 'both names' || (needsName(what) ? byName : byEmail)
    expect(begun).toEqual(Object.keys(PLAIN).filter(takes))
    for (const [what, sent] of Object.entries(OTHERS)) {
      const isOfNoUse = what === 'a page of another origin' || what === 'a JWT'
      if (!isOfNoUse) expect(await hasHeadStart(app, sent), what).toBe(false)
    }
  },
)

test.each<[string, Readonly<Record<string, unknown>>, Sent?]>([
  [
    'a proof of a person is asked for',
    { TURNSTILE_SECRET_KEY: 'x', TURNSTILE_ACTIONS: '["login"]' },
  ],
  ['clients are declared', { ...JWT, JWT_CLIENTS: { shop: {} } }],
  ['more is read of a user', { USER_ROLES: '["is_staff"]' }],
  ['users have fields of their own', { USER_FIELDS: { city: { type: 'string' } } }],
  ['users have public ids', { USER_PK: 'uuid' }],
  ['there are only providers', { SOCIALACCOUNT_ONLY: 'true' }],
  [
    'a cookie needs its token',
    { ...COOKIES, JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED: 'true' },
  ],
  [
    'a page that is not trusted would get cookies',
    { ...COOKIES, CORS_ALLOWED_ORIGINS: [ELSEWHERE], CORS_ALLOW_CREDENTIALS: 'true' },
    { headers: { Origin: ELSEWHERE } },
  ],
  [
    'JWTs come in a header of another name',
    { ...JWT, SIMPLE_JWT_AUTH_HEADER_NAME: 'HTTP_X_TOKEN' },
    { headers: { 'X-Token': 'Bearer a.b.c' } },
  ],
])('does not begin where %s', async (_what, env, sent = {}) => {
  const app = await createTestApp({ users: [ADA], env })
  expect(await hasHeadStart(app, sent)).toBe(false)
})

test('of logins that come at once, one has a head start', async () => {
  const app = await createTestApp({ users: [ADA], env: { ACCOUNT_RATE_LIMITS: 'false' } })
  const { service, asked, log } = newIsolate(app)
  const answers = await Promise.all(
    Array.from({ length: 8 }, async () => service.fetch(requestOf({}))),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
  expect(asked).toHaveLength(8)
  expect(log.filter((line) => 'wasted_round_trips' in line)).toEqual([])
})

test('counts an attempt once', async () => {
  const app = await createTestApp({
    users: [ADA],
    env: { ACCOUNT_RATE_LIMITS: { login: '2/m/ip' } },
  })
  const statuses: number[] = []
  for (let attempt = 0; attempt < 4; attempt += 1) {
    statuses.push((await newIsolate(app).service.fetch(requestOf({}))).status)
  }
  expect(statuses).toEqual([200, 200, 429, 429])
})

test('a database that fails is told by the login, once it asks', async () => {
  const app = await createTestApp({ users: [ADA] })
  app.outside.interceptDatabase(() => Promise.reject(new TypeError('fetch failed')))
  const { service, log } = newIsolate(app)
  const answer = await service.fetch(requestOf({}))
  app.outside.interceptDatabase(undefined)
  expect(answer.status).toBe(503)
  expect(log.filter((line) => 'wasted_round_trips' in line)).toEqual([])
  expect((await service.fetch(requestOf({}))).status).toBe(200)
})

/** What hashing costs is measured for all files of a worker. */
async function measureHashes(ms: number): Promise<void> {
  for (let hash = 0; hash < 60; hash += 1) {
    const times = [0, ms]
    await inTurn(
      () => times.shift() ?? 0,
      () => Promise.resolve(),
    )
  }
}

test('a login that was counted is not turned away where others came to hash meanwhile', async () => {
  const app = await createTestApp({ users: [ADA], env: { PASSWORD_QUEUE_MAX_MS: '100' } })
  const { promise, resolve } = Promise.withResolvers<void>()
  await measureHashes(1000)
  const others = [1, 2].map(() => withHashing(app.deps(), () => promise).catch(() => 'busy'))
  const { service, asked, log } = newIsolate(app)
  const first = service.fetch(requestOf({}))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  const second = await service.fetch(requestOf({}))
  resolve()
  expect(second.status).toBe(503)
  expect((await first).status).toBe(200)
  expect(asked).toHaveLength(1)
  expect(log.filter((line) => 'wasted_round_trips' in line)).toEqual([])
  expect(await Promise.all(others)).toEqual([undefined, 'busy'])
  await measureHashes(0)
})

test('a database that hangs is waited for as long as one call may take, not twice', async () => {
  const app = await createTestApp({ users: [ADA], env: { DATABASE_TIMEOUT_MS: '300' } })
  app.outside.interceptDatabase(
    ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  )
  const { service, asked } = newIsolate(app)
  const answer = await service.fetch(requestOf({}))
  app.outside.interceptDatabase(undefined)
  expect(answer.status).toBe(503)
  expect(asked).toHaveLength(1)
})

test('a database that is busy at first is asked again, and counts the attempt once', async () => {
  const app = await createTestApp({
    users: [ADA],
    env: { ACCOUNT_RATE_LIMITS: { login: '2/m/ip' } },
  })
  let calls = 0
  app.outside.interceptDatabase(async (request, pass) => {
    calls += 1
    return calls < 3 ? new Response('busy', { status: 429 }) : pass(request)
  })
  const { service, asked } = newIsolate(app)
  expect((await service.fetch(requestOf({}))).status).toBe(200)
  app.outside.interceptDatabase(undefined)
  expect(asked).toHaveLength(3)
  expect(new Set(asked).size).toBe(1)
  const later = [await service.fetch(requestOf({})), await service.fetch(requestOf({}))]
  expect(later.map(({ status }) => status)).toEqual([200, 429])
})
