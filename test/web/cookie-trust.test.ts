import { expect, test } from 'vitest'
import { cookieTrust, type CookieUse } from '../../src/web/cookie-trust.ts'
import { settingsOf } from '../support/settings.ts'

const JWT = { USE_JWT: 'true' }
const BOTH = { ...JWT, JWT_AUTH_COOKIE: 'auth', JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const REFRESH_ONLY = { ...JWT, JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const SESSION = { SESSION_LOGIN: 'true' }
const CORS = { CORS_ALLOWED_ORIGINS: 'https://app.example' }
const CREDENTIALS = { ...CORS, CORS_ALLOW_CREDENTIALS: 'true' }
const EVIL = { Origin: 'https://evil.example' }
const APP = { Origin: 'https://app.example' }

function kindOf(
  env: Readonly<Record<string, string>>,
  use: CookieUse,
  headers: Readonly<Record<string, string>>,
  method = 'POST',
): string {
  // A browser's own names may be set by no script, but a test stands for the browser.
  const request = new Request('https://auth.example.com/', { method, headers })
  return cookieTrust(settingsOf(env), request, use).kind
}

test.each([[BOTH], [REFRESH_ONLY], [SESSION], [{ ...BOTH, JWT_AUTH_COOKIE_USE_CSRF: 'false' }]])(
  'where logins set cookies a foreign page may not log in: %j',
  (env) => {
    expect(kindOf(env, 'logs_in', EVIL)).toBe('refused')
    expect(kindOf(env, 'logs_in', { Origin: 'null' })).toBe('refused')
    expect(kindOf({ ...env, ...CREDENTIALS }, 'logs_in', APP)).toBe('refused')
  },
)

test('the refusal is said in Django’s words', () => {
  const request = new Request('https://auth.example.com/', { method: 'POST', headers: EVIL })
  expect(cookieTrust(settingsOf(BOTH), request, 'logs_in')).toEqual({
    kind: 'refused',
    reason: 'Origin checking failed - https://evil.example does not match any trusted origins.',
  })
})

test.each([
  ['our own pages', { Origin: 'https://auth.example.com' }, {}],
  ['servers', {}, {}],
  ['trusted pages', APP, { CSRF_TRUSTED_ORIGINS: 'https://app.example' }],
  ['pages of a trusted domain', APP, { CSRF_TRUSTED_ORIGINS: 'https://*.app.example' }],
])('%s may do everything', (_, headers, env) => {
  for (const use of ['identifies', 'logs_in', 'logs_out'] as const) {
    expect(kindOf({ ...BOTH, ...env }, use, { ...headers, Cookie: 'refresh=x' })).toBe('all')
  }
})

test.each(['GET', 'HEAD', 'OPTIONS'])('%s changes nothing, so it is let through', (method) => {
  expect(kindOf(BOTH, 'logs_in', EVIL, method)).toBe('all')
})

test('exact has no such guard', () => {
  expect(kindOf({ ...BOTH, DJANGO_COMPATIBILITY: 'exact' }, 'logs_in', EVIL)).toBe('all')
})

test.each([[{}], [JWT], [{ JWT_AUTH_COOKIE: 'auth' }]])(
  'where logins set no cookies every page logs in without any: %j',
  (env) => {
    const headers = { ...EVIL, Cookie: 'known_device=x; sessionid=of-another-site' }
    expect(kindOf(env, 'logs_in', headers)).toBe('none')
    expect(kindOf(env, 'logs_out', headers)).toBe('none')
  },
)

test('an allowed page that may have no cookies logs in without them', () => {
  expect(kindOf({ ...BOTH, ...CORS }, 'logs_in', APP)).toBe('none')
  expect(kindOf({ ...BOTH, ...CORS }, 'logs_in', { ...APP, Cookie: 'csrftoken=x' })).toBe('none')
  expect(kindOf({ ...BOTH, ...CORS }, 'logs_in', EVIL)).toBe('refused')
})

test.each(['auth=x', 'refresh=x', 'a=b; refresh=x'])(
  'a foreign page that brings the cookie %j is refused',
  (Cookie) => {
    expect(kindOf({ ...BOTH, ...CORS }, 'logs_in', { ...APP, Cookie })).toBe('refused')
    expect(kindOf({ ...BOTH, ...CORS }, 'logs_out', { ...APP, Cookie })).toBe('refused')
  },
)

test('a foreign page that brings no cookie logs out what it holds itself', () => {
  expect(kindOf({ ...BOTH, ...CREDENTIALS }, 'logs_out', APP)).toBe('none')
  expect(kindOf(BOTH, 'logs_out', { ...EVIL, Cookie: 'known_device=x' })).toBe('none')
})

test('other endpoints read cookies as ever, and set none for a foreign page', () => {
  expect(kindOf(BOTH, 'identifies', { ...EVIL, Cookie: 'auth=x' })).toBe('none_set')
})
