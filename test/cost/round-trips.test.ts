import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { refreshFamilies } from '../../src/db/schema/credentials.ts'
import { users } from '../../src/db/schema/users.ts'
import { cookieHeaderOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { waitedFor } from './waited.ts'

const PASSWORD = 'right-horse-staple'
const NEW_PASSWORD = 'another-horse-staple'
const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

const ada = aUser({ username: 'ada', password: PASSWORD, tokenKey: KEY })

/** Asserts the cost of one request, and by its status that it did what the row is about. */
async function expectCost(
  app: TestApp,
  ask: () => Promise<Response>,
  expected: { readonly status: number; readonly roundTrips: number },
): Promise<void> {
  const { response, roundTrips } = await waitedFor(app, ask)
  expect({ status: response.status, roundTrips }).toEqual(expected)
}

type Pair = { readonly access: string; readonly refresh: string }

async function logInUnsettled(app: TestApp): Promise<void> {
  const response = await app.post('/login/', { username: 'ada', password: PASSWORD })
  expect(response.status).toBe(200)
}

async function logIn(app: TestApp): Promise<Pair> {
  const response = await app.post('/login/', { username: 'ada', password: PASSWORD })
  expect(response.status).toBe(200)
  await app.settle()
  return response.json()
}

function bearer({ access }: Pair): { readonly Authorization: string } {
  return { Authorization: `Bearer ${access}` }
}

/** What follows a word in the newest mail. */
async function fromMail(app: TestApp, pattern: RegExp): Promise<readonly string[]> {
  await app.settle()
  const found = pattern.exec(app.mailbox.at(-1)?.text ?? '')
  if (found === null) throw new Error(`no ${pattern.source} in the newest mail`)
  return found.slice(1)
}

test('all that a login writes after its answer takes one round trip', async () => {
  const app = await createTestApp({
    env: { ...JWT, SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true' },
    users: [ada],
  })
  const { waited, total } = await app.costOf(() => logInUnsettled(app))
  expect(total.roundTrips - waited.roundTrips).toBe(1)
  const { db } = app.deps()
  expect(
    await db.select({ userAgent: refreshFamilies.userAgent }).from(refreshFamilies),
  ).toHaveLength(1)
  expect(await db.select({ kind: auditEvents.kind }).from(auditEvents)).toEqual([{ kind: 'login' }])
  expect(await db.select({ lastLoginAt: users.lastLoginAt }).from(users)).toEqual([
    { lastLoginAt: app.deps().now },
  ])
})

/** DRF’s scope counts in the same round trip. */
const RATED = { DEFAULT_THROTTLE_RATES: { dj_rest_auth: '9/m' } }

describe('JWT', () => {
  test('verifying an access token asks nothing', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { access } = await logIn(app)
    const ask = () => app.post('/token/verify/', { token: access })
    await expectCost(app, ask, { status: 200, roundTrips: 0 })
  })

  test('verifying a refresh token asks whether it was revoked', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { refresh } = await logIn(app)
    const ask = () => app.post('/token/verify/', { token: refresh })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('verifying a forged token asks nothing', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { refresh } = await logIn(app)
    const ask = () => app.post('/token/verify/', { token: `${refresh.slice(0, -4)}AAAA` })
    await expectCost(app, ask, { status: 401, roundTrips: 0 })
  })

  test('a refresh that rotates takes one', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { refresh } = await logIn(app)
    const ask = () => app.post('/token/refresh/', { refresh })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a refresh that does not rotate takes one', async () => {
    const env = { ...JWT, SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false' }
    const app = await createTestApp({ env, users: [ada] })
    const { refresh } = await logIn(app)
    const ask = () => app.post('/token/refresh/', { refresh })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a second refresh within the grace takes one', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { refresh } = await logIn(app)
    const ask = () => app.post('/token/refresh/', { refresh })
    expect((await ask()).status).toBe(200)
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a stolen refresh token costs one more: the login it stems from is ended', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { refresh } = await logIn(app)
    const ask = () => app.post('/token/refresh/', { refresh })
    const successor: Pair = await (await ask()).json()
    await app.post('/token/refresh/', { refresh: successor.refresh })
    app.clock.advance(60)
    await expectCost(app, ask, { status: 401, roundTrips: 2 })
  })

  test('reading the user takes one', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const headers = bearer(await logIn(app))
    const ask = () => app.request('/user/', { headers })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a forged access token takes none', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { access } = await logIn(app)
    const headers = { Authorization: `Bearer ${access.slice(0, -4)}AAAA` }
    const ask = () => app.request('/user/', { headers })
    await expectCost(app, ask, { status: 401, roundTrips: 0 })
  })

  test('a login takes one', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const ask = () => app.post('/login/', { username: 'ada', password: PASSWORD })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a registration takes one', async () => {
    const app = await createTestApp({ env: JWT })
    const ask = () => app.post('/registration/', registration('ada'))
    await expectCost(app, ask, { status: 201, roundTrips: 1 })
  })

  test.each([{}, RATED])('a logout by access token takes one (%j)', async (rates) => {
    const app = await createTestApp({ env: { ...JWT, ...rates }, users: [ada] })
    const { access, refresh } = await logIn(app)
    const headers = { Authorization: `Bearer ${access}` }
    const ask = () => app.post('/logout/', { refresh }, headers)
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a logout by cookies takes one, its session with it', async () => {
    const app = await createTestApp({
      env: {
        USE_JWT: 'true',
        JWT_AUTH_COOKIE: 'auth',
        JWT_AUTH_REFRESH_COOKIE: 'refresh',
        SESSION_LOGIN: 'true',
      },
      users: [ada],
    })
    const login = await app.post('/login/', { username: 'ada', password: PASSWORD })
    const headers = { Cookie: cookieHeaderOf(login), Origin: 'https://auth.example.com' }
    const ask = () => app.post('/logout/', undefined, headers)
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a logout by refresh token takes one', async () => {
    const app = await createTestApp({ env: JWT, users: [ada] })
    const { refresh } = await logIn(app)
    const ask = () => app.post('/logout/', { refresh })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })
})

