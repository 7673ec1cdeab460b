import { describe, expect, test } from 'vitest'
import { authenticate, authenticationClasses, challenge } from '../../src/web/authentication.ts'
import { ApiError } from '../../src/web/errors.ts'
import { cookieHeaderOf, memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { inEnglish } from '../support/english.ts'
import { settingsOf } from '../support/settings.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { username: 'alice', password: 'right-horse-staple' }

async function found(
  app: TestApp,
  headers: Record<string, string>,
  unproven: { method: string; unprovenJwtCookie: 'refused' | 'ignored' } = {
    method: 'GET',
    unprovenJwtCookie: 'refused',
  },
): Promise<unknown> {
  const request = new Request('https://auth.example.com/', { method: unproven.method, headers })
  const { unprovenJwtCookie } = unproven
  try {
    const caller = await authenticate(app.deps(), {
      request,
      formToken: () => Promise.resolve(''),
      unprovenJwtCookie,
    })
    if (caller.kind === 'anonymous') return caller
    return { kind: caller.kind, by: caller.by, username: caller.user.username }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { status: error.status, body: inEnglish(error.body), headers: error.headers }
  }
}

const ANONYMOUS = { kind: 'anonymous', hasDeadSession: false }

describe('which ways there are', () => {
  test.each([
    [{}, ['token', 'session'], 'Token'],
    [{ USE_JWT: 'true' }, ['jwt'], 'Bearer realm="api"'],
    [{ USE_JWT: 'true', SIMPLE_JWT_AUTH_HEADER_TYPES: 'JWT,Bearer' }, ['jwt'], 'JWT realm="api"'],
    [
      { DEFAULT_AUTHENTICATION_CLASSES: 'SessionAuthentication', SESSION_LOGIN: 'true' },
      ['session'],
      undefined,
    ],
    [
      { DEFAULT_AUTHENTICATION_CLASSES: 'TokenAuthentication,JWTCookieAuthentication' },
      ['token', 'jwt'],
      'Token',
    ],
  ])('%j', (env, classes, first) => {
    const settings = settingsOf(env)
    expect(authenticationClasses(settings)).toEqual(classes)
    expect(challenge(settings)).toBe(first)
  })
})

describe('a token', () => {
  const withAlice = () => createTestApp({ users: [aUser({ tokenKey: KEY })] })

  test.each(['Token', 'token', 'TOKEN'])('is found behind %s', async (word) => {
    const app = await withAlice()
    expect(await found(app, { Authorization: `${word} ${KEY}` })).toEqual({
      kind: 'user',
      by: 'token',
      username: 'alice',
    })
  })

  test.each(['', ' ', 'Basic YTpi', `Bearer ${KEY}`, KEY])('is not in %j', async (header) => {
    const app = await withAlice()
    expect(await found(app, { Authorization: header })).toEqual(ANONYMOUS)
  })

  test('that is wrong is an error, whatever else is there', async () => {
    const app = await withAlice()
    expect(await found(app, { Authorization: 'Token x', Cookie: 'sessionid=x' })).toEqual({
      status: 401,
      body: { detail: 'Invalid token.' },
      headers: { 'WWW-Authenticate': 'Token' },
    })
  })
})

describe('a session', () => {
  async function withSession(env: Record<string, unknown> = {}) {
    const base = { SESSION_LOGIN: 'true', KNOWN_DEVICE_COOKIE: '' }
    const app = await createTestApp({ env: { ...base, ...env }, users: [aUser()] })
    const Cookie = cookieHeaderOf(await app.post('login/', ALICE))
    return { app, Cookie }
  }

  test('is found by its cookie', async () => {
    const { app, Cookie } = await withSession()
    expect(await found(app, { Cookie })).toEqual({
      kind: 'user',
      by: 'session',
      username: 'alice',
    })
  })

  test('ends in time', async () => {
    const { app, Cookie } = await withSession({ SESSION_COOKIE_AGE: '60' })
    app.clock.advance(61)
    expect(await found(app, { Cookie })).toEqual({ kind: 'anonymous', hasDeadSession: true })
  })

  test('that nobody opened is dead', async () => {
    const { app } = await withSession()
    expect(await found(app, { Cookie: `sessionid=${'x'.repeat(32)}` })).toEqual({
      kind: 'anonymous',
      hasDeadSession: true,
    })
  })

  test('outlives a change of SECRET_KEY while the old one is a fallback', async () => {
    const old = 'an-older-secret-key-of-more-than-32-bytes'
    const { Cookie } = await withSession({ SECRET_KEY: old })
    const kept = await createTestApp({ env: { SECRET_KEY_FALLBACKS: old }, data: 'kept' })
    expect(await found(kept, { Cookie })).toMatchObject({ kind: 'user' })
    await kept.settle()
    // It was used meanwhile, and so bound to the new one.
    const renewed = await createTestApp({ data: 'kept' })
    expect(await found(renewed, { Cookie })).toMatchObject({ kind: 'user' })
  })

  test('ends with the SECRET_KEY that it is bound to', async () => {
    const { Cookie } = await withSession({
      SECRET_KEY: 'an-older-secret-key-of-more-than-32-bytes',
    })
    const renewed = await createTestApp({ data: 'kept' })
    expect(await found(renewed, { Cookie })).toEqual({ kind: 'anonymous', hasDeadSession: true })
  })

  test('writes with proof only', async () => {
    const { app, Cookie } = await withSession({ CSRF_ORIGIN_SUFFICES: 'false' })
    const headers = { Cookie, Origin: 'https://auth.example.com' }
    const answer = await found(app, headers, { method: 'POST', unprovenJwtCookie: 'ignored' })
    expect(answer).toEqual({
      status: 403,
      body: { detail: 'CSRF Failed: CSRF token missing.' },
      headers: {},
    })
  })
})

describe('a JWT', () => {
  async function withJwt(env: Record<string, unknown> = {}) {
    const base = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'auth', CSRF_ORIGIN_SUFFICES: 'false' }
    const app = await createTestApp({ env: { ...base, ...env }, users: [aUser()] })
    const access = await memberOf(app.post('login/', ALICE), 'access')
    return { app, access, Cookie: `auth=${access}` }
  }
  const user = { kind: 'user', by: 'jwt', username: 'alice' }
  const missing = {
    status: 403,
    body: { detail: 'CSRF Failed: CSRF cookie not set.' },
    headers: {},
  }
  const own = { Origin: 'https://auth.example.com' }

  test('is found in header and cookie', async () => {
    const { app, access, Cookie } = await withJwt()
    expect(await found(app, { Authorization: `Bearer ${access}` })).toEqual(user)
    expect(await found(app, { Cookie })).toEqual(user)
  })

  test('in the header beats the cookie', async () => {
    const { app, Cookie } = await withJwt()
    const answer = await found(app, { Authorization: 'Bearer x', Cookie })
    expect(answer).toMatchObject({ status: 401 })
  })

  test.each(['', 'Token x', 'Basic YTpi', 'bearer x'])(
    'is not looked for in the cookie when the header is %j',
    async (Authorization) => {
      const { app, Cookie } = await withJwt()
      expect(await found(app, { Authorization, Cookie })).toEqual(ANONYMOUS)
    },
  )

  test('in the header needs no CSRF token', async () => {
    const { app, access } = await withJwt()
    const headers = { Authorization: `Bearer ${access}` }
    const post = { method: 'POST', unprovenJwtCookie: 'refused' } as const
    expect(await found(app, headers, post)).toEqual(user)
  })

  test('in the cookie without a CSRF token is refused or ignored', async () => {
    const { app, Cookie } = await withJwt()
    const headers = { Cookie, ...own }
    const ask = (unprovenJwtCookie: 'refused' | 'ignored') =>
      found(app, headers, { method: 'POST', unprovenJwtCookie })
    expect(await ask('refused')).toEqual(missing)
    expect(await ask('ignored')).toEqual(ANONYMOUS)
  })

  test('JWT_AUTH_COOKIE_USE_CSRF off believes the cookie', async () => {
    const { app, Cookie } = await withJwt({ JWT_AUTH_COOKIE_USE_CSRF: 'false' })
    const post = { method: 'POST', unprovenJwtCookie: 'refused' } as const
    expect(await found(app, { Cookie }, post)).toEqual(user)
  })

  test('JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED asks everybody for a CSRF token', async () => {
    const app = await createTestApp({
      env: {
        USE_JWT: 'true',
        JWT_AUTH_COOKIE: 'auth',
        JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED: 'true',
        CSRF_ORIGIN_SUFFICES: 'false',
      },
    })
    for (const unprovenJwtCookie of ['refused', 'ignored'] as const) {
      expect(await found(app, own, { method: 'POST', unprovenJwtCookie })).toEqual(missing)
    }
    expect(await found(app, own)).toEqual(ANONYMOUS)
  })
})
