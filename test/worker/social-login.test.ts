import { convertV4MiniflareOptions, fetch, Miniflare, Response, type Request } from 'miniflare'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { bundleModules } from '../support/bundle-modules.ts'
import { startFacebook, type FakeFacebook } from '../support/providers/facebook.ts'
import type { ProviderServer } from '../support/providers/http-server.ts'
import { startOpenid, type FakeOpenid } from '../support/providers/openid.ts'
import { startTwitter, type FakeTwitter } from '../support/providers/twitter.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'

const ORIGIN = 'https://auth.example.com'
const FACEBOOK = {
  clientId: 'fb-client',
  secret: 'fb-secret',
  redirectUri: 'https://app.example/callback/facebook',
}
const TWITTER = {
  clientId: 'tw2-client',
  secret: 'tw2-secret',
  redirectUri: 'https://app.example/callback/twitter',
}
const CORP = {
  clientId: 'corp-client',
  secret: 'corp-secret',
  redirectUri: 'https://app.example/callback/corp',
}
const FAY = { id: '10001', email: 'fay@example.com', first_name: 'Fay', last_name: 'Book' }
const TIA = { id: '1234567890123456789', username: 'tia', name: 'Tia', email: 'tia@example.com' }
const OLA = { sub: 'ola-1', email: 'ola@corp.example', email_verified: true, name: 'Ola Open' }
const KEY = /^[0-9a-f]{40}$/

let sqld: Sqld
let facebook: FakeFacebook
let twitter: FakeTwitter
let corp: FakeOpenid
let worker: Miniflare

beforeAll(async () => {
  const now = () => new Date()
  sqld = await startSqld()
  facebook = await startFacebook(FACEBOOK, 'v25.0')
  twitter = await startTwitter({ key: 'tw-consumer', secret: 'tw-consumer-secret' }, TWITTER, now)
  corp = await startOpenid(CORP, { now })
  worker = new Miniflare(
    convertV4MiniflareOptions({
      modules: bundleModules(inject('bundleDirectory')),
      compatibilityDate: '2026-11-17',
      bindings: bindings(),
      outboundService: answerOutside,
    }),
  )
})
afterAll(async () => {
  await worker.dispose()
  for (const server of [facebook, twitter, corp]) await server.stop()
  await sqld.stop()
})

function bindings(): Record<string, string> {
  const app = {
    provider_id: 'corp',
    client_id: CORP.clientId,
    secret: CORP.secret,
    callback_url: CORP.redirectUri,
    settings: { server_url: corp.url },
  }
  return {
    TURSO_DATABASE_URL: sqld.url,
    SECRET_KEY: 'worker-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    FACEBOOK_CLIENT_ID: FACEBOOK.clientId,
    FACEBOOK_CLIENT_SECRET: FACEBOOK.secret,
    FACEBOOK_CALLBACK_URL: FACEBOOK.redirectUri,
    TWITTER_CLIENT_ID: 'tw-consumer',
    TWITTER_CLIENT_SECRET: 'tw-consumer-secret',
    TWITTER_OAUTH2_CLIENT_ID: TWITTER.clientId,
    TWITTER_OAUTH2_CLIENT_SECRET: TWITTER.secret,
    TWITTER_OAUTH2_CALLBACK_URL: TWITTER.redirectUri,
    SOCIALACCOUNT_PROVIDERS: JSON.stringify({ openid_connect: { APPS: [app] } }),
    SOCIALACCOUNT_QUERY_EMAIL: 'true',
    SOCIALACCOUNT_REQUESTS_TIMEOUT: '1',
    ACCOUNT_RATE_LIMITS: 'false',
  }
}

