import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { requireUser } from '../../../src/guard/guard.ts'
import { answerOf, cookieHeaderOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { LOGIN, LOGIN_WAYS, PASSWORD } from '../../support/login-ways.ts'
import { FAY } from '../../support/providers/exchanges.ts'
import { REQUIRED_ENV } from '../../support/settings.ts'

const SHOP = 'https://api.shop.example'
const ADMIN = ['https://api.admin.example', 'https://reports.admin.example']
const CLIENTS = {
  shop: { aud: SHOP, iss: 'https://shop.example', sub: 'username' },
  admin: { aud: ADMIN, sub: 'email', origins: ['https://admin.example'] },
  plain: {},
}

const ON = {
  JWT_CLIENTS: JSON.stringify(CLIENTS),
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  ACCOUNT_RATE_LIMITS: 'false',
}

async function withAlice(env: Readonly<Record<string, unknown>> = {}): Promise<TestApp> {
  const alice = aUser({ username: 'alice', password: PASSWORD, email: FAY.email })
  return createTestApp({ env: { ...ON, ...env }, users: [alice] })
}

type Pair = { readonly access: string; readonly refresh: string }

async function pairOf(response: Response): Promise<Pair> {
  const { status, body } = await answerOf(response)
  expect([200, 201]).toContain(status)
  const { access, refresh } = body as Pair
  return { access, refresh }
}

async function logIn(app: TestApp, chosen: object, headers = {}): Promise<Pair> {
  return pairOf(await app.post('login/', { ...LOGIN, ...chosen }, headers))
}

function told(token: string) {
  const { aud, iss, sub, client_id } = decodeJwt(token)
  return { aud, iss, sub, client_id }
}

async function userStatus(app: TestApp, access: string): Promise<number> {
  const headers = { Authorization: `Bearer ${access}` }
  return (await app.request('user/', { headers })).status
}

const OF_SHOP = { aud: SHOP, iss: 'https://shop.example', sub: 'alice', client_id: 'shop' }
const OF_NOBODY = { aud: undefined, iss: undefined, sub: undefined, client_id: undefined }

test('without the setting a body that names a client changes nothing', async () => {
  const app = await withAlice({ JWT_CLIENTS: '' })
  const { access, refresh } = await logIn(app, { client_id: 'nobody' })
  expect([told(access), told(refresh)]).toEqual([OF_NOBODY, OF_NOBODY])
})

describe.each(Object.entries(LOGIN_WAYS))('by %s', (_way, { env, logIn: enter }) => {
  test('both tokens are those of the client that asks', async () => {
    const { access, refresh } = await pairOf(
      await enter(await withAlice(env), { client_id: 'shop' }),
    )
    const sub = decodeJwt(access).sub
    expect(told(access)).toEqual({ ...OF_SHOP, sub })
    expect(told(refresh)).toEqual({ ...OF_SHOP, sub })
    expect(['alice', 'bob']).toContain(sub)
  })

  test('a client that is not declared gets nothing', async () => {
    const app = await withAlice(env)
    const answers: unknown[] = []
    const post = app.post
    const watched: TestApp = {
      ...app,
      post: async (...sent) => {
        const response = await post(...sent)
        answers.push(await answerOf(response.clone()))
        return response
      },
    }
    await enter(watched, { client_id: 'shöp' }).catch(() => undefined)
    // No provider is asked.
    app.outside.setExchanges([])
    expect(answers).toContainEqual({
      status: 400,
      body: { client_id: ['"shöp" is not a valid choice.'] },
    })
  })
})

test.each(['__proto__', 'constructor', 'toString', 'Shop', ' shop x'])(
  '%j is no client',
  async (id) => {
    const app = await withAlice()
    const response = await app.post('login/', { ...LOGIN, client_id: id })
    expect([response.status, Object.keys((await response.json()) as object)]).toEqual([
      400,
      ['client_id'],
    ])
  },
)

test.each([{}, { client_id: '' }, { client_id: null }, { client_id: {} }, { client_id: 'shop\0' }])(
  '%j is a login for no client, whose tokens say what all say',
  async (chosen) => {
    const app = await withAlice({ SIMPLE_JWT_AUDIENCE: 'all', SIMPLE_JWT_ISSUER: 'us' })
    const { access } = await logIn(app, chosen)
    expect(told(access)).toEqual({ ...OF_NOBODY, aud: 'all', iss: 'us' })
    expect(await userStatus(app, access)).toBe(200)
  },
)

test('a client says what all say where it has nothing of its own', async () => {
  const app = await withAlice({ SIMPLE_JWT_AUDIENCE: 'all', JWT_CLAIMS: '{"sub": "pk"}' })
  const { access } = await logIn(app, { client_id: 'plain' })
  expect(told(access)).toEqual({ aud: 'all', iss: undefined, sub: '1', client_id: 'plain' })
})

test('the subject of a client is there however little else may be', async () => {
  const app = await withAlice({ JWT_CLAIMS: '{"mail": "email"}', JWT_CLAIMS_MAX_BYTES: '0' })
  const { access } = await logIn(app, { client_id: 'shop' })
  expect([told(access), decodeJwt(access)['mail']]).toEqual([OF_SHOP, undefined])
})

test('the service takes the tokens of every client, and of none', async () => {
  const app = await withAlice({ SIMPLE_JWT_AUDIENCE: 'all' })
  for (const client_id of ['shop', 'admin', 'plain', '']) {
    const { access } = await logIn(app, { client_id })
    expect({ client_id, status: await userStatus(app, access) }).toEqual({ client_id, status: 200 })
    expect((await app.post('token/verify/', { token: access })).status).toBe(200)
  }
})

test('a refresh goes on with what the client says, its subject read anew', async () => {
  const app = await withAlice()
  const { refresh } = await logIn(app, { client_id: 'admin' })
  const { access } = await logIn(app, { client_id: 'admin' })
  expect(told(access)).toMatchObject({ aud: ADMIN, sub: FAY.email, client_id: 'admin' })
  const { db } = app.deps()
  await db.run("update users set email = 'new@example.com'")
  const next = await pairOf(await app.post('token/refresh/', { refresh }))
  const expected = { aud: ADMIN, iss: undefined, sub: 'new@example.com', client_id: 'admin' }
  expect([told(next.access), told(next.refresh)]).toEqual([expected, expected])
})

describe('a refresh token of one client', () => {
  const REFUSED = { status: 401, body: { detail: 'Token is invalid', code: 'token_not_valid' } }

  test.each(['admin', 'plain', 'nobody'])('yields nothing to %s, and stays good', async (other) => {
    const app = await withAlice({ UNIFORM_JWT_ERRORS: 'false' })
    const { refresh } = await logIn(app, { client_id: 'shop' })
    const theirs = await app.post('token/refresh/', { refresh, client_id: other })
    expect(await answerOf(theirs)).toEqual(REFUSED)
    const own = await pairOf(await app.post('token/refresh/', { refresh, client_id: 'shop' }))
    expect(told(own.access)).toEqual(OF_SHOP)
  })

  test('that is for none yields nothing to any', async () => {
    const app = await withAlice({ UNIFORM_JWT_ERRORS: 'false' })
    const { refresh } = await logIn(app, {})
    const answer = await app.post('token/refresh/', { refresh, client_id: 'shop' })
    expect(await answerOf(answer)).toEqual(REFUSED)
  })

  test('yields nothing to a page of another, not even from the cookie that they share', async () => {
    const cookies = { JWT_AUTH_COOKIE: 'acc', JWT_AUTH_REFRESH_COOKIE: 'ref' }
    const app = await withAlice({
      ...cookies,
      JWT_AUTH_HTTPONLY: 'true',
      JWT_AUTH_COOKIE_USE_CSRF: 'false',
      CORS_ALLOWED_ORIGINS: 'https://admin.example,https://shop.example',
      CORS_ALLOW_CREDENTIALS: 'true',
      CSRF_TRUSTED_ORIGINS: 'https://admin.example,https://shop.example',
    })
    const Origin = 'https://admin.example'
    const login = await app.post('login/', LOGIN, { Origin })
    const Cookie = cookieHeaderOf(login)
    const theirs = await app.post('token/refresh/', {}, { Cookie, Origin: 'https://shop.example' })
    expect(theirs.status).toBe(401)
    const own = await app.post('token/refresh/', {}, { Cookie, Origin })
    expect(told(await memberOf(own, 'access'))).toMatchObject({ client_id: 'admin' })
  })
})

describe('a client with pages of its own', () => {
  test('is who asks from them, named or not', async () => {
    const app = await withAlice()
    for (const chosen of [{}, { client_id: 'admin' }]) {
      const { access } = await logIn(app, chosen, { Origin: 'https://admin.example' })
      expect(told(access)).toMatchObject({ client_id: 'admin', aud: ADMIN })
    }
  })

  test('is nobody who asks from others', async () => {
    const app = await withAlice()
    const from = (Origin: string) =>
      app.post('login/', { ...LOGIN, client_id: 'admin' }, { Origin })
    for (const origin of ['https://shop.example', 'https://admin.example.evil.example', 'null']) {
      expect(await answerOf(await from(origin))).toEqual({
        status: 403,
        body: { detail: 'You do not have permission to perform this action.' },
      })
    }
    // A program has no origin, and no page’s cookies.
    expect(told((await logIn(app, { client_id: 'admin' })).access)).toMatchObject({
      client_id: 'admin',
    })
  })

  test('may name another client that has none', async () => {
    const app = await withAlice()
    const { access } = await logIn(app, { client_id: 'shop' }, { Origin: 'https://admin.example' })
    expect(told(access)).toEqual(OF_SHOP)
  })
})

test('a client that is taken out takes its tokens with it; a changed one theirs', async () => {
  const app = await withAlice({ UNIFORM_JWT_ERRORS: 'false' })
  const shop = await logIn(app, { client_id: 'shop' })
  const { admin, plain } = CLIENTS
  for (const left of [
    { admin, plain },
    { admin, shop: { aud: 'https://new.example', iss: 'https://shop.example' } },
    { admin, shop: { aud: SHOP, iss: 'https://new.example' } },
  ]) {
    const later = await createTestApp({
      env: { ...ON, UNIFORM_JWT_ERRORS: 'false', JWT_CLIENTS: JSON.stringify(left) },
      data: 'kept',
    })
    expect(await userStatus(later, shop.access)).toBe(401)
    expect((await later.post('token/refresh/', { refresh: shop.refresh })).status).toBe(401)
    expect((await later.post('token/verify/', { token: shop.access })).status).toBe(401)
  }
})

test('a new password answers a pair of the client that the old one was of', async () => {
  const app = await withAlice()
  const { access } = await logIn(app, { client_id: 'shop' })
  const change = await app.post(
    'password/change/',
    { new_password1: 'another-horse-1', new_password2: 'another-horse-1' },
    { Authorization: `Bearer ${access}` },
  )
  expect(told((await pairOf(change)).access)).toEqual(OF_SHOP)
})

test('introspection tells for whom a token is', async () => {
  const secret = 'a secret of the other backend, long'
  const app = await withAlice({ INTROSPECTION_CLIENTS: JSON.stringify({ api: secret }) })
  const { access } = await logIn(app, { client_id: 'shop' })
  const headers = { Authorization: `Basic ${btoa(`api:${secret}`)}` }
  const { body } = await answerOf(await app.post('token/introspect/', { token: access }, headers))
  expect(body).toMatchObject({ active: true, ...OF_SHOP, user_id: '1', username: 'alice' })
})

describe('the guard of an API', () => {
  const secret = REQUIRED_ENV.SECRET_KEY

  async function statusAt(app: TestApp, access: string, options: object): Promise<unknown> {
    const request = new Request('https://api.example/', {
      headers: { Authorization: `Bearer ${access}` },
    })
    const now = () => app.deps().now.getTime()
    try {
      const user = await requireUser(request, { secret, now, ...options })
      return user.claims['client_id'] ?? 'none'
    } catch (error) {
      return Reflect.get(Object(error), 'status')
    }
  }

  test('takes the tokens of its own clients, and of nobody else', async () => {
    const app = await withAlice()
    const tokens = {
      shop: (await logIn(app, { client_id: 'shop' })).access,
      admin: (await logIn(app, { client_id: 'admin' })).access,
      none: (await logIn(app, {})).access,
    }
    const guards = {
      shop: { audience: SHOP, issuer: 'https://shop.example' },
      admin: { audience: ADMIN[1] },
      both: { audience: [SHOP, 'https://api.admin.example'] },
      none: {},
    }
    const seen = Object.fromEntries(
      await Promise.all(
        Object.entries(guards).map(async ([name, options]) => [
          name,
          await Promise.all(
            Object.values(tokens).map(async (token) => statusAt(app, token, options)),
          ),
        ]),
      ),
    ) as object
    expect(seen).toEqual({
      shop: ['shop', 401, 401],
      admin: [401, 'admin', 401],
      both: ['shop', 'admin', 401],
      none: [401, 401, 'none'],
    })
  })
})

test('the description of the API has the field where there are clients', async () => {
  for (const [env, isThere] of [
    [{}, true],
    [{ JWT_CLIENTS: '' }, false],
  ] as const) {
    const app = await withAlice(env)
    const text = await (await app.request('openapi.json')).text()
    expect(text.includes('client_id')).toBe(isThere)
  }
})
