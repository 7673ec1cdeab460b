import { describe, expect, test } from 'vitest'
import { answerOf, cookieHeaderOf, cookieValuesOf } from '../support/answer.ts'
import { ALICE, appIn, COOKIES, type Mode, statusOf } from './modes.ts'

describe('JWT_LOGIN_SETS_CSRF_COOKIE', () => {
  const GUARDED = { ...COOKIES, JWT_AUTH_COOKIE_USE_CSRF: 'true', SESSION_LOGIN: 'false' }
  const OWN_ORIGIN = { Origin: 'https://auth.example.com' }

  test('exact: nobody sets the CSRF cookie', async () => {
    const app = await appIn('exact', GUARDED)
    expect(Object.keys(cookieValuesOf(await app.post('login/', ALICE)))).toEqual([
      'auth',
      'refresh',
    ])
  })

  test('exact: a second login is 403', async () => {
    const app = await appIn('exact', GUARDED)
    const Cookie = cookieHeaderOf(await app.post('login/', ALICE))
    expect(await answerOf(app.post('login/', ALICE, { Cookie, ...OWN_ORIGIN }))).toEqual({
      status: 403,
      body: { detail: 'CSRF Failed: CSRF cookie not set.' },
    })
  })

  test('safe: login sets it', async () => {
    const app = await appIn('safe', GUARDED)
    const cookies = cookieValuesOf(await app.post('login/', ALICE))
    expect(cookies['csrftoken']).toMatch(/^[a-zA-Z0-9]{32}$/)
  })

  test.each(['a'.repeat(32), 'b'.repeat(64)])(
    'safe: a good one that is held stays',
    async (held) => {
      const app = await appIn('safe', GUARDED)
      const login = await app.post('login/', ALICE, { Cookie: `csrftoken=${held}` })
      expect(Object.keys(cookieValuesOf(login))).not.toContain('csrftoken')
    },
  )

  test('safe: one that can be none is replaced', async () => {
    const app = await appIn('safe', GUARDED)
    const login = await app.post('login/', ALICE, { Cookie: 'csrftoken=short' })
    expect(cookieValuesOf(login)['csrftoken']).toMatch(/^[a-zA-Z0-9]{32}$/)
  })

  test('a session login replaces it, as in Django', async () => {
    const app = await appIn('safe', { ...GUARDED, SESSION_LOGIN: 'true' })
    const login = await app.post('login/', ALICE, { Cookie: `csrftoken=${'a'.repeat(32)}` })
    expect(cookieValuesOf(login)['csrftoken']).toMatch(/^[a-zA-Z0-9]{32}$/)
  })

  test.each([
    ['its own pages', OWN_ORIGIN],
    ['a server that sends no Origin', {}],
    ['a trusted page', { Origin: 'https://app.example' }],
  ])('safe: a second login from %s needs no token', async (_, headers) => {
    const app = await appIn('safe', { ...GUARDED, CSRF_TRUSTED_ORIGINS: 'https://app.example' })
    const Cookie = cookieHeaderOf(await app.post('login/', ALICE))
    expect(await statusOf(app.post('login/', ALICE, { Cookie, ...headers }))).toBe(200)
  })

  test('safe: a page that is not trusted cannot log its visitors in', async () => {
    const app = await appIn('safe', GUARDED)
    const headers = { Origin: 'https://evil.example' }
    expect(await answerOf(app.post('login/', ALICE, headers))).toEqual({
      status: 403,
      body: {
        detail:
          'CSRF Failed: Origin checking failed - https://evil.example does not match any trusted origins.',
      },
    })
  })
})

describe('COOKIES_NEED_TRUSTED_ORIGIN', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 403],
  ])('%s: a login from a foreign page answers %i', async (mode, status) => {
    const app = await appIn(mode, COOKIES)
    expect(await statusOf(app.post('login/', ALICE, { Origin: 'https://evil.example' }))).toBe(
      status,
    )
  })
})

describe('SESSION_LOGIN', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', ['csrftoken', 'sessionid']],
    ['safe', []],
  ])('%s: cookies of a login', async (mode, names) => {
    const app = await appIn(mode)
    expect(Object.keys(cookieValuesOf(await app.post('login/', ALICE)))).toEqual(names)
  })
})

describe('JWT_AUTH_SECURE, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE', () => {
  test.each<[Mode, boolean]>([
    ['exact', false],
    ['safe', true],
  ])('%s: every cookie is Secure: %s', async (mode, isSecure) => {
    const app = await appIn(mode, { ...COOKIES, SESSION_LOGIN: 'true' })
    const lines = (await app.post('login/', ALICE)).headers.getSetCookie()
    expect(lines).toHaveLength(4)
    expect(lines.map((line) => line.includes('; Secure'))).toEqual(lines.map(() => isSecure))
  })
})

describe('JWT_AUTH_COOKIE_USE_CSRF', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 403],
  ])('%s: a write by cookie without a CSRF token answers %i', async (mode, status) => {
    const app = await appIn(mode, COOKIES)
    const { auth } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = { Cookie: `auth=${auth}`, 'Content-Type': 'application/json' }
    const init = { method: 'PATCH', headers, body: '{"first_name": "Al"}' }
    expect(await statusOf(app.request('user/', init))).toBe(status)
  })
})

describe('CSRF_ORIGIN_SUFFICES', () => {
  test.each<[Mode, number]>([
    ['exact', 403],
    ['safe', 200],
  ])('%s: a write by cookie from an own page without a token answers %i', async (mode, status) => {
    const app = await appIn(mode, { ...COOKIES, JWT_AUTH_COOKIE_USE_CSRF: 'true' })
    const { auth } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = {
      Cookie: `auth=${auth}`,
      Origin: 'https://auth.example.com',
      'Content-Type': 'application/json',
    }
    const init = { method: 'PATCH', headers, body: '{"first_name": "Al"}' }
    expect(await statusOf(app.request('user/', init))).toBe(status)
  })

  test('safe: a write by cookie from a foreign page is refused', async () => {
    const app = await appIn('safe', COOKIES)
    const { auth } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = { Cookie: `auth=${auth}`, Origin: 'https://evil.example' }
    expect(await statusOf(app.request('user/', { method: 'PATCH', headers }))).toBe(403)
  })
})
