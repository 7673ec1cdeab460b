import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

/** What known clients of dj-rest-auth send and read, as docs/clients.md tells of them. */

const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const JWT = { USE_JWT: 'true' }
const HEADERS = { ...JWT, JWT_AUTH_HTTPONLY: 'false' }
const COOKIES = { ...JWT, JWT_AUTH_COOKIE: 'access', JWT_AUTH_REFRESH_COOKIE: 'refresh' }

type Body = Readonly<Record<string, unknown>>

async function bodyOf(response: Response): Promise<Body> {
  const body: Body = await response.json()
  return body
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

async function loggedIn(env: Readonly<Record<string, unknown>>): Promise<[TestApp, Response]> {
  const app = await createTestApp({ env, users: [aUser()] })
  const response = await app.post('login/', LOGIN)
  expect(response.status).toBe(200)
  return [app, response]
}

test('sites that read the names of dj-rest-auth 2 find them in logins and refreshes', async () => {
  const [app, response] = await loggedIn({ ...HEADERS, JWT_AUTH_LEGACY_FIELDS: 'true' })
  const login = await bodyOf(response)
  expect(login['access_token']).toBe(login['access'])
  expect(login['refresh_token']).toBe(login['refresh'])
  const refreshed = await bodyOf(await app.post('token/refresh/', { refresh: login['refresh'] }))
  expect(refreshed['access_token']).toBe(refreshed['access'])
  expect(refreshed['refresh_token']).toBe(refreshed['refresh'])
})

test('the names of dj-rest-auth 2 do not give away what HttpOnly cookies hide', async () => {
  const [app, response] = await loggedIn({ ...COOKIES, JWT_AUTH_LEGACY_FIELDS: 'true' })
  expect((await bodyOf(response))['refresh_token']).toBe('')
  const refreshed = await app.post('token/refresh/', {}, { Cookie: cookiesOf(response) })
  expect(await bodyOf(refreshed)).not.toHaveProperty('refresh_token')
})

test.each([
  ['an empty multipart form', { 'Content-Type': 'multipart/form-data; boundary=x' }, '--x--\r\n'],
  ['multipart without any body', { 'Content-Type': 'multipart/form-data; boundary=x' }, ''],
  ['no body and no content type', {}, undefined],
  ['an empty form', { 'Content-Type': 'application/x-www-form-urlencoded' }, ''],
])('%s logs out and refreshes by cookie', async (_name, headers, body) => {
  const [app, login] = await loggedIn(COOKIES)
  const post = (path: string, cookie: string) =>
    app.request(path, {
      method: 'POST',
      headers: { ...headers, Cookie: cookie, Origin: 'https://auth.example.com' },
      ...(body === undefined ? {} : { body }),
    })
  const refreshed = await post('token/refresh/', cookiesOf(login))
  expect(refreshed.status).toBe(200)
  expect((await post('logout/', cookiesOf(refreshed))).status).toBe(200)
  expect((await post('token/refresh/', cookiesOf(refreshed))).status).toBe(401)
})

test('an axios page of another origin may ask, write, and read what it was answered', async () => {
  const Origin = 'https://app.example.net'
  const app = await createTestApp({
    env: {
      ...COOKIES,
      CORS_ALLOWED_ORIGINS: Origin,
      CORS_ALLOW_CREDENTIALS: 'true',
      CSRF_TRUSTED_ORIGINS: Origin,
      JWT_AUTH_SAMESITE: 'None',
    },
    users: [aUser()],
  })
  const preflight = await app.request('login/', {
    method: 'OPTIONS',
    headers: {
      Origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,x-csrftoken',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe(Origin)
  expect(preflight.headers.get('access-control-allow-credentials')).toBe('true')
  const accept = { Origin, Accept: 'application/json, text/plain, */*' }
  const login = await app.post('login/', LOGIN, accept)
  expect(login.status).toBe(200)
  expect(login.headers.get('content-type')).toBe('application/json')
  expect(login.headers.get('access-control-allow-origin')).toBe(Origin)
  for (const line of login.headers
    .getSetCookie()
    .filter((one) => /^(?:access|refresh)=/.test(one))) {
    expect(line).toMatch(/HttpOnly.*SameSite=None; Secure/)
  }
  const changed = await app.request('user/', {
    method: 'PATCH',
    headers: { ...accept, 'Content-Type': 'application/json', Cookie: cookiesOf(login) },
    body: '{"first_name": "Alice"}',
  })
  expect(changed.status).toBe(200)
})

test('a server that logs people in for itself (next-auth) needs neither Origin nor cookies', async () => {
  const [app, login] = await loggedIn(HEADERS)
  const { access, refresh, user } = await bodyOf(login)
  expect(user).toMatchObject({ pk: 1, username: 'alice' })
  const stale = { Authorization: 'Bearer stale.access.token' }
  const refreshed = await bodyOf(await app.post('token/refresh/', { refresh }, stale))
  expect(refreshed['access']).not.toBe(access)
  expect(refreshed).toHaveProperty('refresh')
  expect(refreshed).toHaveProperty('access_expiration')
})

test('a form that posts one object to registration and to login is taken by both', async () => {
  const app = await createTestApp({ env: HEADERS })
  const form = {
    username: 'bob',
    email: 'bob@example.com',
    password: 'first-horse-staple',
    password1: 'first-horse-staple',
    password2: 'first-horse-staple',
    remember: true,
  }
  expect((await app.post('registration/', form)).status).toBe(201)
  expect((await app.post('login/', form)).status).toBe(200)
})
