import { expect, test } from 'vitest'
import { requireUser, type GuardOptions } from '../../src/guard/guard.ts'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import vectors from '../vectors/jwt-tokens.json' with { type: 'json' }
import { bearer } from './tokens.ts'

/** The guard before the service itself, over HTTP, and what it costs. */

const ALICE = { username: 'alice', password: 'right-horse-staple' }
const SECRET = 'a-secret-of-the-orders-service-0123456789'
const [es256] = vectors.asymmetric.ES256

let hosts = 0

/** The service, a guard of it, and the requests that the guard has made. */
async function guardedApp(env: Record<string, unknown>, more: GuardOptions = {}) {
  const app: TestApp = await createTestApp({
    env: {
      JWT_AUTH_HTTPONLY: 'false',
      INTROSPECTION_CLIENTS: JSON.stringify({ orders: SECRET }),
      ...env,
    },
    users: [aUser()],
  })
  hosts += 1
  const asked: string[] = []
  const options: GuardOptions = {
    auth: `https://guarded${hosts}.example.com/dj-rest-auth/`,
    client: { id: 'orders', secret: SECRET },
    now: () => app.clock.now().getTime(),
    fetch: (input, init) => {
      const request = new Request(input, init)
      asked.push(new URL(request.url).pathname.replace('/dj-rest-auth/', ''))
      return app.fetch(request)
    },
    ...more,
  }
  return { app, options, asked }
}

/** What a hundred guarded requests cost: calls of the service, and its round trips to the database. */
async function costOf(
  { app, options, asked }: Awaited<ReturnType<typeof guardedApp>>,
  token: string,
): Promise<string> {
  asked.length = 0
  const cost = await app.costOf(async () => {
    for (let index = 0; index < 100; index += 1) await requireUser(bearer(token), options)
  })
  const { roundTrips } = cost.total
  return `${asked.length} calls of the service, ${roundTrips} round trips to the database`
}

const KEYS = {
  USE_JWT: 'true',
  SIMPLE_JWT_ALGORITHM: 'ES256',
  SIMPLE_JWT_SIGNING_KEY: es256?.private,
}

test('a hundred guarded requests: none asks anybody for a JWT, one each at most for a key', async () => {
  const jwt = await guardedApp(KEYS)
  const access = await memberOf(jwt.app.post('login/', ALICE), 'access')
  await requireUser(bearer(access), jwt.options)
  expect(jwt.asked).toEqual(['.well-known/jwks.json'])
  const revocable = await guardedApp(KEYS, { introspect: 'always', cacheSeconds: 0 })
  const checked = await memberOf(revocable.app.post('login/', ALICE), 'access')
  await requireUser(bearer(checked), revocable.options)

  const cached = await guardedApp({})
  const uncached = { ...cached, options: { ...cached.options, cacheSeconds: 0 } }
  const key = await memberOf(cached.app.post('login/', ALICE), 'key')
  const costs = {
    'by JWT': await costOf(jwt, access),
    'by JWT, revocable at once': await costOf(revocable, checked),
    'by key': await costOf(cached, key),
    'by key, revocable at once': await costOf(uncached, key),
  }
  console.log(costs)
  expect(costs).toEqual({
    'by JWT': '0 calls of the service, 0 round trips to the database',
    'by JWT, revocable at once': '100 calls of the service, 100 round trips to the database',
    'by key': '1 calls of the service, 1 round trips to the database',
    'by key, revocable at once': '100 calls of the service, 100 round trips to the database',
  })
})

test('knows its caller by name where it asks', async () => {
  const { app, options } = await guardedApp({})
  const key = await memberOf(app.post('login/', ALICE), 'key')
  expect(await requireUser(bearer(key), options)).toMatchObject({
    id: '1',
    claims: { username: 'alice', email: 'alice@example.com' },
  })
})

test('a refresh token is refused, by its claims and by asking', async () => {
  for (const introspect of ['keys', 'always'] as const) {
    const { app, options } = await guardedApp(KEYS, { introspect })
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    await expect(requireUser(bearer(refresh), options)).rejects.toMatchObject({ status: 401 })
  }
})

test('with a secret that only the service knows, JWTs are asked about', async () => {
  const { app, options, asked } = await guardedApp({ USE_JWT: 'true' })
  const access = await memberOf(app.post('login/', ALICE), 'access')
  expect(await requireUser(bearer(access), options)).toMatchObject({ id: '1' })
  expect(asked).toEqual(['.well-known/jwks.json', 'token/introspect/'])
})

test('with the secret, nobody is asked', async () => {
  const { app, options, asked } = await guardedApp({ USE_JWT: 'true' })
  const access = await memberOf(app.post('login/', ALICE), 'access')
  const { now } = options
  const secret = app.settings.SECRET_KEY
  expect(await requireUser(bearer(access), { secret, ...(now && { now }) })).toMatchObject({
    id: '1',
  })
  expect(asked).toEqual([])
})

test('immediate revocation ends a login at once, the claims alone when they expire', async () => {
  const { app, options } = await guardedApp(KEYS)
  const access = await memberOf(app.post('login/', ALICE), 'access')
  await app.settle()
  const checked: GuardOptions = { ...options, introspect: 'always', cacheSeconds: 0 }
  expect(await requireUser(bearer(access), checked)).toMatchObject({ id: '1' })
  await app.post('logout/all/', {}, { Authorization: `Bearer ${access}` })
  expect(await requireUser(bearer(access), options)).toMatchObject({ id: '1' })
  await expect(requireUser(bearer(access), checked)).rejects.toMatchObject({ status: 401 })
  app.clock.advance(306)
  await expect(requireUser(bearer(access), options)).rejects.toMatchObject({ status: 401 })
})
