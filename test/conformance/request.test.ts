import { describe, expect, test } from 'vitest'
import { CookieJar } from './cookies.ts'
import type { SentRequest } from './corpus.ts'
import { parseJson, type Json } from './json.ts'
import { buildRequest } from './request.ts'
import type { Memory } from './values.ts'

const NOW = new Date('2027-03-04T05:06:07.750Z')

function memory(captured: Readonly<Record<string, Json>> = {}): Memory {
  return { captured: new Map(Object.entries(captured)), now: NOW }
}

function built(sent: Partial<SentRequest>, known = memory(), jar?: CookieJar): Request {
  return buildRequest({ method: 'POST', path: '/login/', ...sent }, known, jar)
}

test('goes to testserver over http unless a Host is given', () => {
  expect(built({}).url).toBe('http://testserver/login/')
  expect(built({}).headers.get('Host')).toBe('testserver')
  const elsewhere = built({ headers: { Host: 'evil.example' } })
  expect(elsewhere.url).toBe('http://evil.example/login/')
  expect(elsewhere.headers.get('Host')).toBe('evil.example')
})

test.each([
  ['GET', 'GET'],
  ['HEAD', 'HEAD'],
  ['TRACE', 'TRACE'],
  ['CONNECT', 'CONNECT'],
  ['PROPFIND', 'PROPFIND'],
  ['get', 'GET'],
  ['Patch', 'PATCH'],
])('sends %s as %s', (method, sent) => {
  expect(built({ method }).method).toBe(sent)
})

test('sends a body with GET, too', async () => {
  expect(await built({ method: 'GET', json: { a: 1 } }).json()).toEqual({ a: 1 })
})

describe('bodies', () => {
  test('JSON keeps the text of numbers, lone surrogates and __proto__', async () => {
    const text = '{"a":2.0,"b":1e3,"c":12345678901234567890,"d":"\\ud800","__proto__":"1"}'
    const request = built({ json: parseJson(text) })
    expect(request.headers.get('Content-Type')).toBe('application/json')
    expect(await request.text()).toBe(text)
  })

  test('forms keep order and repetition', async () => {
    const request = built({
      form: [
        ['b', 'é &='],
        ['a', '1'],
        ['b', ''],
      ],
    })
    expect(request.headers.get('Content-Type')).toBe('application/x-www-form-urlencoded')
    expect(await request.text()).toBe('b=%C3%A9+%26%3D&a=1&b=')
  })

  test('multipart is what a form parser reads', async () => {
    const form = await built({
      multipart: [
        ['a', 'é\r\n'],
        ['b', '1'],
        ['b', '2'],
      ],
    }).formData()
    expect([...form]).toEqual([
      ['a', 'é\r\n'],
      ['b', '1'],
      ['b', '2'],
    ])
  })

  test('raw goes as UTF-8, without a type unless one is given', async () => {
    const request = built({ raw: 'é{{x}}' }, memory({ x: 'y' }))
    expect(request.headers.has('Content-Type')).toBe(false)
    expect(new Uint8Array(await request.arrayBuffer())).toEqual(new Uint8Array([0xc3, 0xa9, 0x79]))
    expect(built({ raw: '', content_type: 'text/plain' }).headers.get('Content-Type')).toBe(
      'text/plain',
    )
  })

  test('content_type replaces the usual one', () => {
    const request = built({ json: {}, content_type: 'application/json; charset=utf-8' })
    expect(request.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
  })

  test('none is sent where none is recorded', () => {
    expect(built({}).body).toBeNull()
    expect(built({}).headers.has('Content-Type')).toBe(false)
  })
})

describe('values', () => {
  test('are filled in', async () => {
    const json: Json = {
      text: 'a{{id}}b',
      same: { $ref: 'id' },
      time: { $now: -10 },
      long: { $repeat: ['ab', 3] },
      deep: [{ $ref: 'user' }],
    }
    const known = memory({ id: 7, user: { name: 'ada' } })
    expect(await built({ json }, known).json()).toEqual({
      text: 'a7b',
      same: 7,
      time: 1804136757,
      long: 'ababab',
      deep: [{ name: 'ada' }],
    })
  })

  test('fill paths, headers and forms', async () => {
    const known = memory({ id: 7, token: 'abc' })
    const request = built(
      {
        path: '/a/{{id}}/',
        headers: { Authorization: 'Token {{token}}' },
        form: [['t', '{{token}}']],
      },
      known,
    )
    expect(request.url).toBe('http://testserver/a/7/')
    expect(request.headers.get('Authorization')).toBe('Token abc')
    expect(await request.text()).toBe('t=abc')
  })

  test('an object that only looks like an operator of some database is sent as it is', async () => {
    const json = { username: { $gt: '' }, password: { $now: 1, other: 2 } }
    expect(await built({ json }).json()).toEqual(json)
  })

  test('braces around something else than a name are sent as they are', async () => {
    expect(await built({ json: '{{7*7}} {{re' }).json()).toBe('{{7*7}} {{re')
  })

  test('a header beyond ASCII travels as the bytes of its UTF-8', () => {
    expect(built({ headers: { Authorization: 'Token ☃' } }).headers.get('Authorization')).toBe(
      'Token \u00e2\u0098\u0083',
    )
  })
})

test("a Cookie header is appended to the jar's cookies", () => {
  const jar = new CookieJar()
  jar.keep(['a=1; Path=/', 'b=2; Path=/other/'], NOW)
  expect(built({}, memory(), jar).headers.get('Cookie')).toBe('a=1')
  const both = built({ headers: { Cookie: 'c={{x}}' } }, memory({ x: 'y' }), jar)
  expect(both.headers.get('Cookie')).toBe('a=1; c=y')
})
