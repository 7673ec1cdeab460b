import { afterAll, beforeAll, expect, test } from 'vitest'
import { google } from '../../../../src/core/social/providers/google.ts'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import { anApp, anAttempt, NOW } from '../../../support/providers/attempt.ts'
import { PROFILE_FAULTS } from '../../../support/providers/faults.ts'
import { startOpenid, type FakeOpenid } from '../../../support/providers/openid.ts'

const CLIENT = {
  clientId: 'web.apps.googleusercontent.com',
  secret: 'google-secret',
  redirectUri: 'https://app.example/callback/google',
}
const GIA = {
  sub: '108',
  email: 'gia@gmail.com',
  email_verified: true,
  given_name: 'Gia',
  family_name: 'Goo',
  name: 'Gia Goo',
}
const app = anApp({
  google: {
    APPS: [
      { client_id: CLIENT.clientId, secret: CLIENT.secret },
      { client_id: 'ios.apps.googleusercontent.com' },
    ],
  },
})

let server: FakeOpenid
let servers: Readonly<Record<string, FakeOpenid>>
beforeAll(async () => {
  server = await startOpenid(CLIENT, {
    issuer: 'https://accounts.google.com',
    now: () => NOW,
    endpoints: {
      authorize: '/o/oauth2/v2/auth',
      jwks: '/oauth2/v3/certs',
      userinfo: '/oauth2/v3/userinfo',
    },
  })
  servers = {
    'accounts.google.com': server,
    'oauth2.googleapis.com': server,
    'www.googleapis.com': server,
  }
})
afterAll(async () => {
  await server.stop()
})

function identifyBy(
  credentials: GivenCredentials,
  options: { readonly timeoutMs?: number } = {},
): Promise<IdentifyOutcome> {
  return identify(google, anAttempt({ app, credentials, servers, ...options }))
}

/** What `tokeninfo` says of every access token. */
function tokensAreFor(audience: string): void {
  server.answerFirst(({ path }) =>
    path === '/tokeninfo' ? { json: { aud: audience, azp: audience, sub: '108' } } : undefined,
  )
}

const PROFILE = {
  provider: 'google',
  subject: '108',
  email: 'gia@gmail.com',
  emailVerified: true,
  username: '',
  firstName: 'Gia',
  lastName: 'Goo',
}

test('reads a lone ID token', async () => {
  const idToken = await server.issueIdToken(GIA)
  expect(await identifyBy({ idToken })).toMatchObject({ kind: 'profile', profile: PROFILE })
})

test.each([
  ['its other issuer name', { iss: 'accounts.google.com' }],
  ['another app of ours', { aud: 'ios.apps.googleusercontent.com' }],
])('reads an ID token of %s', async (_, claims) => {
  const idToken = await server.issueIdToken(GIA, claims)
  expect(await identifyBy({ idToken })).toMatchObject({ kind: 'profile' })
})

test.each([
  ['another issuer', { iss: 'https://accounts.google.com.evil.example' }],
  ['another audience', { aud: 'evil.apps.googleusercontent.com' }],
])('refuses an ID token of %s', async (_, claims) => {
  const idToken = await server.issueIdToken(GIA, claims)
  expect(await identifyBy({ idToken })).toMatchObject({ kind: 'rejected', reason: 'bad_id_token' })
})

test('reads the profile of an access token that tokeninfo says is ours', async () => {
  tokensAreFor(CLIENT.clientId)
  const accessToken = server.issueToken(GIA)
  expect(await identifyBy({ accessToken })).toEqual({
    kind: 'profile',
    profile: { ...PROFILE, extraData: GIA, tokens: { accessToken } },
  })
})

test('refuses an access token that tokeninfo says is another app’s', async () => {
  tokensAreFor('evil.apps.googleusercontent.com')
  const accessToken = server.issueToken(GIA)
  expect(await identifyBy({ accessToken })).toMatchObject({
    kind: 'rejected',
    reason: 'token_of_another_app',
  })
})

test('begins, comes back and logs in by code, with no call but the exchange and the keys', async () => {
  const attempt = anAttempt({ app, credentials: {}, servers })
  const { redirectUri } = CLIENT
  const codeVerifier = 'v'.repeat(43)
  const request = { redirectUri, state: 'state-1', codeVerifier, nonce: 'nonce-1' }
  const start = await google.authorize(attempt, request)
  if (start.kind !== 'url') throw new Error(start.kind)
  expect(start.url.searchParams.get('scope')).toBe('openid profile email')
  server.signIn(GIA)
  const back = await attempt.fetch(start.url.href, { redirect: 'manual' })
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const before = server.requests.length
  const outcome = await identifyBy({ code, codeVerifier, redirectUri, nonce: 'nonce-1' })
  expect(outcome).toMatchObject({ kind: 'profile', profile: PROFILE })
  const asked = server.requests.slice(before).map(({ path }) => path)
  expect(asked.filter((path) => path !== '/oauth2/v3/certs')).toEqual(['/token'])
})

test.each(PROFILE_FAULTS)('answers $name of userinfo', async ({ fault, outcome }) => {
  tokensAreFor(CLIENT.clientId)
  const accessToken = server.issueToken(GIA)
  server.break('/userinfo', fault)
  const seen = await identifyBy({ accessToken }, { timeoutMs: fault.kind === 'silent' ? 80 : 5000 })
  server.break('/userinfo', undefined)
  expect(seen).toMatchObject(outcome)
})
