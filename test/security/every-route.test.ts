import { describe, expect, test } from 'vitest'
import { isSafeMethod } from '../../src/web/csrf.ts'
import { cookieHeaderOf } from '../support/answer.ts'
import { aUser, createTestApp } from '../support/app.ts'
import { everythingIn } from '../support/everything.ts'
import { EVERY_ROUTE, everyMethod } from '../support/every-route.ts'

/** What holds for every endpoint, those to come among them: they are read of the table of routes. */
const OWN = 'https://auth.example.com'
const EVIL = 'https://evil.example'
const SIBLING = 'https://shop.example.com'
const LOGIN = { username: 'alice', password: 'right-horse-staple' }

const BY_COOKIE = {
  'JWT cookies': {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    JWT_AUTH_SAMESITE: 'None',
    CSRF_COOKIE_SAMESITE: 'None',
  },
  sessions: { SESSION_LOGIN: 'true', SESSION_COOKIE_SAMESITE: 'None' },
}

/** The three types that a form sends, and whatever scripts send without being asked about (CORS). */
const FORMS: Readonly<Record<string, string>> = {
  'application/x-www-form-urlencoded': 'password=right-horse-staple&name=x&email=e%40evil.example',
  'multipart/form-data; boundary=b':
    '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--',
  'text/plain': '{"password": "right-horse-staple", "name": "x", "email": "e@evil.example"}',
}

async function signedIn(env: Readonly<Record<string, unknown>>) {
  const app = await createTestApp({
    env: { ...EVERY_ROUTE, ACCOUNT_RATE_LIMITS: 'false', ...env },
    users: [aUser()],
  })
  const login = await app.post('login/', LOGIN, { Origin: OWN })
  expect(login.status).toBe(200)
  await app.settle()
  return { app, Cookie: cookieHeaderOf(login) }
}

describe.each(Object.entries(BY_COOKIE))('where %s say who is calling', (_name, env) => {
  test('a page of another origin changes nothing and gets no cookie, by any method of any endpoint', async () => {
    const { app, Cookie } = await signedIn(env)
    const before = await everythingIn(app, ['audit_events'])
    const letIn: unknown[] = []
    for (const { method, path, access } of await everyMethod(app)) {
      if (isSafeMethod(method)) continue
      for (const Origin of [EVIL, SIBLING, 'null']) {
        for (const [type, body] of Object.entries(FORMS)) {
          const headers = { Cookie, Origin, 'Content-Type': type }
          const response = await app.request(path, { method, headers, body })
          const isServed = response.status < 400 && access === 'authenticated'
          if (isServed || response.headers.getSetCookie().length > 0) {
            letIn.push([method, path, Origin, type, response.status])
          }
        }
      }
    }
    expect(letIn).toEqual([])
    expect(await everythingIn(app, ['audit_events'])).toBe(before)
    const headers = { Cookie, Origin: OWN, 'Content-Type': 'application/x-www-form-urlencoded' }
    const own = await app.request('user/', { method: 'PATCH', headers, body: 'first_name=Ada' })
    expect(own.status).toBe(200)
    expect(await everythingIn(app, ['audit_events'])).not.toBe(before)
  })

  test('nor by a method that is to change nothing', async () => {
    const { app, Cookie } = await signedIn(env)
    const before = await everythingIn(app, ['audit_events'])
    for (const { path } of await everyMethod(app)) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        if (path === 'logout/') continue
        await app.request(path, { method, headers: { Cookie, 'Sec-Fetch-Site': 'cross-site' } })
      }
    }
    expect(await everythingIn(app, ['audit_events'])).toBe(before)
  })

  test('no answer is kept by caches, or shown to scripts of another origin', async () => {
    const { app, Cookie } = await signedIn(env)
    const wrong: unknown[] = []
    for (const { method, path } of await everyMethod(app)) {
      for (const headers of [{ Cookie, Origin: OWN }, { Cookie, Origin: EVIL }, {}]) {
        const body = isSafeMethod(method) ? {} : { body: '{}' }
        const init = {
          method,
          headers: { 'Content-Type': 'application/json', ...headers },
          ...body,
        }
        const response = await app.request(path, init)
        const { headers: answered } = response
        const isFine =
          answered.get('cache-control') === 'no-store' &&
          answered.get('x-content-type-options') === 'nosniff' &&
          answered.get('access-control-allow-origin') === null &&
          (answered.get('vary') ?? '').includes('Cookie')
        if (!isFine) wrong.push([method, path, response.status, Object.fromEntries(answered)])
      }
    }
    expect(wrong).toEqual([])
  })
})