describe('auth token', () => {
  test('reading the user takes one', async () => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.request('/user/', { headers: BY_TOKEN })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('an unknown token takes one', async () => {
    const app = await createTestApp({ users: [ada] })
    const headers = { Authorization: `Token ${'f'.repeat(40)}` }
    const ask = () => app.request('/user/', { headers })
    await expectCost(app, ask, { status: 401, roundTrips: 1 })
  })

  test('a stranger takes none', async () => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.request('/user/')
    await expectCost(app, ask, { status: 401, roundTrips: 0 })
  })

  test.each(['PUT', 'PATCH'])('%s of the user takes two', async (method) => {
    const app = await createTestApp({ users: [ada] })
    const body = JSON.stringify({ username: 'ada', first_name: 'Ada' })
    const headers = { ...BY_TOKEN, 'Content-Type': 'application/json' }
    const ask = () => app.request('/user/', { method, headers, body })
    await expectCost(app, ask, { status: 200, roundTrips: 2 })
  })

  test('a login with a known token takes one', async () => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.post('/login/', { username: 'ada', password: PASSWORD })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a login by address takes as much', async () => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.post('/login/', { email: ada.email, password: PASSWORD })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a login that makes a token takes two', async () => {
    const app = await createTestApp({ users: [aUser({ username: 'bob', password: PASSWORD })] })
    const ask = () => app.post('/login/', { username: 'bob', password: PASSWORD })
    await expectCost(app, ask, { status: 200, roundTrips: 2 })
  })

  test.each([
    ['a wrong password', { username: 'ada', password: 'wrong' }],
    ['an unknown name', { username: 'nobody', password: PASSWORD }],
    ['an unknown address', { email: 'nobody@example.com', password: PASSWORD }],
  ])('a login with %s takes one', async (_what, body) => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.post('/login/', body)
    await expectCost(app, ask, { status: 400, roundTrips: 1 })
  })

  test('a login without a password takes none', async () => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.post('/login/', { username: 'ada' })
    await expectCost(app, ask, { status: 400, roundTrips: 0 })
  })

  test('a login that opens a session takes two', async () => {
    const app = await createTestApp({ env: { SESSION_LOGIN: 'true' }, users: [ada] })
    const ask = () => app.post('/login/', { username: 'ada', password: PASSWORD })
    await expectCost(app, ask, { status: 200, roundTrips: 2 })
  })

  test('a registration takes one', async () => {
    const app = await createTestApp()
    const ask = () => app.post('/registration/', registration('ada'))
    await expectCost(app, ask, { status: 201, roundTrips: 1 })
  })

  test('a registration under a taken name takes one', async () => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.post('/registration/', registration('ADA'))
    await expectCost(app, ask, { status: 400, roundTrips: 1 })
  })

  test('a logout takes one', async () => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.post('/logout/', undefined, BY_TOKEN)
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test.each([{}, RATED])('a logout by session alone takes one (%j)', async (rates) => {
    const app = await createTestApp({ env: { SESSION_LOGIN: 'true', ...rates }, users: [ada] })
    const login = await app.post('/login/', { username: 'ada', password: PASSWORD })
    const headers = { Cookie: cookieHeaderOf(login), Origin: 'https://auth.example.com' }
    const ask = () => app.post('/logout/', undefined, headers)
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a logout that ends a session, too, takes one', async () => {
    const app = await createTestApp({ env: { SESSION_LOGIN: 'true' }, users: [ada] })
    const login = await app.post('/login/', { username: 'ada', password: PASSWORD })
    const headers = { ...BY_TOKEN, Cookie: cookieHeaderOf(login) }
    const ask = () => app.post('/logout/', undefined, headers)
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('a logout with an unknown token takes one more, to say what is wrong', async () => {
    const app = await createTestApp({ users: [ada] })
    const headers = { Authorization: `Token ${'f'.repeat(40)}` }
    const ask = () => app.post('/logout/', undefined, headers)
    await expectCost(app, ask, { status: 400, roundTrips: 2 })
  })
})

describe('password and e-mail', () => {
  test('a password change takes two', async () => {
    const app = await createTestApp({ users: [ada] })
    const body = { new_password1: NEW_PASSWORD, new_password2: NEW_PASSWORD }
    const ask = () => app.post('/password/change/', body, BY_TOKEN)
    await expectCost(app, ask, { status: 200, roundTrips: 2 })
  })

  test.each([
    ['a known address', ada.email],
    ['an unknown address', 'nobody@example.com'],
  ])('a password reset for %s takes one', async (_what, email) => {
    const app = await createTestApp({ users: [ada] })
    const ask = () => app.post('/password/reset/', { email })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('confirming a reset takes two', async () => {
    const app = await createTestApp({ users: [ada] })
    await app.post('/password/reset/', { email: ada.email })
    const [uid, token] = await fromMail(app, /reset\/confirm\/([^/]+)\/([^/]+)\//)
    const passwords = { new_password1: NEW_PASSWORD, new_password2: NEW_PASSWORD }
    const ask = () => app.post('/password/reset/confirm/', { uid, token, ...passwords })
    await expectCost(app, ask, { status: 200, roundTrips: 2 })
  })

  test.each([
    ['an unverified address', 'ada@example.com'],
    ['an unknown address', 'nobody@example.com'],
  ])('a new verification mail for %s takes one', async (_what, email) => {
    const app = await createTestApp({ users: [aUser({ username: 'ada', emailVerified: false })] })
    const ask = () => app.post('/registration/resend-email/', { email })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })

  test('verifying an address takes one', async () => {
    const app = await createTestApp()
    await app.post('/registration/', registration('ada'))
    const [key] = await fromMail(app, /account-confirm-email\/([^/]+)\//)
    const ask = () => app.post('/registration/verify-email/', { key })
    await expectCost(app, ask, { status: 200, roundTrips: 1 })
  })
})

function registration(username: string): Readonly<Record<string, string>> {
  return {
    username,
    email: `${username.toLowerCase()}@example.com`,
    password1: PASSWORD,
    password2: PASSWORD,
  }
}
