import { expect, test } from 'vitest'
import { cookieHeaderOf, memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

/**
 * Login CSRF: a page of another origin logs its visitor in as somebody else, refreshes with the visitor's cookie, or
 * logs the visitor out. What browsers send for a form: an Origin, and the content type of a form.
 */
const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const JWT = { USE_JWT: 'true' }
const REFRESH_ONLY = { ...JWT, JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const BOTH = { ...REFRESH_ONLY, JWT_AUTH_COOKIE: 'access' }
const NO_CSRF = { ...BOTH, JWT_AUTH_COOKIE_USE_CSRF: 'false' }
const EVIL = 'https://evil.example'
const APP = 'https://app.example'

function postForm(
  app: TestApp,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return app.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: EVIL, ...headers },
    body: new URLSearchParams(fields).toString(),
  })
}

/** The cookies of a login from the service's own page. */
async function cookiesOfLogin(app: TestApp): Promise<string> {
  const login = await app.post('login/', LOGIN, { Origin: 'https://auth.example.com' })
  expect(login.status).toBe(200)
  return cookieHeaderOf(login)
}

test.each([REFRESH_ONLY, BOTH, NO_CSRF, { SESSION_LOGIN: 'true' }])(
  'a foreign form logs nobody in: %j',
  async (env) => {
    const app = await createTestApp({ env, users: [aUser()] })
    const fields = { password1: 'c0rrect-Horse-9', password2: 'c0rrect-Horse-9' }
    for (const response of [
      await postForm(app, 'login/', LOGIN, {}),
      await postForm(app, 'login/', LOGIN, { Origin: 'null' }),
      await postForm(
        app,
        'registration/',
        { ...fields, username: 'bob', email: 'b@b.example' },
        {},
      ),
    ]) {
      expect(response.status).toBe(403)
      expect(response.headers.getSetCookie()).toEqual([])
    }
  },
)

test.each([REFRESH_ONLY, BOTH, NO_CSRF])('nor does it refresh by cookie: %j', async (env) => {
  const app = await createTestApp({ env, users: [aUser()] })
  const Cookie = await cookiesOfLogin(app)
  const foreign = await postForm(app, 'token/refresh/', {}, { Cookie })
  expect(foreign.status).toBe(403)
  expect(foreign.headers.getSetCookie()).toEqual([])
  const own = { Cookie, Origin: 'https://auth.example.com' }
  expect((await postForm(app, 'token/refresh/', {}, own)).status).toBe(200)
})

test('nor does it give its visitor a refresh token of its own', async () => {
  const env = { ...BOTH, JWT_AUTH_HTTPONLY: 'false' }
  const app = await createTestApp({ env, users: [aUser()] })
  const refresh = await memberOf(app.post('login/', LOGIN), 'refresh')
  const foreign = await postForm(app, 'token/refresh/', { refresh }, {})
  expect(foreign.status).toBe(403)
  expect(foreign.headers.getSetCookie()).toEqual([])
})

test.each([REFRESH_ONLY, BOTH, NO_CSRF])('nor does it log its visitor out: %j', async (env) => {
  const app = await createTestApp({ env, users: [aUser()] })
  const all = await cookiesOfLogin(app)
  // The access cookie has run out.
  const refresh = all.split('; ').filter((pair) => pair.startsWith('refresh='))
  for (const Cookie of [all, refresh.join('; ')]) {
    expect((await postForm(app, 'logout/', {}, { Cookie })).status).toBe(403)
  }
  const withoutAny = await postForm(app, 'logout/', {}, {})
  expect(withoutAny.headers.getSetCookie()).toEqual([])
  const own = { Cookie: all, Origin: 'https://auth.example.com' }
  expect((await postForm(app, 'token/refresh/', {}, own)).status).toBe(200)
})

test('where logins set no cookies a page of any origin logs in, and gets none, no known device either', async () => {
  const env = { ...JWT, JWT_AUTH_HTTPONLY: 'false' }
  const app = await createTestApp({ env, users: [aUser()] })
  const login = await app.post('login/', LOGIN, { Origin: APP })
  expect(login.status).toBe(200)
  expect(login.headers.getSetCookie()).toEqual([])
})

test('a client without cookies is served where others have some', async () => {
  const env = { ...BOTH, JWT_AUTH_HTTPONLY: 'false', CORS_ALLOWED_ORIGINS: APP }
  const app = await createTestApp({ env, users: [aUser()] })
  const login = await app.post('login/', LOGIN, { Origin: APP })
  expect(login.headers.getSetCookie()).toEqual([])
  const { access, refresh } = await login.json()
  const headers = { Origin: APP, Authorization: `Bearer ${access}` }
  expect((await app.request('user/', { headers })).status).toBe(200)
  const refreshed = await app.post('token/refresh/', { refresh }, { Origin: APP })
  expect(refreshed.status).toBe(200)
  expect(refreshed.headers.getSetCookie()).toEqual([])
  const again = await refreshed.json()
  const logout = await app.post('logout/', { refresh: again.refresh }, headers)
  expect(logout.status).toBe(200)
  expect(logout.headers.getSetCookie()).toEqual([])
  const dead = await app.post('token/refresh/', { refresh: again.refresh }, { Origin: APP })
  expect(dead.status).toBe(401)
})

test('the log says what lets a page in that CORS_ALLOWED_ORIGINS names', async () => {
  const cors = { CORS_ALLOWED_ORIGINS: APP, CORS_ALLOW_CREDENTIALS: 'true' }
  const app = await createTestApp({ env: { ...BOTH, ...cors }, users: [aUser()] })
  expect((await app.post('login/', LOGIN, { Origin: APP })).status).toBe(403)
  expect(app.log.at(-1)).toMatchObject({
    status: 403,
    hint: 'https://app.example is in CORS_ALLOWED_ORIGINS, but not in CSRF_TRUSTED_ORIGINS: add it there, too, and its logins and writes with cookies are believed',
  })
  const Cookie = await cookiesOfLogin(app)
  const headers = { Cookie, Origin: APP }
  expect((await app.request('user/', { method: 'PATCH', headers })).status).toBe(403)
  expect(app.log.at(-1)?.['hint']).toMatch(/^https:\/\/app\.example is in CORS_ALLOWED_ORIGINS/)
})

test('the log does not name a stranger’s page as one to let in', async () => {
  const app = await createTestApp({ env: BOTH, users: [aUser()] })
  await app.post('login/', LOGIN, { Origin: `https://evil.example/${'x'.repeat(1000)}` })
  const hint = String(app.log.at(-1)?.['hint'])
  expect(hint).toMatch(/if it is yours/)
  expect(hint.length).toBeLessThan(300)
})
