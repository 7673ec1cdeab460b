import { eq, sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { eventCounts, throttleHits } from '../../../src/db/schema/limits.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { waitedFor } from '../../cost/waited.ts'

const PASSWORD = 'right-horse-staple'
const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }
const ADA = aUser({ username: 'ada', password: PASSWORD, tokenKey: KEY })
const GOOD = { username: 'ada', password: PASSWORD }
const REFUSED = {
  status: 429,
  retryAfter: '60',
  body: { detail: 'Request was throttled. Expected available in 60 seconds.' },
}

function anApp(rate: string, env: Readonly<Record<string, unknown>> = {}): Promise<TestApp> {
  const scoped = { DEFAULT_THROTTLE_RATES: { dj_rest_auth: rate } }
  return createTestApp({ env: { ...scoped, ...env }, users: [ADA] })
}

async function answerOf(answer: Promise<Response>): Promise<typeof REFUSED> {
  const response = await answer
  return {
    status: response.status,
    retryAfter: response.headers.get('Retry-After') ?? '',
    body: await response.json(),
  }
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  return (await answer).status
}

/** Hits in the scope, whoever is counted. */
async function hits(app: TestApp): Promise<readonly string[]> {
  const rows = await app
    .deps()
    .db.select({ key: throttleHits.key })
    .from(throttleHits)
    .where(sql`${throttleHits.key} like 'dj_rest_auth:%'`)
  return rows.map(({ key }) => key)
}

test.each<[string, string, string, string | undefined, number]>([
  ['a login', 'POST', 'login/', JSON.stringify(GOOD), 200],
  ['a field error', 'POST', 'login/', '{}', 400],
  ['a body that is no JSON', 'POST', 'login/', '{', 400],
  ['a wrong method', 'GET', 'login/', undefined, 405],
  ['OPTIONS', 'OPTIONS', 'login/', undefined, 200],
  ['a taken name', 'POST', 'registration/', JSON.stringify({ username: 'ada' }), 400],
])('%s counts once, and is refused when the rate is used up', async (_what, ...call) => {
  const [method, path, body, status] = call
  const app = await anApp('1/minute')
  const headers = { 'Content-Type': 'application/json' }
  const ask = () => app.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
  expect(await statusOf(ask())).toBe(status)
  expect(await hits(app)).toHaveLength(1)
  expect(await answerOf(ask())).toEqual(REFUSED)
  expect(await hits(app)).toHaveLength(1)
})

test('a request may come again when the window has passed', async () => {
  const app = await anApp('1/minute')
  await app.post('login/', GOOD)
  app.clock.advance(45)
  expect(await answerOf(app.post('login/', GOOD))).toEqual({
    status: 429,
    retryAfter: '15',
    body: { detail: 'Request was throttled. Expected available in 15 seconds.' },
  })
  app.clock.advance(15)
  expect(await statusOf(app.post('login/', GOOD))).toBe(200)
})

test('a refused request writes nothing', async () => {
  const app = await anApp('1/minute')
  const registration = { username: 'bob', password1: PASSWORD, password2: PASSWORD }
  await app.post('login/', GOOD)
  expect(await statusOf(app.post('registration/', registration))).toBe(429)
  expect(await statusOf(app.post('password/reset/', { email: ADA.email }))).toBe(429)
  await app.settle()
  expect(app.mailbox).toEqual([])
  const { db } = app.deps()
  expect(await db.select().from(users).where(eq(users.username, 'bob'))).toEqual([])
})

test('who is logged in counts by account, not by address', async () => {
  const app = await anApp('1/minute')
  const change = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
  await app.post('login/', GOOD)
  expect(await statusOf(app.post('login/', GOOD))).toBe(429)
  expect(await statusOf(app.post('password/change/', {}, BY_TOKEN))).toBe(400)
  expect(await statusOf(app.post('password/change/', change, BY_TOKEN))).toBe(429)
  expect(await hits(app)).toEqual([expect.stringMatching(/:ip:/), 'dj_rest_auth:user:1'])
  app.clock.advance(60)
  expect(await statusOf(app.post('login/', GOOD))).toBe(200)
})

