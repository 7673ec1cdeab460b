import { describe, expect, test } from 'vitest'
import {
  csrfFailure,
  headerName,
  isCsrfCookieBroken,
  isTrustedOrigin,
  newCsrfSecret,
} from '../../src/web/csrf.ts'
import { countingBytes, settingsOf } from '../support/settings.ts'

const SECRET = 'abcdefghijklmnopqrstuvwxyzABCDEF'
const OTHER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'
// The secret, shifted by a mask of 32 "b", behind the mask: each letter one further.
const MASKED = `${'b'.repeat(32)}bcdefghijklmnopqrstuvwxyzABCDEFG`
const SERVICE = 'https://auth.example.com'
const OWN = { Origin: SERVICE }
const COOKIE = `csrftoken=${SECRET}`
const PLAIN = { CSRF_ORIGIN_SUFFICES: 'false' }

type Asked = {
  readonly headers?: Record<string, string>
  readonly method?: string
  readonly url?: string
  readonly env?: Record<string, unknown>
  readonly formToken?: string
}

function failureOf({
  headers = {},
  method = 'POST',
  url = SERVICE,
  env = {},
  formToken = '',
}: Asked) {
  const request = new Request(url, { method, headers })
  return csrfFailure(settingsOf({ ...PLAIN, ...env }), request, () => Promise.resolve(formToken))
}

test('makes secrets like Django’s', () => {
  expect(newCsrfSecret(countingBytes)).toMatch(/^[a-zA-Z0-9]{32}$/)
})

test.each(['GET', 'HEAD', 'OPTIONS'])('%s needs no proof', async (method) => {
  expect(await failureOf({ method })).toBeUndefined()
})

describe('the token', () => {
  const header = (token: string) => ({ ...OWN, Cookie: COOKIE, 'X-CSRFToken': token })

  test.each([
    ['as it is', SECRET],
    ['masked', MASKED],
  ])('passes %s', async (_, token) => {
    expect(await failureOf({ headers: header(token) })).toBeUndefined()
  })

  test('passes where the cookie is masked', async () => {
    const headers = { ...OWN, Cookie: `csrftoken=${MASKED}`, 'X-CSRFToken': SECRET }
    expect(await failureOf({ headers })).toBeUndefined()
  })

  test('passes in a form', async () => {
    expect(
      await failureOf({ headers: { ...OWN, Cookie: COOKIE }, formToken: SECRET }),
    ).toBeUndefined()
  })

  test.each<[Asked, string]>([
    [{ headers: OWN }, 'CSRF cookie not set.'],
    [{ headers: { ...OWN, Cookie: 'csrftoken=x' } }, 'CSRF cookie has incorrect length.'],
    [
      { headers: { ...OWN, Cookie: `csrftoken=${'!'.repeat(32)}` } },
      'CSRF cookie has invalid characters.',
    ],
    [{ headers: { ...OWN, Cookie: COOKIE } }, 'CSRF token missing.'],
    [
      { headers: header('x') },
      "CSRF token from the 'X-Csrftoken' HTTP header has incorrect length.",
    ],
    [
      { headers: header('-'.repeat(32)) },
      "CSRF token from the 'X-Csrftoken' HTTP header has invalid characters.",
    ],
    [{ headers: header(OTHER) }, "CSRF token from the 'X-Csrftoken' HTTP header incorrect."],
    [{ headers: { ...OWN, Cookie: COOKIE }, formToken: OTHER }, 'CSRF token from POST incorrect.'],
    [
      { headers: { ...OWN, Cookie: COOKIE }, formToken: 'x' },
      'CSRF token from POST has incorrect length.',
    ],
  ])('%j fails', async (asked, message) => {
    expect(await failureOf(asked)).toBe(message)
  })

  test('of a form counts for POST only', async () => {
    const asked = { headers: { ...OWN, Cookie: COOKIE }, formToken: SECRET, method: 'PUT' }
    expect(await failureOf(asked)).toBe('CSRF token missing.')
  })

  test('is where CSRF_COOKIE_NAME and CSRF_HEADER_NAME say', async () => {
    const env = { CSRF_COOKIE_NAME: 'xsrf', CSRF_HEADER_NAME: 'HTTP_X_XSRF_TOKEN' }
    const headers = { ...OWN, Cookie: `xsrf=${SECRET}`, 'X-XSRF-Token': SECRET }
    expect(await failureOf({ headers, env })).toBeUndefined()
  })
})

describe('where the request comes from', () => {
  const proof = { Cookie: COOKIE, 'X-CSRFToken': SECRET }

  test.each<[string, Record<string, string>, string | undefined]>([
    ['the own origin', OWN, undefined],
    ['an own page', { Referer: `${SERVICE}/page` }, undefined],
    [
      'another origin',
      { Origin: 'https://evil.example' },
      'Origin checking failed - https://evil.example does not match any trusted origins.',
    ],
    [
      'no origin',
      { Origin: 'null' },
      'Origin checking failed - null does not match any trusted origins.',
    ],
    [
      'the own host by http',
      { Origin: 'http://auth.example.com' },
      'Origin checking failed - http://auth.example.com does not match any trusted origins.',
    ],
    ['nowhere', {}, 'Referer checking failed - no Referer.'],
    ['a broken page', { Referer: 'nonsense' }, 'Referer checking failed - Referer is malformed.'],
    [
      'a page by http',
      { Referer: 'http://auth.example.com/' },
      'Referer checking failed - Referer is insecure while host is secure.',
    ],
    [
      'a page elsewhere',
      { Referer: 'https://evil.example/x' },
      'Referer checking failed - https://evil.example/x does not match any trusted origins.',
    ],
  ])('%s', async (_, headers, failure) => {
    expect(await failureOf({ headers: { ...proof, ...headers } })).toBe(failure)
  })

  test('over http no Referer is needed', async () => {
    expect(await failureOf({ headers: proof, url: 'http://localhost:8787/' })).toBeUndefined()
  })

  const trusted = (origin: string, list: string) =>
    isTrustedOrigin(settingsOf({ CSRF_TRUSTED_ORIGINS: list }), new Request(SERVICE), origin)

  test.each([
    ['https://app.example', 'https://app.example', true],
    ['https://app.example', 'https://other.example,https://app.example', true],
    ['https://a.app.example', 'https://*.app.example', true],
    ['https://a.b.app.example', 'https://*.app.example', true],
    ['https://app.example', 'https://*.app.example', true],
    ['https://app.example:8443', 'https://*.app.example:8443', true],
    ['https://a.app.example:8443', 'https://*.app.example', false],
    ['http://app.example', 'https://*.app.example', false],
    ['http://a.app.example', 'https://*.app.example', false],
    ['https://app.example.evil', 'https://app.example', false],
    ['https://app.example:8443', 'https://app.example', false],
  ])('%s by %s: %s', (origin, list, isTrusted) => {
    expect(trusted(origin, list)).toBe(isTrusted)
  })
})

test.each([
  [undefined, false],
  [SECRET, false],
  [MASKED, false],
  ['', true],
  ['x', true],
  ['!'.repeat(32), true],
])('a CSRF cookie %j is broken: %s', (cookie, isBroken) => {
  expect(isCsrfCookieBroken(cookie)).toBe(isBroken)
})

test('headers are written as WSGI’s names say', () => {
  expect(headerName('HTTP_X_CSRFTOKEN')).toBe('X-Csrftoken')
  expect(headerName('HTTP_AUTHORIZATION')).toBe('Authorization')
})
