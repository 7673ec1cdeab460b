import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const ENV = {
  USE_JWT: 'true',
  JWT_AUTH_COOKIE: 'access',
  JWT_AUTH_REFRESH_COOKIE: 'refresh',
  CSRF_TRUSTED_ORIGINS: 'https://app.example.net',
}
const TRUSTED = { Origin: 'https://app.example.net' }
const LOGIN = { username: 'alice', password: 'right-horse-staple' }

/** Logs in, and answers how a page with that cookie writes. */
async function writer(
  app: TestApp,
): Promise<(headers: Record<string, string>) => Promise<Response>> {
  const login = await app.post('login/', LOGIN, TRUSTED)
  const cookies = login.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
  const access = cookies.find((pair) => pair.startsWith('access=')) ?? ''
  return (headers) =>
    app.request('user/', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', Cookie: access, ...headers },
      body: '{"first_name": "Alice"}',
    })
}

test('a page of a trusted origin writes by cookie without a token that it cannot read', async () => {
  const app = await createTestApp({ env: ENV, users: [aUser()] })
  const write = await writer(app)
  expect((await write(TRUSTED)).status).toBe(200)
  expect((await write({ Origin: 'https://auth.example.com' })).status).toBe(200)
})

test.each(['https://evil.example.net', 'null', 'https://app.example.net.evil.net'])(
  'a page of %s does not',
  async (origin) => {
    const app = await createTestApp({ env: ENV, users: [aUser()] })
    const write = await writer(app)
    const response = await write({ Origin: origin })
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      detail: `CSRF Failed: Origin checking failed - ${origin} does not match any trusted origins.`,
    })
  },
)

test('without an Origin a token is needed', async () => {
  const app = await createTestApp({ env: ENV, users: [aUser()] })
  const write = await writer(app)
  const response = await write({ Referer: 'https://app.example.net/' })
  expect(response.status).toBe(403)
  expect(await response.json()).toEqual({ detail: 'CSRF Failed: CSRF cookie not set.' })
})

test('exact wants the token all the same, as Django does', async () => {
  const app = await createTestApp({
    env: { ...ENV, DJANGO_COMPATIBILITY: 'exact', JWT_AUTH_COOKIE_USE_CSRF: 'true' },
    users: [aUser()],
  })
  const write = await writer(app)
  const response = await write(TRUSTED)
  expect(response.status).toBe(403)
  expect(await response.json()).toEqual({ detail: 'CSRF Failed: CSRF cookie not set.' })
})