/** The world outside of the Worker: its database, and the providers under their real names. */
async function answerOutside(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const own = [sqld.url, corp.url].includes(url.origin)
  const server = own ? undefined : serverOf(url.hostname)
  if (!own && server === undefined) return new Response(`blocked ${url.host}`, { status: 599 })
  const headers = new Headers([...request.headers])
  headers.set('x-original-host', url.hostname)
  return fetch(`${server?.url ?? url.origin}${url.pathname}${url.search}`, {
    method: request.method,
    headers: [...headers],
    redirect: 'manual',
    ...(request.method === 'GET' ? {} : { body: await request.arrayBuffer() }),
  })
}

function serverOf(host: string): ProviderServer | undefined {
  if (host.endsWith('facebook.com')) return facebook
  return host.endsWith('x.com') ? twitter : undefined
}

async function ask(
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Record<string, string> }> {
  const response = await worker.dispatchFetch(`${ORIGIN}/dj-rest-auth/${path}`, {
    redirect: 'manual',
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
  })
  const json: unknown = await response.json()
  if (typeof json !== 'object' || json === null)
    throw new Error(`no object: ${JSON.stringify(json)}`)
  return { status: response.status, body: Object.fromEntries(Object.entries(json)) }
}

/** Follows a login to the provider's page and back, as a browser does. */
async function goThere(path: string): Promise<Readonly<Record<string, string>>> {
  const { body } = await ask(path)
  const url = new URL(body['authorization_url'] ?? '')
  const server = serverOf(url.hostname)
  const there = await fetch(`${server?.url ?? url.origin}${url.pathname}${url.search}`, {
    redirect: 'manual',
    headers: { 'x-original-host': url.hostname },
  })
  const back = new URL(there.headers.get('location') ?? '')
  const code = back.searchParams.get('code') ?? ''
  const state = back.searchParams.get('state') ?? ''
  return { code, state, code_verifier: body['code_verifier'] ?? '' }
}

test('logs in with Facebook by a token, and by the whole way through its dialog', async () => {
  const first = await ask('facebook/', { access_token: facebook.issueToken(FAY) })
  expect(first.body['key']).toMatch(KEY)
  facebook.signIn(FAY)
  const sent = await goThere('facebook/authorize/')
  expect(await ask('facebook/', sent)).toEqual({ status: 200, body: first.body })
  expect((await ask('facebook/', sent)).status).toBe(400)
})

test('refuses a token of Facebook that another app got', async () => {
  const access_token = facebook.issueToken({ ...FAY, id: '666' }, 'evil-client')
  expect(await ask('facebook/', { access_token })).toEqual({
    status: 400,
    body: { non_field_errors: ['Incorrect value'] },
  })
})

test('logs in with X by a signed token, and by OAuth 2.0', async () => {
  const { token, secret } = twitter.issuePair(TIA)
  const first = await ask('twitter/', { access_token: token, token_secret: secret })
  expect(first.body['key']).toMatch(KEY)
  twitter.signIn(TIA)
  const sent = await goThere('twitter/authorize/')
  expect(await ask('twitter/', sent)).toEqual({ status: 200, body: first.body })
})

test('logs in with an issuer by the whole way, and by an ID token once', async () => {
  corp.signIn(OLA)
  const first = await ask('oidc/corp/', await goThere('oidc/corp/authorize/'))
  expect(first.body['key']).toMatch(KEY)
  const id_token = await corp.issueIdToken(OLA)
  expect(await ask('oidc/corp/', { id_token })).toEqual({ status: 200, body: first.body })
  expect((await ask('oidc/corp/', { id_token })).status).toBe(400)
})

test.each([
  ['facebook/', '/me', { access_token: 'EAA' }],
  ['twitter/', '/oauth2/token', { code: 'x', code_verifier: 'y' }],
])('does not wait for a silent provider at %s', async (path, pathEnd, body) => {
  const server = path === 'facebook/' ? facebook : twitter
  server.break(pathEnd, { kind: 'silent' })
  const started = performance.now()
  const answer = await ask(path, body)
  server.break(pathEnd, undefined)
  expect(answer.status).toBe(503)
  expect(performance.now() - started).toBeLessThan(5000)
})
