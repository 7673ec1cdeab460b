import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { LogLine } from '../src/deps.ts'
import type { Platform } from '../src/platform.ts'
import { openDeps } from '../src/request-deps.ts'
import { createService, type Service } from '../src/service.ts'
import { routesOf } from '../src/surfaces/rest-auth/routes.ts'
import { createTestApp, aUser, type TestApp } from './support/app.ts'

const ORIGIN = 'https://app.example.com'

async function serviceOf(
  env: Readonly<Record<string, string>> = {},
): Promise<{ app: TestApp; service: Service; log: LogLine[] }> {
  const app = await createTestApp({ users: [aUser()], env })
  const log: LogLine[] = []
  const platform: Platform = {
    fetch: app.outside.fetch,
    now: () => app.clock.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    defer: (work) => void work,
    log: (line) => log.push(line),
    client: { address: '192.0.2.1', country: '', userAgent: '' },
  }
  return { app, service: createService(app.settings, () => platform), log }
}

const login = (path: string, password = 'right-horse-staple') =>
  new Request(`https://auth.example.com${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'alice', password }),
  })

test('is a Hono app with a route for every endpoint', async () => {
  const { app, service } = await serviceOf()
  const served = new Set(service.routes.map(({ path }) => path))
  for (const path of Object.keys(routesOf(app.settings))) {
    expect(served).toContain(`/dj-rest-auth/${path}`)
  }
})

test('a part of another app serves what it serves, and leaves the rest alone', async () => {
  const { service, log } = await serviceOf()
  const whole = new Hono()
    .route('/', service)
    .get('/mine', (c) => c.text('mine'))
    .notFound((c) => c.text('not here', 404))

  const answer = await whole.fetch(login('/dj-rest-auth/login/'))
  expect(answer.status).toBe(200)
  expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(log).toMatchObject([{ event: 'request', route: 'login/', status: 200, round_trips: 2 }])

  const mine = await whole.request('/mine')
  expect(await mine.text()).toBe('mine')
  expect([...mine.headers.keys()]).toEqual(['content-type'])
  expect(await (await whole.request('/dj-rest-auth/unknown/')).text()).toBe('not here')
  expect(log).toHaveLength(1)
})

test("under a path of another app it runs between that app's middleware", async () => {
  const { service } = await serviceOf()
  const seen: string[] = []
  const whole = new Hono()
    .use('/auth/*', async (c, next) => {
      seen.push(`before ${c.req.path}`)
      await next()
      c.header('X-After', String(c.res.status))
    })
    .route('/auth', service)
  expect(whole.routes.map(({ path }) => path)).toContain('/auth/dj-rest-auth/login/')
  const answer = await whole.fetch(login('/auth/dj-rest-auth/login/'))
  expect([answer.status, answer.headers.get('X-After')]).toEqual([200, '200'])
  expect(seen).toEqual(['before /auth/dj-rest-auth/login/'])
})

test('a part of another app answers its own errors, and logs them', async () => {
  const { service, log } = await serviceOf()
  const whole = new Hono().route('/accounts', service).onError(() => {
    throw new Error('none of ours comes here')
  })
  const answer = await whole.fetch(login('/accounts/dj-rest-auth/login/', 'wrong-horse'))
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({
    non_field_errors: ['Unable to log in with provided credentials.'],
  })
  expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(log).toMatchObject([{ route: 'login/', status: 400, error: 'invalid' }])
})

test('alone it answers every URL, with one log line each', async () => {
  const { service, log } = await serviceOf({ CORS_ALLOWED_ORIGINS: ORIGIN })
  const unknown = await service.request('/unknown', { headers: { Origin: ORIGIN } })
  expect(unknown.status).toBe(404)
  expect(await unknown.json()).toEqual({ detail: 'Not found.' })
  expect(unknown.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)

  const preflight = await service.request('/unknown', {
    method: 'OPTIONS',
    headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('Vary')).toBe('Origin')

  const head = await service.request('/unknown', { method: 'HEAD' })
  expect(head.status).toBe(404)
  expect(await head.text()).toBe('')
  expect(log).toMatchObject([
    { method: 'GET', route: '', status: 404 },
    { method: 'OPTIONS', route: '', status: 204 },
    { method: 'HEAD', route: '', status: 404 },
  ])
})

test('an endpoint that a setting turns off is not found, and logged once', async () => {
  const { service, log } = await serviceOf({ USE_JWT: 'false' })
  const answer = await service.request('/dj-rest-auth/token/refresh/', { method: 'POST' })
  expect(answer.status).toBe(404)
  expect(log).toMatchObject([{ route: '', status: 404 }])
})

test('deferred work begins when the request is answered, in a task of its own', async () => {
  const { app } = await serviceOf()
  const { promise: answered, resolve } = Promise.withResolvers<void>()
  const deferred: Promise<unknown>[] = []
  const deps = openDeps(app.settings, {
    fetch: app.outside.fetch,
    now: () => app.clock.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    defer: (work) => deferred.push(work),
    log: () => undefined,
    client: { address: '192.0.2.1', country: '', userAgent: '' },
    answered,
  })
  let hasBegun = false
  deps.defer(async () => {
    hasBegun = true
  })
  await new Promise((done) => setTimeout(done, 10))
  resolve()
  await new Promise((done) => process.nextTick(done))
  expect(hasBegun).toBe(false)
  await Promise.all(deferred)
  expect(hasBegun).toBe(true)
})
