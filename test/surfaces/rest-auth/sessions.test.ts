import { expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'

const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const COOKIES = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'access', JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const BLACKLISTED = { detail: 'Token is invalid or expired', code: 'token_not_valid' }

type Pair = { readonly access: string; readonly refresh: string }
type Listed = { readonly id: string; readonly is_current: boolean; readonly user_agent: string }

async function logIn(app: TestApp, username = 'alice', userAgent = 'Test/1'): Promise<Pair> {
  const response = await app.post(
    '/login/',
    { username, password: 'right-horse-staple' },
    { 'User-Agent': userAgent },
  )
  expect(response.status).toBe(200)
  const pair = (await response.json()) as Pair
  await app.settle()
  return pair
}

function as(pair: Pair): HeadersInit {
  return { Authorization: `Bearer ${pair.access}` }
}

async function list(app: TestApp, pair: Pair): Promise<readonly Listed[]> {
  const response = await app.request('/sessions/', { headers: as(pair) })
  expect(response.status).toBe(200)
  return (await response.json()) as readonly Listed[]
}

async function refreshStatus(app: TestApp, pair: Pair): Promise<number> {
  const { status } = await app.post('/token/refresh/', { refresh: pair.refresh })
  await app.settle()
  return status
}

function jwtApp(more: Partial<TestAppOptions> = {}): Promise<TestApp> {
  return createTestApp({
    env: JWT,
    users: [aUser(), aUser({ username: 'bob' })],
    client: { country: 'NL' },
    ...more,
  })
}

test('lists where, when and with which client the caller is logged in', async () => {
  const app = await jwtApp()
  await logIn(app, 'alice', 'Phone/2')
  app.clock.advance(60)
  const here = await logIn(app, 'alice', 'Laptop/1')
  await logIn(app, 'bob')
  const response = await app.request('/sessions/', { headers: as(here) })
  expect(await response.json()).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      user_agent: 'Laptop/1',
      country: 'NL',
      created_at: '2027-03-04T05:07:07.250000Z',
      last_used_at: '2027-03-04T05:07:07.250000Z',
      expires_at: '2027-03-05T05:07:07.250000Z',
      is_current: true,
    },
    {
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      user_agent: 'Phone/2',
      country: 'NL',
      created_at: '2027-03-04T05:06:07.250000Z',
      last_used_at: '2027-03-04T05:06:07.250000Z',
      expires_at: '2027-03-05T05:06:07.250000Z',
      is_current: false,
    },
  ])
})

test('a refresh keeps the login one and moves its last use', async () => {
  const app = await jwtApp()
  const pair = await logIn(app)
  app.clock.advance(100)
  const response = await app.post('/token/refresh/', { refresh: pair.refresh })
  const next = (await response.json()) as Pair
  await app.settle()
  const [only, ...more] = await list(app, next)
  expect(more).toEqual([])
  expect(only).toMatchObject({
    is_current: true,
    created_at: '2027-03-04T05:06:07.250000Z',
    last_used_at: '2027-03-04T05:07:47.250000Z',
  })
})

test('ending one login ends its refresh and access token, and no other', async () => {
  const app = await jwtApp()
  const phone = await logIn(app, 'alice', 'Phone/2')
  const laptop = await logIn(app, 'alice', 'Laptop/1')
  const phoneId = (await list(app, laptop)).find((login) => !login.is_current)?.id ?? ''
  const end = () => app.request(`/sessions/${phoneId}/`, { method: 'DELETE', headers: as(laptop) })
  expect((await end()).status).toBe(204)
  expect(await refreshStatus(app, phone)).toBe(401)
  const read = await app.request('/user/', { headers: as(phone) })
  expect(read.status).toBe(401)
  expect(await list(app, laptop)).toMatchObject([{ user_agent: 'Laptop/1' }])
  expect(await refreshStatus(app, laptop)).toBe(200)
  const again = await end()
  expect(again.status).toBe(404)
  expect(await again.json()).toEqual({ detail: 'Not found.' })
})

test("another user's login cannot be ended", async () => {
  const app = await jwtApp()
  const alice = await logIn(app)
  const bob = await logIn(app, 'bob')
  const id = (await list(app, alice))[0]?.id ?? ''
  const response = await app.request(`/sessions/${id}/`, { method: 'DELETE', headers: as(bob) })
  expect(response.status).toBe(404)
  expect(await refreshStatus(app, alice)).toBe(200)
})

test('ending all others leaves this one', async () => {
  const app = await jwtApp()
  const others = [await logIn(app), await logIn(app)]
  const here = await logIn(app)
  const bob = await logIn(app, 'bob')
  const response = await app.request('/sessions/', { method: 'DELETE', headers: as(here) })
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ detail: 'All other sessions have been ended.' })
  for (const other of others) expect(await refreshStatus(app, other)).toBe(401)
  expect(await list(app, here)).toMatchObject([{ is_current: true }])
  expect(await refreshStatus(app, here)).toBe(200)
  expect(await refreshStatus(app, bob)).toBe(200)
})

