import { describe, expect, test } from 'vitest'
import { CookieJar, matchCookies } from './cookies.ts'
import type { JsonObject } from './json.ts'
import type { Memory } from './values.ts'

const NOW = new Date('2027-03-04T05:06:07.000Z')
const IN_FIVE_MINUTES = 'Thu, 04 Mar 2027 05:11:07 GMT'
const LONG_AGO = 'Thu, 01 Jan 1970 00:00:00 GMT'

const RECORDED = {
  value: { $match: '^[a-z]+$' },
  path: '/',
  domain: null,
  httponly: true,
  secure: false,
  samesite: 'Lax',
  max_age: 300,
  expires_in: 300,
} satisfies JsonObject

const SENT = `token=abc; expires=${IN_FIVE_MINUTES}; HttpOnly; Max-Age=300; Path=/; SameSite=Lax`

function memory(): Memory {
  return { captured: new Map(), now: NOW }
}

function differing(expected: JsonObject, ...headers: readonly string[]): readonly string[] {
  return matchCookies(expected, headers, memory()).map(({ where }) => where)
}

describe('a set cookie', () => {
  test('is as recorded', () => {
    expect(differing({ token: RECORDED }, SENT)).toEqual([])
  })

  test.each([
    ['token=ABC', 'value', SENT.replace('abc', 'ABC')],
    ['another path', 'path', SENT.replace('Path=/', 'Path=/x')],
    ['no path', 'path', SENT.replace('Path=/; ', '')],
    ['a domain', 'domain', `${SENT}; Domain=example.com`],
    ['no HttpOnly', 'httponly', SENT.replace('HttpOnly; ', '')],
    ['Secure', 'secure', `${SENT}; Secure`],
    ['another SameSite', 'samesite', SENT.replace('Lax', 'Strict')],
    ['no SameSite', 'samesite', SENT.replace('; SameSite=Lax', '')],
    ['another age', 'max_age', SENT.replace('300', '306')],
    ['no age', 'max_age', SENT.replace('Max-Age=300; ', '')],
    ['another end', 'expires_in', SENT.replace('05:11:07', '05:11:13')],
    ['no end', 'expires_in', SENT.replace(`expires=${IN_FIVE_MINUTES}; `, '')],
  ])('with %s differs in %s', (_name, attribute, header) => {
    expect(differing({ token: RECORDED }, header)).toEqual([`cookie token ${attribute}`])
  })

  test('may be some seconds off', () => {
    const later = SENT.replace('Max-Age=300', 'Max-Age=304').replace('05:11:07', '05:11:03')
    expect(differing({ token: RECORDED }, later)).toEqual([])
  })

  test('without an age and end is recorded as such', () => {
    const session = { ...RECORDED, max_age: null, expires_in: null }
    expect(differing({ token: session }, 'token=abc; HttpOnly; Path=/; SameSite=Lax')).toEqual([])
    expect(differing({ token: session }, SENT)).toEqual([
      'cookie token max_age',
      'cookie token expires_in',
    ])
  })

  test('that is missing, or not recorded, or set twice differs', () => {
    expect(differing({ token: RECORDED })).toEqual(['cookie token'])
    expect(differing({}, SENT)).toEqual(['cookie token'])
    expect(differing({ token: RECORDED }, SENT, SENT)).toEqual(['cookie token'])
  })

  test('that is optional may be missing', () => {
    expect(differing({ token: { optional: true } })).toEqual([])
    expect(differing({ token: { optional: true } }, SENT)).toEqual([])
  })

  test('called messages never matters', () => {
    expect(differing({}, 'messages=x; Path=/')).toEqual([])
  })

  test('with an unknown attribute in the recording differs', () => {
    expect(differing({ token: { ...RECORDED, priority: 'High' } }, SENT)).toEqual([
      'cookie token priority',
    ])
  })
})

describe('a deleted cookie', () => {
  const deleted = { deleted: true, path: '/', domain: null, samesite: 'Lax' }

  test('has ended, by age or by date', () => {
    expect(differing({ a: deleted }, `a=""; expires=${LONG_AGO}; Path=/; SameSite=Lax`)).toEqual([])
    expect(differing({ a: deleted }, 'a=""; Max-Age=0; Path=/; SameSite=Lax')).toEqual([])
  })

  test('that lives on, or lies elsewhere, differs', () => {
    expect(differing({ a: deleted }, 'a=""; Path=/; SameSite=Lax')).toEqual(['cookie a'])
    expect(differing({ a: deleted }, 'a=""; Max-Age=0; Path=/x; SameSite=Lax')).toEqual([
      'cookie a path',
    ])
  })
})

describe('a jar', () => {
  function jarWith(...headers: readonly string[]): CookieJar {
    const jar = new CookieJar()
    jar.keep(headers, NOW)
    return jar
  }

  test('sends what it was given, whatever the domain and Secure', () => {
    const jar = jarWith('a=1; Path=/; Domain=example.com; Secure', 'b="2"; Path=/')
    expect(jar.header('/dj-rest-auth/user/')).toBe('a=1; b=2')
  })

  test.each([
    ['/', '/anything', true],
    ['/api/', '/api/user', true],
    ['/api', '/api/user', true],
    ['/api', '/api', true],
    ['/api/', '/api', false],
    ['/api', '/apiary', false],
    ['/x/', '/dj-rest-auth/', false],
  ])('path %s covers %s: %j', (path, requested, covered) => {
    expect(jarWith(`a=1; Path=${path}`).header(requested)).toBe(covered ? 'a=1' : '')
  })

  test('drops a cookie that is set expired at its own path only', () => {
    const jar = jarWith('a=1; Path=/', 'b=2; Path=/x/')
    jar.keep([`a=""; expires=${LONG_AGO}; Path=/`, 'b=""; Max-Age=0; Path=/'], NOW)
    expect(jar.header('/x/')).toBe('b=2')
  })

  test('keeps a cookie beyond its time, and the newest of a name and path', () => {
    const jar = jarWith('a=1; Max-Age=1; Path=/')
    jar.keep(['a=2; Max-Age=1; Path=/'], NOW)
    expect(jar.header('/')).toBe('a=2')
  })
})
