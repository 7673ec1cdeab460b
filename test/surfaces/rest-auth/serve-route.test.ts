import { describe, expect, test } from 'vitest'
import { charField } from '../../../src/surfaces/rest-auth/fields.ts'
import { defineRoute, type Route } from '../../../src/surfaces/rest-auth/define-route.ts'
import { serveRoute } from '../../../src/surfaces/rest-auth/serve-route.ts'
import { message } from '../../../src/i18n/message.ts'
import { ApiError, fieldErrors } from '../../../src/web/errors.ts'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp } from '../../support/app.ts'
import { inEnglish } from '../../support/english.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const TOKEN = { Authorization: `Token ${KEY}` }

const echo = defineRoute({
  name: 'Echo',
  access: 'anyone',
  isThrottled: false,
  methods: {
    POST: {
      summary: 'Say it again',
      input: () => ({ said: charField(), more: charField({ required: false }) }),
      responses: () => ({}),
      moreErrors: (_, values) =>
        Promise.resolve(values['more'] === 'x' ? { more: [message('value_invalid')] } : {}),
      handle: ({ caller }, { said }) =>
        Promise.resolve({
          status: 201,
          body: { said, caller: caller.kind },
          cookies: ['a=1', 'b=2'],
        }),
    },
  },
})

const guarded = defineRoute({ ...echo, access: 'authenticated', isThrottled: true })

async function serve(
  route: Route,
  init: RequestInit,
  env: Record<string, unknown> = {},
  query = '',
) {
  const app = await createTestApp({ env, users: [aUser({ tokenKey: KEY })] })
  const request = new Request(`https://auth.example.com/echo/${query}`, init)
  try {
    return await serveRoute(route, { deps: app.deps(), request, params: {} })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return new Response(JSON.stringify(inEnglish(error.body)), {
      status: error.status,
      headers: { ...error.headers },
    })
  }
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', ...headers },
})

test('answers what the handler says', async () => {
  const response = await serve(echo, json({ said: ' hello ' }))
  expect(response.headers.get('Content-Type')).toBe('application/json')
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(response.headers.get('Vary')).toContain('Cookie')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await answerOf(response)).toEqual({
    status: 201,
    body: { said: 'hello', caller: 'anonymous' },
  })
})

test('knows the caller', async () => {
  expect(await answerOf(serve(echo, json({ said: 'x' }, TOKEN)))).toEqual({
    status: 201,
    body: { said: 'x', caller: 'user' },
  })
})

test('nothing said is no content', async () => {
  const silent = defineRoute({
    ...echo,
    methods: {
      POST: {
        summary: '',
        responses: () => ({}),
        handle: () => Promise.resolve({}),
      },
    },
  })
  const response = await serve(silent, { method: 'POST' })
  expect(response.headers.get('Content-Type')).toBeNull()
  expect(await answerOf(response)).toEqual({ status: 204, body: undefined })
})

describe('the order of asking', () => {
  test('who is calling comes before method, body and fields', async () => {
    const unauthenticated = {
      status: 401,
      body: { detail: 'Authentication credentials were not provided.' },
    }
    expect(await answerOf(serve(guarded, { method: 'DELETE' }))).toEqual(unauthenticated)
    expect(await answerOf(serve(guarded, { method: 'OPTIONS' }))).toEqual(unauthenticated)
    expect(await answerOf(serve(guarded, { method: 'POST', body: '{' }))).toEqual(unauthenticated)
  })

  test('the method comes before the body', async () => {
    expect(await answerOf(serve(echo, { ...json('{'), method: 'PATCH' }))).toEqual({
      status: 405,
      body: { detail: 'Method "PATCH" not allowed.' },
    })
  })

  test('the body comes before the fields', async () => {
    const init = { method: 'POST', body: '{', headers: { 'Content-Type': 'application/json' } }
    expect((await serve(echo, init)).status).toBe(400)
    expect(await answerOf(serve(echo, json([])))).toEqual({
      status: 400,
      body: { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] },
    })
  })

  test('what is acceptable comes first', async () => {
    expect(await answerOf(serve(guarded, { headers: { Accept: 'text/html' } }))).toEqual({
      status: 406,
      body: { detail: 'Could not satisfy the request Accept header.' },
    })
  })
})

test('errors of fields come all at once, those of good fields, too', async () => {
  expect(await answerOf(serve(echo, json({ said: '', more: 'x' })))).toEqual({
    status: 400,
    body: { said: ['This field may not be blank.'], more: ['Invalid value'] },
  })
})