test('logging out everywhere ends every JWT, this one included', async () => {
  const app = await jwtApp()
  const other = await logIn(app)
  const here = await logIn(app)
  app.clock.advance(2)
  const response = await app.request('/logout/all/', { method: 'POST', headers: as(here) })
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ detail: 'Successfully logged out everywhere.' })
  for (const pair of [other, here]) {
    expect(await refreshStatus(app, pair)).toBe(401)
    expect((await app.request('/user/', { headers: as(pair) })).status).toBe(401)
  }
  expect(await refreshStatus(app, await logIn(app))).toBe(200)
})

test('logging out everywhere ends auth tokens and sessions, too', async () => {
  const app = await createTestApp({
    env: { SESSION_LOGIN: 'true' },
    users: [aUser()],
  })
  const login = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  const { key } = (await login.json()) as { key: string }
  const session = /sessionid=([^;]+)/.exec(login.headers.get('Set-Cookie') ?? '')?.[1] ?? ''
  const token = { Authorization: `Token ${key}` }
  const response = await app.request('/logout/all/', { method: 'POST', headers: token })
  expect(response.status).toBe(200)
  expect((await app.request('/user/', { headers: token })).status).toBe(401)
  const bySession = await app.request('/user/', { headers: { Cookie: `sessionid=${session}` } })
  expect(bySession.status).toBe(401)
})

test('a reused refresh token ends its login and is noted', async () => {
  const app = await jwtApp()
  const thief = await logIn(app)
  const other = await logIn(app)
  const renew = async ({ refresh }: Pair): Promise<Pair> => {
    const response = await app.post('/token/refresh/', { refresh })
    return response.json()
  }
  const owner = await renew(await renew(thief))
  await app.settle()
  app.clock.advance(11)
  const reused = await app.post('/token/refresh/', { refresh: thief.refresh })
  expect(reused.status).toBe(401)
  expect(await reused.json()).toEqual(BLACKLISTED)
  expect(await refreshStatus(app, owner)).toBe(401)
  expect((await app.request('/user/', { headers: as(owner) })).status).toBe(401)
  expect(await refreshStatus(app, other)).toBe(200)
  const events = await app.deps().db.select({ kind: auditEvents.kind }).from(auditEvents)
  expect(events.map(({ kind }) => kind)).toEqual(['login', 'login', 'refresh_token_reused'])
})

test('two tabs and a lost answer get the same successor within the grace', async () => {
  const app = await jwtApp()
  const { refresh } = await logIn(app)
  const use = async (): Promise<Pair> =>
    (await (await app.post('/token/refresh/', { refresh })).json()) as Pair
  const [one, two] = await Promise.all([use(), use()])
  app.clock.advance(9)
  const lost = await use()
  expect(two.refresh).toBe(one.refresh)
  expect(lost.refresh).toBe(one.refresh)
  await app.settle()
  expect(await list(app, lost)).toHaveLength(1)
})

test('works by cookie, with a CSRF token for what writes', async () => {
  const app = await createTestApp({ env: COOKIES, users: [aUser()] })
  const login = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  await app.settle()
  const set = login.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  const cookie = set.join('; ')
  const csrf = /csrftoken=([^;]+)/.exec(cookie)?.[1] ?? ''
  const listed = await app.request('/sessions/', { headers: { Cookie: cookie } })
  expect(listed.status).toBe(200)
  expect(await listed.json()).toMatchObject([{ is_current: true }])
  const end = (headers: Readonly<Record<string, string>>) =>
    app.request('/logout/all/', { method: 'POST', headers: { Cookie: cookie, ...headers } })
  const forged = await end({ Origin: 'https://evil.example' })
  expect(forged.status).toBe(403)
  const done = await end({ Origin: 'https://auth.example.com', 'X-CSRFToken': csrf })
  expect(done.status).toBe(200)
  expect(done.headers.getSetCookie().map((one) => one.split('=')[0])).toEqual(['access', 'refresh'])
  const after = await app.request('/sessions/', { headers: { Cookie: cookie } })
  expect(after.status).toBe(401)
})

test('strangers learn nothing, other methods are refused', async () => {
  const app = await jwtApp()
  expect((await app.request('/sessions/')).status).toBe(401)
  expect((await app.post('/logout/all/')).status).toBe(401)
  const pair = await logIn(app)
  const post = await app.post('/sessions/', {}, as(pair))
  expect(post.status).toBe(405)
  expect(post.headers.get('Allow')).toBe('GET, DELETE, HEAD, OPTIONS')
})

test('without the setting, or in exact mode, the URLs do not exist', async () => {
  for (const env of [{ ...JWT, SESSION_MANAGEMENT: 'false' }, { DJANGO_COMPATIBILITY: 'exact' }]) {
    const app = await createTestApp({ env })
    expect((await app.request('/sessions/')).status).toBe(404)
    expect((await app.post('/logout/all/')).status).toBe(404)
  }
})

test('a list costs two round trips, an end two', async () => {
  const app = await jwtApp()
  const pair = await logIn(app)
  const cost = async (path: string, method: string) => {
    const { waited } = await app.costOf(() => app.request(path, { method, headers: as(pair) }))
    return waited.roundTrips
  }
  expect(await cost('/sessions/', 'GET')).toBe(2)
  expect(await cost('/sessions/', 'DELETE')).toBe(2)
  expect(await cost('/logout/all/', 'POST')).toBe(2)
})
