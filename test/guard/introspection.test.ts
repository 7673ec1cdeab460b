import { expect, test } from 'vitest'
import {
  GuardError,
  requireUser,
  type AuthBinding,
  type GuardOptions,
} from '../../src/guard/guard.ts'
import { aKey, aKeyServer, bearer, CLAIMS, NOW } from './tokens.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ANSWER = { active: true, sub: '7', user_id: '7', username: 'ada', token_type: 'Bearer' }

/** A binding that tells what it was asked. */
function aBinding(answer: (token: string) => unknown, keys: readonly unknown[] = []) {
  const asked: string[] = []
  const auth: AuthBinding = {
    jwks: () => {
      asked.push('jwks')
      return Promise.resolve({ keys })
    },
    verify: (token) => {
      asked.push(token)
      return Promise.resolve().then(() => answer(token))
    },
  }
  const never: typeof fetch = () => {
    throw new Error('The guard has a binding and fetches.')
  }
  const clock = { ms: NOW * 1000 }
  const options: GuardOptions = { auth, fetch: never, now: () => clock.ms }
  return { options, asked, clock }
}

async function codeOf(request: Request, options: GuardOptions): Promise<string> {
  const outcome: unknown = await requireUser(request, options).catch((error: unknown) => error)
  return outcome instanceof GuardError ? outcome.body.code : JSON.stringify(outcome)
}

test('asks about an opaque key once, and again when its answer is ten seconds old', async () => {
  const { options, asked, clock } = aBinding(() => ANSWER)
  for (const seconds of [0, 5, 9.9]) {
    clock.ms = NOW * 1000 + seconds * 1000
    expect(await requireUser(bearer(KEY), options)).toEqual({
      id: '7',
      claims: ANSWER,
      roles: [],
      scopes: [],
    })
  }
  expect(asked).toEqual([KEY])
  clock.ms = NOW * 1000 + 10_000
  await requireUser(bearer(KEY), options)
  expect(asked).toEqual([KEY, KEY])
})

test('takes the scheme of DRF, too', async () => {
  const { options } = aBinding(() => ANSWER)
  const request = new Request('https://a.example/', { headers: { Authorization: `Token ${KEY}` } })
  expect(await requireUser(request, options)).toMatchObject({ id: '7' })
})

test('refuses what the service does not call active, and asks again', async () => {
  const { options, asked } = aBinding(() => ({ ...ANSWER, active: false }))
  expect(await codeOf(bearer(KEY), options)).toBe('token_not_valid')
  expect(await codeOf(bearer(KEY), options)).toBe('token_not_valid')
  expect(asked).toHaveLength(2)
})

test('a revoked key ends with its cached answer, at once with cacheSeconds 0', async () => {
  let isActive = true
  const { options, clock } = aBinding(() => ({ ...ANSWER, active: isActive }))
  await requireUser(bearer(KEY), options)
  isActive = false
  expect(await requireUser(bearer(KEY), options)).toMatchObject({ id: '7' })
  expect(await codeOf(bearer(KEY), { ...options, cacheSeconds: 0 })).toBe('token_not_valid')
  clock.ms += 10_000
  expect(await codeOf(bearer(KEY), options)).toBe('token_not_valid')
})

test('no answer is kept longer than a minute, nor beyond the end that it names', async () => {
  const { options, asked, clock } = aBinding((token) =>
    token === KEY ? ANSWER : { ...ANSWER, exp: NOW + 3 },
  )
  const long = { ...options, cacheSeconds: 3_600 }
  await requireUser(bearer(KEY), long)
  await requireUser(bearer('short'), long)
  clock.ms += 3_000
  await requireUser(bearer(KEY), long)
  await requireUser(bearer('short'), long)
  expect(asked).toEqual([KEY, 'short', 'short'])
  clock.ms += 57_000
  await requireUser(bearer(KEY), long)
  expect(asked).toHaveLength(4)
})

