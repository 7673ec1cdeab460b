import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { describe, expect, test } from 'vitest'
import { answerOf, headerOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import vectors from '../../vectors/jwt-tokens.json' with { type: 'json' }

const URL_OF_KEYS = 'https://auth.example.com/.well-known/jwks.json'
const ALICE = { username: 'alice', password: 'right-horse-staple' }

async function keySetOf(app: TestApp): Promise<JSONWebKeySet> {
  const response = await app.request(URL_OF_KEYS)
  return response.json()
}

async function withKeys(env: Record<string, unknown>, data?: 'kept'): Promise<TestApp> {
  const whole = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ...env }
  return data === undefined
    ? createTestApp({ env: whole, users: [aUser()] })
    : createTestApp({ env: whole, data })
}

describe.each(Object.entries(vectors.asymmetric))('%s', (algorithm, [own, other]) => {
  if (own === undefined || other === undefined) throw new Error('two keys are recorded')
  const env = { SIMPLE_JWT_ALGORITHM: algorithm, SIMPLE_JWT_SIGNING_KEY: own.private }

  test('the keys verify an access token without us', async () => {
    const app = await withKeys(env)
    const access = await memberOf(app.post('login/', ALICE), 'access')
    const jwks = await keySetOf(app)
    const currentDate = app.clock.now()
    const verified = await jwtVerify(access, createLocalJWKSet(jwks), { currentDate })
    expect(verified.payload).toMatchObject({ user_id: '1', token_type: 'access' })
    expect(verified.protectedHeader).toEqual({
      alg: algorithm,
      typ: 'JWT',
      kid: jwks.keys[0]?.kid,
    })
  })

  test('login, refresh, user and verify work', async () => {
    const app = await withKeys(env)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    const access = await memberOf(app.post('token/refresh/', { refresh }), 'access')
    const user = await app.request('user/', { headers: { Authorization: `Bearer ${access}` } })
    expect(user.status).toBe(200)
    expect(await answerOf(app.post('token/verify/', { token: access }))).toEqual({
      status: 200,
      body: {},
    })
  })

  test('a rotation: the next key is published, signs, and the one before still verifies', async () => {
    const before = await withKeys({ ...env, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [other.public] })
    const refresh = await memberOf(before.post('login/', ALICE), 'refresh')
    const published = await keySetOf(before)

    const after = await withKeys(
      {
        ...env,
        SIMPLE_JWT_SIGNING_KEY: other.private,
        SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [own.public],
      },
      'kept',
    )
    const access = await memberOf(after.post('token/refresh/', { refresh }), 'access')
    expect(headerOf(access)['kid']).toBe(published.keys[1]?.kid)
    const current = await keySetOf(after)
    expect(current).toEqual({ keys: published.keys.toReversed() })

    const done = await withKeys({ ...env, SIMPLE_JWT_SIGNING_KEY: other.private }, 'kept')
    expect((await done.post('token/refresh/', { refresh })).status).toBe(401)
    const headers = { Authorization: `Bearer ${access}` }
    expect((await done.request('user/', { headers })).status).toBe(200)
  })
})

const [es256] = vectors.asymmetric.ES256
const ES256 = { SIMPLE_JWT_ALGORITHM: 'ES256', SIMPLE_JWT_SIGNING_KEY: es256?.private }

test('is JSON that anybody may keep for an hour', async () => {
  const app = await withKeys(ES256)
  const response = await app.request(URL_OF_KEYS)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('application/json')
  expect(response.headers.get('Cache-Control')).toBe('public, max-age=3600')
  expect(await response.json()).toEqual({
    keys: [
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.stringMatching(/^[\w-]{43}$/),
        y: expect.stringMatching(/^[\w-]{43}$/),
        kid: expect.stringMatching(/^[\w-]{43}$/),
        use: 'sig',
        alg: 'ES256',
      },
    ],
  })
})

test('asks no database', async () => {
  const app = await withKeys(ES256)
  const cost = await app.costOf(() => app.request(URL_OF_KEYS))
  expect(cost.total).toEqual({ roundTrips: 0, statements: 0 })
})

test('answers HEAD', async () => {
  const app = await withKeys(ES256)
  const response = await app.request(URL_OF_KEYS, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
})

test.each([
  ['a symmetric algorithm', { SIMPLE_JWT_ALGORITHM: 'HS256' }],
  ['no JWTs', { ...ES256, USE_JWT: 'false' }],
])('does not exist with %s', async (_, env) => {
  const app = await withKeys(env)
  expect(await answerOf(app.request(URL_OF_KEYS))).toEqual({
    status: 404,
    body: { detail: 'Not found.' },
  })
})

test('lies at the origin’s root, and under URL_PREFIX for who reaches nothing else of it', async () => {
  const app = await withKeys({ ...ES256, URL_PREFIX: 'api' })
  expect((await app.request(URL_OF_KEYS)).status).toBe(200)
  expect(await answerOf(app.request('.well-known/jwks.json'))).toEqual(
    await answerOf(app.request(URL_OF_KEYS)),
  )
  const atRoot = await withKeys({ ...ES256, URL_PREFIX: '/' })
  expect((await atRoot.request(URL_OF_KEYS)).status).toBe(200)
})

test('is empty where a secret signs, under URL_PREFIX alone', async () => {
  const app = await withKeys({})
  const response = app.request('.well-known/jwks.json')
  expect(await answerOf(response)).toEqual({ status: 200, body: { keys: [] } })
  expect((await app.request(URL_OF_KEYS)).status).toBe(404)
})