test('a logout counts by the account of its token, which a refused one keeps', async () => {
  const app = await anApp('1/minute')
  const change = () => statusOf(app.post('password/change/', {}, BY_TOKEN))
  const logout = () => app.post('logout/', undefined, BY_TOKEN)
  expect(await change()).toBe(400)
  expect(await answerOf(logout())).toEqual(REFUSED)
  expect(await hits(app)).toEqual(['dj_rest_auth:user:1'])
  expect(await statusOf(app.request('user/', { headers: BY_TOKEN }))).toBe(200)
  app.clock.advance(60)
  expect(await statusOf(logout())).toBe(200)
  expect(await hits(app)).toEqual(['dj_rest_auth:user:1'])
  expect(await change()).toBe(401)
})

test('a logout with a token of nobody counts once, by address', async () => {
  const app = await anApp('1/minute')
  const logout = () => app.post('logout/', undefined, { Authorization: 'Token nobodys' })
  expect(await statusOf(logout())).toBe(400)
  expect(await hits(app)).toEqual([expect.stringMatching(/^dj_rest_auth:ip:/)])
  expect(await answerOf(logout())).toEqual(REFUSED)
})

test('who is not let in is not counted', async () => {
  const app = await anApp('1/minute')
  expect(await statusOf(app.post('password/change/', {}))).toBe(401)
  expect(await statusOf(app.post('password/change/', {}, { Authorization: 'Token no' }))).toBe(401)
  expect(await hits(app)).toEqual([])
})

test('of many at once no more pass than the rate allows', async () => {
  const app = await anApp('3/minute', { ACCOUNT_RATE_LIMITS: 'false' })
  const ask = () => statusOf(app.post('login/', { ...GOOD, password: 'wrong' }))
  const statuses = await Promise.all(Array.from({ length: 12 }, ask))
  expect(statuses.filter((status) => status === 400)).toHaveLength(3)
  expect(statuses.filter((status) => status === 429)).toHaveLength(9)
})

test('what ACCOUNT_RATE_LIMITS refuses counts in the scope, as in Django', async () => {
  const app = await anApp('5/minute', { ACCOUNT_RATE_LIMITS: { login: '1/m/ip' } })
  expect(await statusOf(app.post('login/', GOOD))).toBe(200)
  expect(await statusOf(app.post('login/', GOOD))).toBe(429)
  expect(await hits(app)).toHaveLength(2)
})

test('a refusal is tallied, and waits for a second round trip that says how long', async () => {
  const app = await anApp('1/minute')
  await app.post('login/', GOOD)
  const { response, roundTrips } = await waitedFor(app, () => app.post('login/', GOOD))
  expect({ status: response.status, roundTrips }).toEqual({ status: 429, roundTrips: 2 })
  const { db } = app.deps()
  expect(
    await db
      .select({ count: eventCounts.count })
      .from(eventCounts)
      .where(eq(eventCounts.kind, 'throttled_dj_rest_auth')),
  ).toEqual([{ count: 1 }])
})

test('how long a refusal takes tells nobody whether the old password was right', async () => {
  const app = await anApp('1/minute', {
    OLD_PASSWORD_FIELD_ENABLED: 'true',
    ACCOUNT_RATE_LIMITS: 'false',
  })
  const newOnes = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
  const change = async (old: string) => {
    const ask = () => app.post('password/change/', { ...newOnes, old_password: old }, BY_TOKEN)
    const { response, roundTrips } = await waitedFor(app, ask)
    return { status: response.status, roundTrips }
  }
  expect(await change('wrong-horse')).toEqual({ status: 400, roundTrips: 2 })
  expect(await change('wrong-horse')).toEqual({ status: 429, roundTrips: 3 })
  expect(await change(PASSWORD)).toEqual({ status: 429, roundTrips: 3 })
})

describe('with the database away', () => {
  test('a request is asked once and answers 503', async () => {
    const app = await anApp('5/minute')
    let calls = 0
    app.outside.interceptDatabase(() => {
      calls += 1
      return Promise.reject(new TypeError('fetch failed'))
    })
    expect(await statusOf(app.post('login/', GOOD))).toBe(503)
    expect(calls).toBe(1)
  })
})