test('an error carries the headers of every answer', async () => {
  const failing = defineRoute({
    ...echo,
    methods: {
      POST: {
        summary: '',
        responses: () => ({}),
        handle: () => Promise.reject(fieldErrors({ a: [message('required')] })),
      },
    },
  })
  const response = await serve(failing, { method: 'POST' })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(response.headers.get('Vary')).toContain('Cookie')
  expect(await answerOf(response)).toEqual({
    status: 400,
    body: { a: ['This field is required.'] },
  })
})

test.each([
  '*/*',
  'application/*',
  'application/json',
  'text/html, */*;q=0.1',
  'application/json; indent=4',
])('Accept %j takes JSON', async (Accept) => {
  expect((await serve(echo, json({ said: 'x' }, { Accept }))).status).toBe(201)
})

test.each(['text/html', 'image/*', 'application/xml'])('Accept %j does not', async (Accept) => {
  expect((await serve(echo, json({ said: 'x' }, { Accept }))).status).toBe(406)
})

test.each([
  ['?format=json', 201],
  ['?format=', 201],
  ['?format=xml', 404],
])('the query %s answers %i', async (query, status) => {
  expect((await serve(echo, json({ said: 'x' }), {}, query)).status).toBe(status)
})

test('counts in the scope dj_rest_auth where the route says so', async () => {
  const app = await createTestApp({
    env: { DEFAULT_THROTTLE_RATES: { dj_rest_auth: '1/minute' } },
    users: [aUser({ tokenKey: KEY })],
  })
  const ask = async (route: Route) => {
    const request = new Request('https://auth.example.com/echo/', json({ said: 'x' }, TOKEN))
    return serveRoute(route, { deps: app.deps(), request, params: {} }).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof ApiError ? error.status : error),
    )
  }
  expect([await ask(guarded), await ask(guarded)]).toEqual([201, 429])
  expect([await ask(echo), await ask(echo)]).toEqual([201, 201])
})

describe('a method that a setting turns off', () => {
  const sometimes = defineRoute({
    ...echo,
    methods: {
      ...echo.methods,
      GET: {
        summary: '',
        when: ({ USE_JWT }) => USE_JWT,
        responses: () => ({}),
        handle: () => Promise.resolve({ body: { a: 1 } }),
      },
    },
  })

  test('is not allowed, nor is its HEAD, and Allow does not name it', async () => {
    const response = await serve(sometimes, { method: 'GET' })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
    expect((await serve(sometimes, { method: 'HEAD' })).status).toBe(405)
  })

  test('is served where it is on', async () => {
    const response = await serve(sometimes, { method: 'GET' }, { USE_JWT: 'true' })
    expect(response.status).toBe(200)
    expect(response.headers.get('Allow')).toBe('GET, POST, HEAD, OPTIONS')
  })
})

describe('HEAD', () => {
  const readable = defineRoute({
    ...echo,
    methods: {
      GET: {
        summary: '',
        responses: () => ({}),
        handle: () => Promise.resolve({ body: { a: 1 } }),
      },
    },
  })

  test('is GET', async () => {
    const response = await serve(readable, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('Allow')).toBe('GET, HEAD, OPTIONS')
  })

  test('is not allowed where GET is not', async () => {
    expect((await serve(echo, { method: 'HEAD' })).status).toBe(405)
  })
})

test('names of every object are no methods', async () => {
  const request = { method: 'CONSTRUCTOR' }
  expect((await serve(echo, request)).status).toBe(405)
})

test('a broken CSRF cookie is replaced, a session that is over deleted', async () => {
  const headers = { Cookie: `csrftoken=broken; sessionid=${'x'.repeat(32)}` }
  const response = await serve(echo, json({ said: 'x' }, headers))
  const names = response.headers.getSetCookie().map((line) => line.split('=')[0])
  expect(names).toEqual(['a', 'b', 'csrftoken', 'sessionid'])
})

test('a session cookie too short to be one is deleted wherever sessions may be', async () => {
  const exact = { DJANGO_COMPATIBILITY: 'exact', USE_JWT: true, SESSION_LOGIN: false }
  const cookiesIn = async (env: Record<string, unknown>) => {
    const response = await serve(echo, json({ said: 'x' }, { Cookie: 'sessionid=x' }), env)
    return response.headers.getSetCookie().map((line) => line.split('=')[0])
  }
  expect(await cookiesIn(exact)).toEqual(['a', 'b', 'sessionid'])
  expect(await cookiesIn({ ...exact, REGISTRATION_OPENS_SESSION: false })).toEqual(['a', 'b'])
})
