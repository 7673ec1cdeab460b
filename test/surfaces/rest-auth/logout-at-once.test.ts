import { expect, test } from 'vitest'
import { authTokens, refreshFamilies, sessions } from '../../../src/db/schema/credentials.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, cookieHeaderOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

/** Logouts that are one round trip: nobody is asked first who calls. */

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { username: 'alice', password: 'right-horse-staple' }
const DONE = { status: 200, body: { detail: 'Successfully logged out.' } }
const SESSION = { SESSION_LOGIN: 'true', KNOWN_DEVICE_COOKIE: '' }
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const RATE = { DEFAULT_THROTTLE_RATES: { dj_rest_auth: '2/m' } }

const withAlice = (env: Record<string, unknown>): Promise<TestApp> =>
  createTestApp({ env, users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob' })] })

const rowsOf = async (app: TestApp, table: typeof sessions | typeof authTokens) =>
  (await app.deps().db.select().from(table)).length

async function sessionOf(app: TestApp): Promise<Record<string, string>> {
  const login = await app.post('login/', ALICE)
  await app.settle()
  return { Cookie: cookieHeaderOf(login), Origin: 'https://auth.example.com' }
}

test('a session’s logout ends it and the account’s token, and no other session', async () => {
  const app = await withAlice(SESSION)
  const headers = await sessionOf(app)
  const other = await sessionOf(app)
  expect(await answerOf(app.post('logout/', undefined, headers))).toEqual(DONE)
  expect(await rowsOf(app, sessions)).toBe(1)
  expect(await rowsOf(app, authTokens)).toBe(0)
  expect((await app.request('user/', { headers: other })).status).toBe(200)
  // A second time there is nothing to end, and that is no fault.
  expect(await answerOf(app.post('logout/', undefined, headers))).toEqual(DONE)
})

test('without tokens to hand out, a session’s logout leaves an API token alone', async () => {
  const app = await withAlice({ ...SESSION, TOKEN_MODEL: 'None' })
  await app.post('logout/', undefined, await sessionOf(app))
  expect([await rowsOf(app, sessions), await rowsOf(app, authTokens)]).toEqual([0, 1])
})

test('a page of elsewhere ends no session', async () => {
  const app = await withAlice(SESSION)
  const headers = { ...(await sessionOf(app)), Origin: 'https://evil.example' }
  expect((await app.post('logout/', undefined, headers)).status).toBe(403)
  expect([await rowsOf(app, sessions), await rowsOf(app, authTokens)]).toEqual([1, 1])
})

test('exact: a token that is unknown ends nothing, nor the session beside it', async () => {
  const app = await withAlice({ ...SESSION, DJANGO_COMPATIBILITY: 'exact' })
  const { Cookie } = await sessionOf(app)
  const headers = { Cookie: String(Cookie), Authorization: `Token ${'f'.repeat(40)}` }
  expect((await app.post('logout/', undefined, headers)).status).toBe(401)
  expect([await rowsOf(app, sessions), await rowsOf(app, authTokens)]).toEqual([1, 1])
})

test('a JWT ends its own login, whatever became of the account', async () => {
  const app = await withAlice(JWT)
  const access = await memberOf(app.post('login/', ALICE), 'access')
  await app.settle()
  await app.deps().db.update(users).set({ isActive: false })
  const headers = { Authorization: `Bearer ${access}` }
  expect(await answerOf(app.post('logout/', {}, headers))).toEqual(DONE)
  const [family] = await app.deps().db.select().from(refreshFamilies)
  expect(family?.revokedAt).not.toBeNull()
})

test.each(['{', 'x'.repeat(70_000)])('a body that cannot be read is told', async (body) => {
  const app = await withAlice(JWT)
  const access = await memberOf(app.post('login/', ALICE), 'access')
  const response = await app.request('logout/', {
    method: 'POST',
    headers: { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' },
    body,
  })
  expect([400, 413]).toContain(response.status)
})

test('DRF’s scope counts such logouts by account, and refuses before anything ends', async () => {
  const app = await withAlice({ ...JWT, ...RATE })
  const pairs: Record<string, string>[] = []
  for (const username of ['alice', 'alice', 'alice', 'bob']) {
    app.clock.advance(60)
    const access = await memberOf(app.post('login/', { ...ALICE, username }), 'access')
    pairs.push({ Authorization: `Bearer ${access}` })
  }
  await app.settle()
  const statuses: number[] = []
  for (const headers of pairs) statuses.push((await app.post('logout/', {}, headers)).status)
  expect(statuses).toEqual([200, 200, 429, 200])
  expect((await app.request('user/', { headers: pairs[2] ?? {} })).status).toBe(200)
})

test('DRF’s scope counts sessions’ logouts by account', async () => {
  const app = await withAlice({ ...SESSION, ...RATE })
  const all: Record<string, string>[] = []
  for (const _ of [1, 2, 3]) {
    app.clock.advance(60)
    all.push(await sessionOf(app))
  }
  const statuses: number[] = []
  for (const headers of all) {
    statuses.push((await app.post('logout/', undefined, headers)).status)
  }
  expect(statuses).toEqual([200, 200, 429])
  expect(await rowsOf(app, sessions)).toBe(1)
})