describe('AnonRateThrottle and UserRateThrottle', () => {
  const CLASSES = ['rest_framework.throttling.AnonRateThrottle', 'UserRateThrottle']
  const anyApp = (
    rates: Readonly<Record<string, string>>,
    classes: readonly string[] = CLASSES,
    env: Readonly<Record<string, string>> = {},
  ) =>
    createTestApp({
      env: { DEFAULT_THROTTLE_CLASSES: [...classes], DEFAULT_THROTTLE_RATES: rates, ...env },
      users: [ADA],
    })
  const me = (app: TestApp) => statusOf(app.request('user/', { headers: BY_TOKEN }))

  test('count whoever is not logged in by address, on every route', async () => {
    const app = await anyApp({ anon: '2/minute' })
    expect(await statusOf(app.post('login/', GOOD))).toBe(200)
    expect(await statusOf(app.post('registration/verify-email/', { key: 'none' }))).toBe(404)
    expect(await answerOf(app.post('login/', GOOD))).toMatchObject({ status: 429 })
    expect(await me(app)).toBe(200)
  })

  test('count an account on every route, its logout included', async () => {
    const app = await anyApp({ user: '1/minute' })
    expect(await me(app)).toBe(200)
    expect(await me(app)).toBe(429)
    expect(await statusOf(app.post('logout/', undefined, BY_TOKEN))).toBe(429)
    app.clock.advance(60)
    expect(await statusOf(app.post('logout/', undefined, BY_TOKEN))).toBe(200)
  })

  test('count beside the scope of the route; the rate that is used up refuses', async () => {
    const app = await anyApp({ dj_rest_auth: '9/minute', anon: '9/minute', user: '1/minute' })
    expect(await statusOf(app.post('login/', GOOD))).toBe(200)
    expect(await answerOf(app.post('login/', GOOD))).toEqual(REFUSED)
    // A refused request uses up no rate, and is tallied under the scope of the route.
    expect(await hits(app)).toHaveLength(1)
    await app.settle()
    const kinds = await app.deps().db.select({ kind: eventCounts.kind }).from(eventCounts)
    expect(kinds).toContainEqual({ kind: 'throttled_dj_rest_auth' })
  })

  test.each([
    ['safe', 200],
    ['exact', 429],
  ])('%s: what one of them refuses counts in the others as there: %i', async (mode, status) => {
    const rates = { dj_rest_auth: '1/minute', anon: '3/hour', user: '9/hour' }
    const app = await anyApp(rates, CLASSES, { DJANGO_COMPATIBILITY: mode })
    for (const expected of [200, 429, 429]) {
      expect(await statusOf(app.post('login/', GOOD))).toBe(expected)
    }
    app.clock.advance(60)
    const response = await app.post('login/', GOOD)
    expect(response.status).toBe(status)
    // The hour's, though the minute's has room again.
    expect(response.headers.get('Retry-After')).toBe(status === 429 ? '3540' : null)
  })

  test('exact: the longest wait of two that refuse, and one refusal in the tally', async () => {
    const rates = { dj_rest_auth: '1/minute', anon: '1/hour' }
    const app = await anyApp(rates, CLASSES, { DJANGO_COMPATIBILITY: 'exact' })
    await app.post('login/', GOOD)
    expect(await answerOf(app.post('login/', GOOD))).toMatchObject({ retryAfter: '3600' })
    await app.settle()
    const { kind, count } = eventCounts
    const tally = app.deps().db.select({ kind, count }).from(eventCounts)
    expect(await tally).toContainEqual({ kind: 'throttled_dj_rest_auth', count: 1 })
  })

  test('exact: a logout that one of them refuses counts for its account in the others', async () => {
    const rates = { dj_rest_auth: '1/minute', user: '3/hour' }
    const app = await anyApp(rates, CLASSES, { DJANGO_COMPATIBILITY: 'exact' })
    const logout = () => statusOf(app.post('logout/', undefined, BY_TOKEN))
    expect(await statusOf(app.post('password/change/', {}, BY_TOKEN))).toBe(400)
    expect([await logout(), await logout()]).toEqual([429, 429])
    app.clock.advance(60)
    expect(await logout()).toBe(429)
  })

  test('count nothing where their class is not listed, or has no rate', async () => {
    const unlisted = await anyApp({ anon: '1/minute', user: '1/minute' }, ['ScopedRateThrottle'])
    const others = await anyApp({ anon: '1/minute', user: '1/minute' }, ['my.NoUserRateThrottle'])
    const unrated = await anyApp({})
    for (const app of [unlisted, others, unrated]) {
      expect(await me(app)).toBe(200)
      expect(await me(app)).toBe(200)
    }
  })
})
