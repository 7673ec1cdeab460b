import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const FRONTEND = 'https://app.example'
const EVIL = 'https://evil.example'
const CROSS_SITE = {
  USE_JWT: 'true',
  JWT_AUTH_COOKIE: '__Host-access',
  JWT_AUTH_REFRESH_COOKIE: '__Host-refresh',
  JWT_AUTH_SAMESITE: 'None',
  JWT_AUTH_PARTITIONED: 'true',
  CSRF_COOKIE_SAMESITE: 'None',
  CORS_ALLOWED_ORIGINS: FRONTEND,
  CORS_ALLOW_CREDENTIALS: 'true',
  CSRF_TRUSTED_ORIGINS: FRONTEND,
}

function logIn(app: TestApp, headers: HeadersInit = {}): Promise<Response> {
  return app.post('/login/', { username: 'alice', password: 'right-horse-staple' }, headers)
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

test('a preflight is answered without any round trip, and may be kept for a day', async () => {
  const app = await createTestApp({ env: CROSS_SITE })
  let response: Response | undefined
  const cost = await app.costOf(async () => {
    response = await app.request('/login/', {
      method: 'OPTIONS',
      headers: {
        Origin: FRONTEND,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type, x-csrftoken',
      },
    })
  })
  expect(cost.total).toEqual({ roundTrips: 0, statements: 0 })
  expect(response?.status).toBe(204)
  expect(Object.fromEntries(response?.headers ?? [])).toMatchObject({
    'access-control-allow-origin': FRONTEND,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'DELETE, GET, OPTIONS, PATCH, POST, PUT',
    'access-control-max-age': '86400',
    vary: 'Origin',
  })
  expect(response?.headers.get('access-control-allow-headers')).toContain('x-csrftoken')
})

test('scripts of other origins read nothing', async () => {
  const app = await createTestApp({ env: CROSS_SITE, users: [aUser()] })
  for (const origin of [EVIL, 'null', `${FRONTEND}.evil.example`, 'http://app.example']) {
    const response = await app.request('/user/', { headers: { Origin: origin } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    expect(response.headers.get('vary')).toContain('Origin')
  }
})

test('credentials for every origin are refused at the start', async () => {
  const env = { CORS_ALLOW_ALL_ORIGINS: 'true', CORS_ALLOW_CREDENTIALS: 'true' }
  await expect(createTestApp({ env })).rejects.toThrow('cannot both be on')
})

test('every write by cookie wants a CSRF token or a trusted origin', async () => {
  const app = await createTestApp({ env: CROSS_SITE, users: [aUser()] })
  const login = await logIn(app, { Origin: FRONTEND })
  expect(login.status).toBe(200)
  await app.settle()
  const cookie = cookiesOf(login)
  const writes = [
    ['PUT', '/user/', { username: 'ada' }],
    ['PATCH', '/user/', { first_name: 'Ada' }],
    ['POST', '/password/change/', {}],
    ['POST', '/logout/', {}],
    ['POST', '/token/refresh/', {}],
    ['POST', '/logout/all/', {}],
    ['DELETE', '/sessions/', {}],
  ] as const
  for (const [method, path, body] of writes) {
    const response = await app.request(path, {
      method,
      headers: { Cookie: cookie, Origin: EVIL, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect([method, path, response.status]).toEqual([method, path, 403])
    expect(response.headers.getSetCookie()).toEqual([])
  }
  const own = await app.post('/token/refresh/', {}, { Cookie: cookie, Origin: FRONTEND })
  expect(own.status).toBe(200)
})

test('a page of another origin cannot log its visitors in', async () => {
  for (const env of [CROSS_SITE, { SESSION_LOGIN: 'true' }]) {
    const app = await createTestApp({ env, users: [aUser()] })
    const forged = await logIn(app, { Origin: EVIL })
    expect(forged.status).toBe(403)
    expect(forged.headers.getSetCookie()).toEqual([])
    expect((await logIn(app)).status).toBeLessThan(300)
  }
})

test('cookies are HttpOnly, Secure, partitioned and bound to the host when asked', async () => {
  const app = await createTestApp({ env: CROSS_SITE, users: [aUser()] })
  const login = await logIn(app)
  const [access, refresh, csrf] = login.headers.getSetCookie()
  for (const cookie of [access, refresh]) {
    expect(cookie).toMatch(
      /^__Host-(access|refresh)=\S+; expires=.*; HttpOnly; Max-Age=\d+; Path=\/; SameSite=None; Secure; Partitioned$/,
    )
  }
  expect(csrf).toMatch(/^csrftoken=.*; SameSite=None; Secure; Partitioned$/)
})

const TRUST = { MFA_ENABLED: 'true', MFA_TRUST_ENABLED: 'true' }

test('cookie names that browsers would drop are refused at the start', async () => {
  const faults = [
    [{ JWT_AUTH_COOKIE: '__Host-a', JWT_AUTH_SECURE: 'false' }, 'JWT_AUTH_COOKIE __Host-a needs'],
    [{ JWT_AUTH_COOKIE: '__Host-a', JWT_AUTH_COOKIE_DOMAIN: 'example.com' }, 'no domain'],
    [{ JWT_AUTH_REFRESH_COOKIE: '__Host-r', JWT_AUTH_REFRESH_COOKIE_PATH: '/x' }, 'the path /'],
    [{ JWT_AUTH_COOKIE: '__Secure-a', JWT_AUTH_SECURE: 'false' }, 'needs the Secure attribute'],
    [{ JWT_AUTH_PARTITIONED: 'true', JWT_AUTH_SECURE: 'false' }, 'JWT_AUTH_PARTITIONED needs'],
    [{ SESSION_COOKIE_NAME: '__Host-s', SESSION_COOKIE_SECURE: 'false' }, 'SESSION_COOKIE_NAME'],
    [{ KNOWN_DEVICE_COOKIE: 'a b' }, 'KNOWN_DEVICE_COOKIE must be a cookie name'],
    [{ ...TRUST, MFA_TRUST_COOKIE_NAME: 'a;b' }, 'MFA_TRUST_COOKIE_NAME must be a cookie name'],
    [
      { ...TRUST, MFA_TRUST_COOKIE_NAME: '__Host-t', SESSION_COOKIE_DOMAIN: 'a.example' },
      'no domain',
    ],
    [{ ...TRUST, MFA_TRUST_COOKIE_NAME: '__Host-t', MFA_TRUST_COOKIE_PATH: '/x' }, 'the path /'],
    [{ ...TRUST, MFA_TRUST_COOKIE_NAME: 'sessionid', SESSION_LOGIN: 'true' }, 'a name of its own'],
    [
      { ...TRUST, MFA_TRUST_COOKIE_SAMESITE: 'None', SESSION_COOKIE_SECURE: 'false' },
      'MFA_TRUST_COOKIE_SAMESITE "None" needs MFA_TRUST_COOKIE_SECURE',
    ],
    [{ ...TRUST, MFA_TRUST_COOKIE_DOMAIN: 'https://a.example' }, 'MFA_TRUST_COOKIE_DOMAIN'],
    [{ ...TRUST, MFA_TRUST_COOKIE_PATH: 'x; y' }, 'MFA_TRUST_COOKIE_PATH'],
  ] as const
  for (const [env, message] of faults) {
    await expect(createTestApp({ env })).rejects.toThrow(message)
  }
})

test('no answer is kept, framed, sniffed or run', async () => {
  const app = await createTestApp({ users: [aUser()] })
  const answers = [
    await logIn(app),
    await app.post('/login/', { username: 'alice', password: 'guess' }),
    await app.request('/user/'),
    await app.request('/nowhere/'),
    await app.request('/login/', { method: 'DELETE' }),
  ]
  for (const { headers } of answers) {
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  }
})
