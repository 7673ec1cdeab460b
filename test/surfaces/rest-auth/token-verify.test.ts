import { describe, expect, test } from 'vitest'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, memberOf, signTestToken } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ALICE = { username: 'alice', password: 'right-horse-staple' }
const GOOD = { status: 200, body: {} }
const REFUSED = {
  status: 401,
  body: { detail: 'Token is invalid or expired', code: 'token_not_valid' },
}

async function withAlice(env: Record<string, unknown> = {}): Promise<TestApp> {
  const whole = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ...env }
  return createTestApp({ env: whole, users: [aUser()] })
}

async function loginPair(app: TestApp): Promise<{ access: string; refresh: string }> {
  const login = await app.post('login/', ALICE)
  const refresh = await memberOf(login.clone(), 'refresh')
  return { access: await memberOf(login, 'access'), refresh }
}

test('passes good tokens of either type', async () => {
  const app = await withAlice()
  const { access, refresh } = await loginPair(app)
  expect(await answerOf(app.post('token/verify/', { token: access }))).toEqual(GOOD)
  expect(await answerOf(app.post('token/verify/', { token: refresh }))).toEqual(GOOD)
})

test('checks an access token without asking the database', async () => {
  const app = await withAlice()
  const { access } = await loginPair(app)
  const cost = await app.costOf(() => app.post('token/verify/', { token: access }))
  expect(cost.waited).toEqual({ roundTrips: 0, statements: 0 })
})

test('refuses tokens whose time is over', async () => {
  const app = await withAlice()
  const { access, refresh } = await loginPair(app)
  app.clock.advance(300)
  expect(await answerOf(app.post('token/verify/', { token: access }))).toEqual(REFUSED)
  expect(await answerOf(app.post('token/verify/', { token: refresh }))).toEqual(GOOD)
  app.clock.advance(86_100)
  expect(await answerOf(app.post('token/verify/', { token: refresh }))).toEqual(REFUSED)
})

test('refuses a refresh token after logout', async () => {
  const app = await withAlice()
  const { refresh } = await loginPair(app)
  await app.post('logout/', { refresh })
  expect(await answerOf(app.post('token/verify/', { token: refresh }))).toEqual(REFUSED)
})

test.each(['nonsense', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.'])(
  'refuses the token %j',
  async (token) => {
    const app = await withAlice()
    expect(await answerOf(app.post('token/verify/', { token }))).toEqual(REFUSED)
  },
)

test('refuses what somebody else has signed', async () => {
  const app = await withAlice()
  const exp = app.clock.now().getTime() / 1000 + 60
  const claims = { token_type: 'access', exp, jti: 'x', user_id: '1' }
  const own = await signTestToken(app.settings, claims)
  const forged = await signTestToken(
    app.settings,
    claims,
    'another-secret-key-of-more-than-32-bytes',
  )
  expect(await answerOf(app.post('token/verify/', { token: own }))).toEqual(GOOD)
  expect(await answerOf(app.post('token/verify/', { token: forged }))).toEqual(REFUSED)
})

test('challenges with the JWT scheme', async () => {
  const app = await withAlice()
  const response = await app.post('token/verify/', { token: 'x' })
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="api"')
})

test('does not look at credentials', async () => {
  const app = await withAlice()
  const { access } = await loginPair(app)
  const headers = { Authorization: 'Bearer stale' }
  expect(await answerOf(app.post('token/verify/', { token: access }, headers))).toEqual(GOOD)
})

test.each([
  [{}, ['This field is required.']],
  [{ token: '' }, ['This field may not be blank.']],
  [{ token: null }, ['This field may not be null.']],
  [{ token: {} }, ['Not a valid string.']],
])('refuses the fields %j', async (body, token) => {
  const app = await withAlice()
  expect(await answerOf(app.post('token/verify/', body))).toEqual({ status: 400, body: { token } })
})

test('without USE_JWT the URL does not exist', async () => {
  const app = await withAlice({ USE_JWT: 'false' })
  expect(await answerOf(app.post('token/verify/', { token: 'x' }))).toEqual({
    status: 404,
    body: { detail: 'Not found.' },
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await withAlice()
  const response = await app.request('token/verify/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const app = await withAlice()
  const { access } = await loginPair(app)
  expect(await answerOf(app.post('token/verify', { token: access }))).toEqual(GOOD)
})

describe('TOKEN_VERIFY_CHECKS_LOGIN', () => {
  const CHECKS = { TOKEN_VERIFY_CHECKS_LOGIN: 'true' }
  const verify = (app: TestApp, token: string) => answerOf(app.post('token/verify/', { token }))

  test('passes good tokens of either type, for one round trip', async () => {
    const app = await withAlice(CHECKS)
    const { access, refresh } = await loginPair(app)
    for (const token of [access, refresh]) {
      expect(await verify(app, token)).toEqual(GOOD)
      const { waited } = await app.costOf(() => verify(app, token))
      expect(waited.roundTrips).toBe(1)
    }
  })

  const endings: Record<string, (app: TestApp, access: string, refresh: string) => unknown> = {
    'logout/all/': (app, access) =>
      app.post('logout/all/', {}, { Authorization: `Bearer ${access}` }),
    'logout/': (app, access) => app.post('logout/', {}, { Authorization: `Bearer ${access}` }),
    deactivation: (app) => app.deps().db.update(users).set({ isActive: false }),
    deletion: (app) => app.deps().db.delete(users),
  }

  test.each(Object.entries(endings))('after %s neither is good', async (_, end) => {
    for (const [setting, expected] of [
      ['true', REFUSED],
      ['false', GOOD],
    ] as const) {
      const app = await withAlice({ TOKEN_VERIFY_CHECKS_LOGIN: setting })
      const { access, refresh } = await loginPair(app)
      await app.settle()
      await end(app, access, refresh)
      await app.settle()
      expect(await verify(app, access)).toEqual(expected)
      if (setting === 'true') expect(await verify(app, refresh)).toEqual(REFUSED)
    }
  })

  test('a refresh token that was traded in is not good, its successor is', async () => {
    const app = await withAlice(CHECKS)
    const { refresh } = await loginPair(app)
    const next = await memberOf(app.post('token/refresh/', { refresh }), 'refresh')
    expect(await verify(app, refresh)).toEqual(REFUSED)
    expect(await verify(app, next)).toEqual(GOOD)
  })

  test('exact: the same in its words', async () => {
    const app = await withAlice({ ...CHECKS, DJANGO_COMPATIBILITY: 'exact' })
    const { access } = await loginPair(app)
    expect(await verify(app, access)).toEqual(GOOD)
    await app.deps().db.update(users).set({ isActive: false })
    expect(await verify(app, access)).toEqual({
      status: 401,
      body: { detail: 'Token is blacklisted', code: 'token_not_valid' },
    })
  })

  test('a token of nobody is not good', async () => {
    const app = await withAlice(CHECKS)
    const exp = app.clock.now().getTime() / 1000 + 60
    const token = await signTestToken(app.settings, { token_type: 'access', exp, jti: 'x' })
    expect(await verify(app, token)).toEqual(REFUSED)
  })
})
