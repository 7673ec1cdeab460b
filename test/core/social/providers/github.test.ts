import { afterAll, beforeAll, expect, test } from 'vitest'
import { github } from '../../../../src/core/social/providers/github.ts'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import { anApp, anAttempt } from '../../../support/providers/attempt.ts'
import { PROFILE_FAULTS } from '../../../support/providers/faults.ts'
import {
  startProviderServer,
  type ProviderAnswer,
  type ProviderServer,
} from '../../../support/providers/http-server.ts'

const GUS = { id: 583231, login: 'gus', name: 'Gus Hub', email: 'public@example.com' }
const EMAILS = [
  { email: 'old@example.com', primary: false, verified: true },
  { email: 'gus@example.com', primary: true, verified: true },
]
const BASIC = `Basic ${Buffer.from('gh-client:gh-secret').toString('base64')}`
const app = anApp({ github: { APP: { client_id: 'gh-client', secret: 'gh-secret' } } })

let emails: ProviderAnswer
let server: ProviderServer
let servers: Readonly<Record<string, ProviderServer>>
beforeAll(async () => {
  server = await startProviderServer(({ method, host, path, headers, form, body }) => {
    const authorization = headers.get('authorization')
    switch (`${method} ${host}${path}`) {
      case 'POST github.com/login/oauth/access_token':
        // GitHub says 200 to a bad code, too.
        return form.get('code') === 'gh-code' && authorization === BASIC
          ? { json: { access_token: 'gho_1', token_type: 'bearer', scope: 'user:email' } }
          : { json: { error: 'bad_verification_code' } }
      case 'GET api.github.com/user':
        if (!headers.has('user-agent')) return { status: 403, text: 'no user agent' }
        return authorization === 'Bearer gho_1' ? { json: GUS } : { status: 401, json: {} }
      case 'GET api.github.com/user/emails':
        return emails
      case 'POST api.github.com/applications/gh-client/token':
        if (authorization !== BASIC) return { status: 401, json: {} }
        return JSON.parse(body).access_token === 'gho_1'
          ? { json: { app: { client_id: 'gh-client' }, user: { id: 583231 } } }
          : { status: 404, json: { message: 'Not Found' } }
      default:
        return undefined
    }
  })
  servers = { 'github.com': server, 'api.github.com': server }
})
afterAll(async () => {
  await server.stop()
})

function identifyBy(
  credentials: GivenCredentials,
  options: { readonly timeoutMs?: number; readonly queryEmail?: boolean } = {},
): Promise<IdentifyOutcome> {
  return identify(github, anAttempt({ app, credentials, servers, ...options }))
}

const PROFILE = {
  provider: 'github',
  subject: '583231',
  email: 'gus@example.com',
  emailVerified: true,
  username: 'gus',
  firstName: 'Gus',
  lastName: 'Hub',
  extraData: GUS,
  tokens: { accessToken: 'gho_1' },
}

test.each([
  ['code', { code: 'gh-code' }],
  ['access token', { accessToken: 'gho_1' }],
])('reads the profile of an %s, with the primary address', async (_, credentials) => {
  emails = { json: EMAILS }
  expect(await identifyBy(credentials)).toEqual({ kind: 'profile', profile: PROFILE })
})

test('refuses an access token that GitHub does not know as ours', async () => {
  emails = { json: EMAILS }
  server.break('/applications/gh-client/token', {
    kind: 'answers',
    answer: { status: 404, json: {} },
  })
  const outcome = await identifyBy({ accessToken: 'gho_1' })
  server.break('/applications/gh-client/token', undefined)
  expect(outcome).toMatchObject({ kind: 'rejected', reason: 'token_of_another_app' })
})

test('refuses a bad code, which GitHub answers with 200', async () => {
  expect(await identifyBy({ code: 'other' })).toMatchObject({ kind: 'code_rejected' })
})

test.each<[string, ProviderAnswer]>([
  ['not verified', { json: [{ email: 'gus@example.com', primary: true, verified: false }] }],
  ['missing', { status: 404, json: {} }],
  ['nothing', { json: [null, 5] }],
])('falls back to the public, unverified address where the primary is %s', async (_, answer) => {
  emails = answer
  expect(await identifyBy({ code: 'gh-code' })).toMatchObject({
    profile: { email: 'public@example.com', emailVerified: false },
  })
})

test.each<[string, ProviderAnswer, number | undefined]>([
  ['fails', { status: 502, json: {} }, 502],
  ['limits us', { status: 429, json: {} }, 429],
  ['gives up waiting', { status: 408, json: {} }, 408],
  ['has no request left', { status: 403, headers: { 'x-ratelimit-remaining': '0' } }, 403],
  ['asks for a pause', { status: 403, headers: { 'retry-after': '60' } }, 403],
  ['answers a page', { text: '<html>' }, undefined],
  ['answers an object', { json: { message: 'Moved' } }, undefined],
  ['answers null', { json: null }, undefined],
])('makes no account without address while GitHub %s', async (_, answer, status) => {
  emails = answer
  expect(await identifyBy({ code: 'gh-code' })).toMatchObject({
    kind: 'unavailable',
    during: 'profile',
    status,
  })
})

test('a refusal that is no limit means that GitHub gives no address', async () => {
  emails = { status: 403, headers: { 'x-ratelimit-remaining': '41' } }
  expect(await identifyBy({ code: 'gh-code' })).toMatchObject({
    profile: { email: 'public@example.com', emailVerified: false },
  })
})

test('asks for no addresses without QUERY_EMAIL', async () => {
  emails = { json: EMAILS }
  const before = server.requests.length
  expect(await identifyBy({ code: 'gh-code' }, { queryEmail: false })).toMatchObject({
    profile: { email: 'public@example.com', emailVerified: false },
  })
  const asked = server.requests.slice(before).map(({ path }) => path)
  expect(asked).toEqual(['/login/oauth/access_token', '/user'])
})

test('speaks to an own server under GITHUB_URL', async () => {
  const own = anApp({
    github: { APP: { client_id: 'c', secret: 's' }, GITHUB_URL: 'https://git.corp.example/' },
  })
  const attempt = anAttempt({ app: own, credentials: {}, servers: {} })
  const request = {
    redirectUri: 'https://app.example/cb',
    state: 's',
    codeVerifier: 'v',
    nonce: 'n',
  }
  const start = await github.authorize(attempt, request)
  if (start.kind !== 'url') throw new Error(start.kind)
  expect(start.url.origin + start.url.pathname).toBe(
    'https://git.corp.example/login/oauth/authorize',
  )
})

test.each(PROFILE_FAULTS)('answers $name of /user', async ({ fault, outcome }) => {
  emails = { json: EMAILS }
  server.break('/user', fault)
  const timeoutMs = fault.kind === 'silent' ? 80 : 5000
  const seen = await identifyBy({ accessToken: 'gho_1' }, { timeoutMs })
  server.break('/user', undefined)
  expect(seen).toMatchObject(outcome)
})
