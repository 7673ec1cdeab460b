import { describe, expect, test } from 'vitest'
import {
  csrfCookie,
  deleteCookie,
  deletedJwtCookies,
  deletedSessionCookie,
  jwtCookies,
  readCookies,
  sessionCookie,
  setCookie,
} from '../../src/web/cookies.ts'
import { TEST_TIME } from '../support/clock.ts'
import { settingsOf } from '../support/settings.ts'

const NAMES = { JWT_AUTH_COOKIE: 'auth', JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const LONG_AGO = 'expires=Thu, 01 Jan 1970 00:00:00 GMT'

test.each([
  ['a=1', { a: '1' }],
  ['a=1; b=2;c=3', { a: '1', b: '2', c: '3' }],
  ['a=1; a=2', { a: '2' }],
  ['a="x y"', { a: 'x y' }],
  ['a="x\\"y"', { a: 'x"y' }],
  ['a="', { a: '"' }],
  ['a=', { a: '' }],
  ['a=b=c', { a: 'b=c' }],
  ['value', { '': 'value' }],
  [' a = 1 ', { a: '1' }],
  ['a=1;\t b\t=\t2', { a: '1', b: '2' }],
  [';;', {}],
  ['', {}],
])('reads %j', (header, cookies) => {
  const request = new Request('https://auth.example.com/', { headers: { Cookie: header } })
  expect({ ...readCookies(request) }).toEqual(cookies)
})

test.each(['\u00a0', '\u0085', '\x0b', '\x0c', '\x1c', '\x1f', 'â\x80\x80', 'ï»¿'])(
  'a name with %j before it is another name',
  (blank) => {
    const headers = fakeHeaders(`__Host-access=own; ${blank}__Host-access=planted`)
    expect(readCookies({ headers } as Request)['__Host-access']).toBe('own')
  },
)

test.each([
  '__Host-access=own; __Host-access=planted',
  '__Host-access=own; __Host-access=own',
  '__Host-access=own; a=b;\t__Host-access =planted; __Host-access=third',
  '__Secure-access=own; __Secure-access=planted',
])('of a prefixed name that came twice none counts: %j', (header) => {
  const cookies = readCookies({ headers: fakeHeaders(header) } as Request)
  expect(Object.keys(cookies).filter((name) => name !== 'a')).toEqual([])
})

/** A header as it may come in; `Headers` itself would not take some of these characters. */
function fakeHeaders(cookie: string): Pick<Headers, 'get'> {
  return { get: () => cookie }
}

test('a cookie’s name means nothing special', () => {
  const headers = { Cookie: '__proto__=1; toString=2' }
  const cookies = readCookies(new Request('https://auth.example.com/', { headers }))
  expect(Object.keys(cookies)).toEqual(['__proto__', 'toString'])
})

test('writes what Django writes', () => {
  const line = setCookie(
    { name: 'a', value: 'value' },
    {
      path: '/x',
      domain: 'example.com',
      httpOnly: true,
      secure: true,
      sameSite: 'None',
      maxAgeSeconds: 61,
      partitioned: true,
    },
    TEST_TIME,
  )
  expect(line).toBe(
    'a=value; expires=Thu, 04 Mar 2027 05:07:08 GMT; Domain=example.com; HttpOnly; Max-Age=61; Path=/x; SameSite=None; Secure; Partitioned',
  )
})

test.each([
  ['a', 'Lax', `a=""; ${LONG_AGO}; Max-Age=0; Path=/; SameSite=Lax`],
  ['a', 'None', `a=""; ${LONG_AGO}; Max-Age=0; Path=/; SameSite=None; Secure`],
  ['a', undefined, `a=""; ${LONG_AGO}; Max-Age=0; Path=/`],
  ['__Host-a', 'Lax', `__Host-a=""; ${LONG_AGO}; Max-Age=0; Path=/; SameSite=Lax; Secure`],
  ['__Secure-a', 'Lax', `__Secure-a=""; ${LONG_AGO}; Max-Age=0; Path=/; SameSite=Lax; Secure`],
])('deletes %s (%s)', (name, sameSite, line) => {
  expect(deleteCookie(name, { path: '/', domain: undefined, sameSite })).toBe(line)
})

describe('JWT cookies', () => {
  const tokens = { access: 'A', refresh: 'R' }

  test('are none where none is named', () => {
    expect(jwtCookies(settingsOf(), tokens, TEST_TIME)).toEqual([])
    expect(deletedJwtCookies(settingsOf())).toEqual([])
  })

  test('are those of the tokens there are', () => {
    const [line, ...more] = jwtCookies(settingsOf(NAMES), { access: 'A' }, TEST_TIME)
    expect(line).toMatch(/^auth=A; /)
    expect(more).toEqual([])
  })

  test('end where they began', () => {
    const settings = settingsOf({
      ...NAMES,
      JWT_AUTH_COOKIE_DOMAIN: 'example.com',
      JWT_AUTH_REFRESH_COOKIE_PATH: '/x/',
      JWT_AUTH_SAMESITE: 'None',
      JWT_AUTH_PARTITIONED: 'true',
    })
    const place = (line: string) =>
      line.match(/Domain=[^;]+|Path=[^;]+|SameSite=\w+|Partitioned|Secure/g)
    expect(deletedJwtCookies(settings).map(place)).toEqual(
      jwtCookies(settings, tokens, TEST_TIME).map(place),
    )
  })
})

test('session and CSRF cookies are as their settings say', () => {
  const settings = settingsOf({
    SESSION_COOKIE_NAME: '__Host-s',
    SESSION_COOKIE_AGE: '60',
    SESSION_COOKIE_SAMESITE: 'Strict',
    CSRF_COOKIE_NAME: 'c',
    CSRF_COOKIE_AGE: '120',
    CSRF_COOKIE_HTTPONLY: 'true',
    CSRF_COOKIE_DOMAIN: '.example.com',
    CSRF_COOKIE_PATH: '/p',
  })
  expect(sessionCookie(settings, 'key', TEST_TIME)).toBe(
    '__Host-s=key; expires=Thu, 04 Mar 2027 05:07:07 GMT; HttpOnly; Max-Age=60; Path=/; SameSite=Strict; Secure',
  )
  expect(deletedSessionCookie(settings)).toBe(
    `__Host-s=""; ${LONG_AGO}; Max-Age=0; Path=/; SameSite=Strict; Secure`,
  )
  expect(csrfCookie(settings, 'secret', TEST_TIME)).toBe(
    'c=secret; expires=Thu, 04 Mar 2027 05:08:07 GMT; Domain=.example.com; HttpOnly; Max-Age=120; Path=/p; SameSite=Lax; Secure',
  )
})
