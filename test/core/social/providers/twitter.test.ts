import { afterAll, beforeAll, expect, test } from 'vitest'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import { twitter } from '../../../../src/core/social/providers/twitter.ts'
import { en } from '../../../../src/i18n/languages/en.ts'
import { anApp, anAttempt, NOW } from '../../../support/providers/attempt.ts'
import { PROFILE_FAULTS } from '../../../support/providers/faults.ts'
import { startTwitter, type FakeTwitter } from '../../../support/providers/twitter.ts'

const CONSUMER = { key: 'tw-client', secret: 'tw-secret' }
const CLIENT = {
  clientId: 'tw-oauth2-client',
  secret: 'tw-oauth2-secret',
  redirectUri: 'https://app.example/callback/twitter',
}
const TIA = {
  id: '1234567890123456789',
  username: 'tiatweets',
  name: 'Tia Tweets',
  email: 'tia@example.com',
}
const app = anApp(
  {
    twitter: { APP: { client_id: CONSUMER.key, secret: CONSUMER.secret } },
    twitter_oauth2: { APP: { client_id: CLIENT.clientId, secret: CLIENT.secret } },
  },
  'twitter',
)

let server: FakeTwitter
let servers: Readonly<Record<string, FakeTwitter>>
beforeAll(async () => {
  server = await startTwitter(CONSUMER, CLIENT, () => NOW)
  servers = { 'api.x.com': server, 'x.com': server }
})
afterAll(async () => {
  await server.stop()
})

type Options = { readonly timeoutMs?: number; readonly queryEmail?: boolean }

function identifyBy(
  credentials: GivenCredentials,
  options: Options = {},
): Promise<IdentifyOutcome> {
  return identify(twitter, anAttempt({ app, credentials, servers, ...options }))
}

test('reads the profile of a signed token, every digit of its id', async () => {
  const { token, secret } = server.issuePair(TIA)
  expect(await identifyBy({ accessToken: token, tokenSecret: secret })).toEqual({
    kind: 'profile',
    profile: {
      provider: 'twitter',
      subject: '1234567890123456789',
      email: 'tia@example.com',
      emailVerified: false,
      username: 'tiatweets',
      firstName: 'Tia',
      lastName: 'Tweets',
      extraData: {
        id: '1234567890123456789',
        id_str: '1234567890123456789',
        screen_name: 'tiatweets',
        name: 'Tia Tweets',
        email: 'tia@example.com',
      },
      tokens: { accessToken: token, tokenSecret: secret },
    },
  })
})

test('asks for the address only under QUERY_EMAIL', async () => {
  const { token, secret } = server.issuePair(TIA)
  const credentials = { accessToken: token, tokenSecret: secret }
  expect(await identifyBy(credentials, { queryEmail: false })).toMatchObject({
    profile: { email: '', subject: '1234567890123456789' },
  })
})

test('refuses a token with another secret', async () => {
  const { token } = server.issuePair(TIA)
  const { secret } = server.issuePair(TIA)
  expect(await identifyBy({ accessToken: token, tokenSecret: secret })).toMatchObject({
    kind: 'rejected',
    reason: 'refused',
  })
})

test('refuses an access token without its secret', async () => {
  const { token } = server.issuePair(TIA)
  expect(await identifyBy({ accessToken: token })).toMatchObject({ kind: 'rejected' })
})

test('says no in the words of the reference', () => {
  expect(en.messages[twitter.refusal]).toBe('No access to private resources at "api.x.com".')
})

test.each(PROFILE_FAULTS)('answers $name of verify_credentials', async ({ fault, outcome }) => {
  const { token, secret } = server.issuePair(TIA)
  server.break('/verify_credentials.json', fault)
  const seen = await identifyBy(
    { accessToken: token, tokenSecret: secret },
    { timeoutMs: fault.kind === 'silent' ? 80 : 5000 },
  )
  server.break('/verify_credentials.json', undefined)
  expect(seen).toMatchObject(outcome)
  expect(server.requests.map(({ path }) => path)).not.toContain('/elsewhere')
})

test('takes nothing but 200 for a yes', async () => {
  server.break('/verify_credentials.json', { kind: 'answers', answer: { status: 201, json: TIA } })
  const outcome = await identifyBy({ accessToken: 'x', tokenSecret: 'y' })
  server.break('/verify_credentials.json', undefined)
  expect(outcome).toMatchObject({ kind: 'rejected', reason: 'refused' })
})

test.each([
  ['20002', '20002'],
  ['"20002"', '20002'],
  ['9007199254740993', '9007199254740993'],
  ['-1', '-1'],
  ['"x"', 'x'],
])('reads the id %s', async (id, subject) => {
  const answer = { text: `{"id": ${id}, "screen_name": "a \\"12345678901234567890\\" b"}` }
  server.break('/verify_credentials.json', { kind: 'answers', answer })
  const outcome = await identifyBy({ accessToken: 'x', tokenSecret: 'y' })
  server.break('/verify_credentials.json', undefined)
  expect(outcome).toMatchObject({
    profile: { subject, username: 'a "12345678901234567890" b' },
  })
})

