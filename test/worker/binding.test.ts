import { build } from 'esbuild'
import { generateKeyPairSync } from 'node:crypto'
import { convertV4MiniflareOptions, fetch, Miniflare, Response, type Request } from 'miniflare'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { bundleModules } from '../support/bundle-modules.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'

/**
 * Two Workers in one workerd, the service and an API that guards its routes with it (`examples/api`). The API has
 * a binding and no network: in production a Worker cannot fetch a sibling's workers.dev host (error 1042).
 */

const PASSWORD = 'right-horse-staple'
const COMPATIBILITY_DATE = '2026-11-17'

let sqld: Sqld
let miniflare: Miniflare
/** What the API tried to fetch. */
const fetched: string[] = []

beforeAll(async () => {
  sqld = await startSqld()
  const { outputFiles } = await build({
    entryPoints: ['examples/api/worker.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    alias: { 'rest-auth-edge/guard': './src/guard/guard.ts' },
  })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const api = (name: string, service: string) => ({
    name,
    modules: [{ type: 'ESModule' as const, path: 'api.js', contents: outputFiles[0]?.text ?? '' }],
    compatibilityDate: COMPATIBILITY_DATE,
    serviceBindings: { AUTH: { name: service, entrypoint: 'Auth' } },
    outboundService: (request: Request) => {
      fetched.push(request.url)
      return new Response('error code: 1042', { status: 404 })
    },
  })
  const service = (name: string, bindings: Record<string, string>) => ({
    name,
    modules: bundleModules(inject('bundleDirectory')),
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: {
      SECRET_KEY: 'worker-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
      PASSWORD_PBKDF2_CALLS: '1',
      PASSWORD_PBKDF2_ITERATIONS: '1000',
      DATABASE_TIMEOUT_MS: '60000',
      JWT_AUTH_HTTPONLY: 'false',
      TURSO_DATABASE_URL: sqld.url,
      ...bindings,
    },
    outboundService: (request: Request) =>
      new URL(request.url).origin === sqld.url ? fetch(request) : new Response('', { status: 599 }),
  })
  const es256 = { SIMPLE_JWT_ALGORITHM: 'ES256', SIMPLE_JWT_SIGNING_KEY: key }
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        service('keys', {}),
        service('jwts', { USE_JWT: 'true', ...es256 }),
        service('secrets', { USE_JWT: 'true' }),
        api('api-of-keys', 'keys'),
        api('api-of-jwts', 'jwts'),
        api('api-of-secrets', 'secrets'),
      ],
    }),
  )
  await post('keys', 'registration/', {
    username: 'ada',
    email: 'ada@example.com',
    password1: PASSWORD,
    password2: PASSWORD,
  })
})
afterAll(async () => {
  await miniflare.dispose()
  await sqld.stop()
})

async function post(worker: string, path: string, body: object, headers = {}) {
  const url = `https://auth.example.com/dj-rest-auth/${path}`
  const response = await (
    await miniflare.getWorker(worker)
  ).fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Readonly<Record<string, string>> // texts, where these tests look
}

async function orders(api: string, token: string) {
  const response = await (
    await miniflare.getWorker(api)
  ).fetch('https://api.example.com/orders', {
    headers: { Authorization: `Bearer ${token}` },
  })
  return { status: response.status, body: await response.json() }
}

const MINE = { status: 200, body: { ordersOf: '1' } }
const REFUSED = {
  status: 401,
  body: { detail: 'Token is invalid or expired', code: 'token_not_valid' },
}

test('the API accepts keys, JWTs and JWTs of a secret, and fetches nothing', async () => {
  const credentials = { username: 'ada', password: PASSWORD }
  const { key = '' } = await post('keys', 'login/', credentials)
  expect(await orders('api-of-keys', key)).toEqual(MINE)
  for (const service of ['jwts', 'secrets']) {
    const { access = '', refresh = '' } = await post(service, 'login/', credentials)
    expect(await orders(`api-of-${service}`, access)).toEqual(MINE)
    expect(await orders(`api-of-${service}`, refresh)).toEqual(REFUSED)
    expect(await orders('api-of-keys', access)).toEqual(REFUSED)
  }
  await post('keys', 'logout/', {}, { Authorization: `Token ${key}` })
  expect(await orders('api-of-keys', `${key}0`)).toEqual(REFUSED)
  expect(fetched).toEqual([])
})

test('what is open needs no login, and says so where one is needed', async () => {
  const api = await miniflare.getWorker('api-of-jwts')
  expect(await (await api.fetch('https://api.example.com/')).text()).toBe('Anybody may read this.')
  const refused = await api.fetch('https://api.example.com/orders')
  expect(refused.status).toBe(401)
  expect(refused.headers.get('WWW-Authenticate')).toBe('Bearer')
})

test('sixty-four requests at once share what one of them asks', async () => {
  const { access = '' } = await post('jwts', 'login/', { username: 'ada', password: PASSWORD })
  const all = await Promise.all(Array.from({ length: 64 }, () => orders('api-of-jwts', access)))
  expect(all).toEqual(Array.from({ length: 64 }, () => MINE))
  expect(fetched).toEqual([])
})