test('keeps a thousand answers, the newest', async () => {
  const { options, asked } = aBinding(() => ANSWER)
  for (let index = 0; index <= 1_000; index += 1) await requireUser(bearer(`k${index}`), options)
  asked.length = 0
  await requireUser(bearer('k1000'), options)
  await requireUser(bearer('k1'), options)
  expect(asked).toEqual([])
  await requireUser(bearer('k0'), options)
  expect(asked).toEqual(['k0'])
})

test.each([
  ['fails', () => Promise.reject(new Error('1042'))],
  ['says nothing', () => undefined],
  ['answers a text', () => 'ok'],
  ['answers something else', () => ({ ...ANSWER, active: 'true' })],
  ['never answers', () => new Promise(() => undefined)],
])('lets nobody through where the service %s', async (_how, answer) => {
  const { options } = aBinding(answer)
  expect(await codeOf(bearer(KEY), { ...options, timeoutMs: 30 })).toBe('unavailable')
})

test('verifies JWTs with the keys of the binding, and asks only where that is wanted', async () => {
  const key = await aKey()
  const { options, asked } = aBinding(() => ({ ...ANSWER, groups: ['staff'] }), [key.jwk])
  const token = await key.sign()
  expect(await requireUser(bearer(token), options)).toMatchObject({ claims: CLAIMS, roles: [] })
  expect(asked).toEqual(['jwks'])
  const always: GuardOptions = { ...options, introspect: 'always' }
  expect(await requireUser(bearer(token), always)).toMatchObject({ id: '7', roles: ['staff'] })
  expect(asked).toEqual(['jwks', token])
  const refresh = await key.sign({ token_type: 'refresh' })
  expect(await codeOf(bearer(refresh), always)).toBe('token_not_valid')
  expect(asked).toEqual(['jwks', token])
})

test('asks about JWTs that a secret signs, which only the service knows', async () => {
  const answered = { ...ANSWER, aud: 'orders' }
  const { options, asked } = aBinding(() => answered)
  const token = await (await aKey()).sign()
  expect(await codeOf(bearer(token), options)).toBe('token_not_valid')
  const wanted: GuardOptions = { ...options, audience: 'orders' }
  expect(await requireUser(bearer(token), wanted)).toMatchObject({ id: '7' })
  expect(asked).toEqual(['jwks', token])
})

test('over the network it shows its own credential (RFC 7662 §2.1)', async () => {
  const requests: Request[] = []
  const { options } = aKeyServer([], {
    client: { id: 'api', secret: 'a secret:%' },
    fetch: (input, init) => {
      requests.push(new Request(input, init))
      return Promise.resolve(Response.json(ANSWER))
    },
  })
  expect(await requireUser(bearer(KEY), options)).toMatchObject({ id: '7' })
  const [request] = requests
  expect(requests).toHaveLength(1)
  expect(request?.url).toBe(`${String(options.auth)}token/introspect/`)
  expect(request?.method).toBe('POST')
  expect(await request?.text()).toBe(`token=${KEY}`)
  const pair = atob(request?.headers.get('Authorization')?.replace('Basic ', '') ?? '')
  expect(pair).toBe('api:a%20secret%3A%25')
})

test.each([401, 403, 500, 302])('an answer of %d lets nobody through', async (status) => {
  const { options } = aKeyServer([], {
    client: { id: 'api', secret: 's' },
    fetch: () => Promise.resolve(Response.json(ANSWER, { status })),
  })
  expect(await codeOf(bearer(KEY), options)).toBe('unavailable')
})

test('a session in a cookie is asked about like a key', async () => {
  const { options, asked } = aBinding(() => ANSWER)
  const request = new Request('https://a.example/', { headers: { Cookie: `sessionid=${KEY}` } })
  expect(await requireUser(request, { ...options, cookies: ['sessionid'] })).toMatchObject({
    id: '7',
  })
  expect(asked).toEqual([KEY])
})