test.each([['null'], ['""'], ['1.5'], ['true'], ['{}'], ['[20002]']])(
  'refuses the id %s',
  async (id) => {
    const answer = { text: `{"id": ${id}, "screen_name": "tia"}` }
    server.break('/verify_credentials.json', { kind: 'answers', answer })
    const outcome = await identifyBy({ accessToken: 'x', tokenSecret: 'y' })
    server.break('/verify_credentials.json', undefined)
    expect(outcome).toMatchObject({ kind: 'rejected', reason: 'no_subject' })
  },
)

test('begins with PKCE, and the code that comes back logs in by OAuth 2.0', async () => {
  const attempt = anAttempt({ app, credentials: {}, servers })
  const { redirectUri } = CLIENT
  const codeVerifier = 'v'.repeat(43)
  const request = { redirectUri, state: 'state-1', codeVerifier, nonce: 'nonce-1' }
  const start = await twitter.authorize(attempt, request)
  if (start.kind !== 'url') throw new Error(start.kind)
  expect(start.url.href).toBe(
    'https://x.com/i/oauth2/authorize?response_type=code&client_id=tw-oauth2-client' +
      '&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback%2Ftwitter&state=state-1' +
      '&code_challenge_method=S256&code_challenge=7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM' +
      '&scope=users.read+tweet.read+users.email',
  )
  server.signIn(TIA)
  const back = await attempt.fetch(start.url.href, { redirect: 'manual' })
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? ''
  expect(await identifyBy({ code, codeVerifier, redirectUri })).toMatchObject({
    kind: 'profile',
    profile: {
      provider: 'twitter',
      subject: '1234567890123456789',
      email: 'tia@example.com',
      emailVerified: true,
      username: 'tiatweets',
      tokens: { expiresAt: new Date('2026-11-24T14:00:00Z') },
    },
  })
})

test('refuses a code with another verifier', async () => {
  const code = server.issueCode({ person: TIA, challenge: 'not-the-hash' })
  const { redirectUri } = CLIENT
  expect(await identifyBy({ code, codeVerifier: 'w'.repeat(43), redirectUri })).toMatchObject({
    kind: 'code_rejected',
  })
})

test.each([
  ['500', { kind: 'answers', answer: { status: 500, json: {} } }, 500],
  ['429', { kind: 'answers', answer: { status: 429, json: {} } }, 429],
  ['silence', { kind: 'silent' }, undefined],
  ['a cut connection', { kind: 'cut' }, undefined],
] as const)('is unavailable after %s of the token endpoint', async (_, fault, status) => {
  server.break('/oauth2/token', fault)
  const timeoutMs = fault.kind === 'silent' ? 80 : 5000
  const outcome = await identifyBy({ code: 'x', codeVerifier: 'y' }, { timeoutMs })
  server.break('/oauth2/token', undefined)
  expect(outcome).toEqual({
    kind: 'unavailable',
    during: 'code_exchange',
    status,
    retryAfterSeconds: 5,
  })
})

test.each([
  ['a page of HTML', { text: '<html>' }],
  ['JSON null', { json: null }],
  ['no token', { json: { token_type: 'bearer' } }],
  ['400 without a reason', { status: 400, text: 'no' }],
  [
    'a redirect',
    { status: 307, json: { access_token: 'token-1' }, headers: { location: '/elsewhere' } },
  ],
])('refuses a code after %s of the token endpoint', async (_, answer) => {
  server.break('/elsewhere', { kind: 'answers', answer: { json: { access_token: 'token-1' } } })
  server.break('/oauth2/token', { kind: 'answers', answer })
  const outcome = await identifyBy({ code: 'x', codeVerifier: 'y' })
  server.break('/oauth2/token', undefined)
  server.break('/elsewhere', undefined)
  expect(outcome).toMatchObject({ kind: 'code_rejected' })
  expect(server.requests.map(({ path }) => path)).not.toContain('/elsewhere')
})

test('refuses a code after 8 MB of the token endpoint, which it does not read to the end', async () => {
  server.break('/oauth2/token', { kind: 'huge' })
  const outcome = await identifyBy({ code: 'x', codeVerifier: 'y' })
  server.break('/oauth2/token', undefined)
  expect(outcome).toMatchObject({ kind: 'code_rejected' })
})

test('passes on how long the token endpoint wants to be left alone', async () => {
  const answer = { status: 503, text: 'down', headers: { 'retry-after': '120' } }
  server.break('/oauth2/token', { kind: 'answers', answer })
  const outcome = await identifyBy({ code: 'x', codeVerifier: 'y' })
  server.break('/oauth2/token', undefined)
  expect(outcome).toEqual({
    kind: 'unavailable',
    during: 'code_exchange',
    status: 503,
    retryAfterSeconds: 120,
  })
})
