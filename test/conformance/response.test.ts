import { describe, expect, test } from 'vitest'
import type { ExpectedResponse } from './corpus.ts'
import { matchResponse, readResponse } from './response.ts'

const RECORDED: ExpectedResponse = {
  status: 200,
  headers: { 'Content-Type': 'application/json', Allow: 'POST, OPTIONS', Vary: 'Cookie' },
  json: { detail: 'ok' },
}
const SENT = { 'Content-Type': 'application/json', Allow: 'OPTIONS, POST', Vary: 'Accept, cookie' }

async function differing(
  expected: ExpectedResponse,
  body: string | null,
  init: ResponseInit = {},
): Promise<readonly string[]> {
  const actual = await readResponse(new Response(body, init))
  const memory = { captured: new Map(), now: new Date(0) }
  return matchResponse(expected, actual, memory).map(({ where }) => where)
}

test('an answer as recorded does not differ', async () => {
  expect(await differing(RECORDED, '{"detail":"ok"}', { headers: SENT })).toEqual([])
})

test('another status differs', async () => {
  const init = { status: 201, headers: SENT }
  expect(await differing(RECORDED, '{"detail":"ok"}', init)).toEqual(['status'])
})

describe('the body', () => {
  test.each([
    [{ status: 200, json: { detail: 'ok' } }, '{"detail":"no"}', ['body.detail']],
    [{ status: 200, json: { detail: 'ok' } }, 'ok', ['body']],
    [{ status: 200, json: { detail: 'ok' } }, '', ['body']],
    [{ status: 200, json: 1 }, '1.0', ['body']],
    [{ status: 200, text: 'ok' }, 'ok', []],
    [{ status: 200, text: 'ok' }, 'ok ', ['body']],
    [{ status: 200, empty: true }, '', []],
    [{ status: 200, empty: true }, '{}', ['body']],
    [{ status: 200, any_body: true }, 'whatever', []],
  ])('recorded as %j, answered as %j', async (expected, body, places) => {
    expect(await differing(expected, body)).toEqual(places)
  })
})

describe('headers', () => {
  test('listed ones must be there and equal', async () => {
    expect(await differing(RECORDED, '{"detail":"ok"}', { headers: { Vary: 'Accept' } })).toEqual([
      'header Content-Type',
      'header Allow',
      'header Vary',
    ])
  })

  test('Allow is a set, no more and no less', async () => {
    const more = { ...SENT, Allow: 'POST, OPTIONS, GET' }
    expect(await differing(RECORDED, '{"detail":"ok"}', { headers: more })).toEqual([
      'header Allow',
    ])
    const fewer = { ...SENT, Allow: 'POST' }
    expect(await differing(RECORDED, '{"detail":"ok"}', { headers: fewer })).toEqual([
      'header Allow',
    ])
  })

  test('the type does not matter where the body does not', async () => {
    const expected = { status: 200, any_body: true, headers: { 'Content-Type': 'text/html' } }
    expect(await differing(expected, 'x')).toEqual([])
  })

  test.each(['WWW-Authenticate', 'Retry-After', 'Location'])(
    '%s must be absent unless recorded',
    async (name) => {
      const headers = { [name]: '1' }
      expect(await differing({ status: 200 }, '', { headers })).toEqual([
        `header ${name.toLowerCase()}`,
      ])
      const recorded = { status: 200, headers: { [name]: { $match: '^\\d$' } } }
      expect(await differing(recorded, '', { headers })).toEqual([])
      expect(await differing(recorded, '')).toEqual([`header ${name}`])
    },
  )

  test('others do not matter', async () => {
    expect(await differing({ status: 200 }, '', { headers: { 'X-Other': '1' } })).toEqual([])
  })
})

test('cookies that are not recorded differ', async () => {
  const headers = { 'Set-Cookie': 'a=1; Path=/' }
  expect(await differing({ status: 200 }, '', { headers })).toEqual(['cookie a'])
})

test('cookies may refer to what the body gave', async () => {
  const expected = {
    status: 200,
    cookies: { a: { value: { $ref: 'key' } } },
    json: { key: { $match: '.', $capture: 'key' } },
  }
  const headers = { 'Set-Cookie': 'a=x' }
  expect(await differing(expected, '{"key":"x"}', { headers })).toEqual([])
  expect(await differing(expected, '{"key":"y"}', { headers })).toEqual(['cookie a value'])
  expect(await differing(expected, '{"key":1}', { headers })).toEqual(['body.key'])
})
