import { createHash } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import { openidConnect } from '../../../../src/core/social/providers/openid-connect.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import type { SocialApp } from '../../../../src/settings/social-providers.ts'
import { anApp, anAttempt, NOW } from '../../../support/providers/attempt.ts'
import { type ProviderServer } from '../../../support/providers/http-server.ts'
import {
  startOpenid,
  type FakeOpenid,
  type OpenidOptions,
} from '../../../support/providers/openid.ts'

const CLIENT = {
  clientId: 'oidc-client',
  secret: 'oidc-secret',
  redirectUri: 'https://app.example/callback/corp',
}
const OLA = {
  sub: 'ola-1',
  email: 'ola@corp.example',
  email_verified: true,
  preferred_username: 'ola',
  given_name: 'Ola',
  family_name: 'Open',
  name: 'Ola Open',
}

const running: FakeOpenid[] = []
let server: FakeOpenid
let app: SocialApp

beforeAll(async () => {
  ;({ server, app } = await startIssuer())
})
afterAll(async () => {
  for (const issuer of running) await issuer.stop()
})

async function startIssuer(
  options: Partial<OpenidOptions> = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly server: FakeOpenid; readonly app: SocialApp }> {
  const issuer = await startOpenid(CLIENT, { now: () => NOW, ...options })
  running.push(issuer)
  const declared = {
    provider_id: 'corp',
    name: 'Corp',
    client_id: CLIENT.clientId,
    secret: CLIENT.secret,
    settings: { server_url: issuer.url, ...settings },
  }
  return { server: issuer, app: anApp({ openid_connect: { APPS: [declared] } }, 'corp') }
}

function serversByUrl(): Readonly<Record<string, ProviderServer>> {
  return Object.fromEntries(running.map((issuer) => [issuer.url, issuer]))
}

function identifyBy(
  credentials: GivenCredentials,
  options: { readonly app?: SocialApp; readonly now?: Date; readonly timeoutMs?: number } = {},
): Promise<IdentifyOutcome> {
  const attempt = anAttempt({ app, credentials, servers: serversByUrl(), ...options })
  return identify(openidConnect, attempt)
}

test('reads an ID token that a client brings, to be spent once', async () => {
  const idToken = await server.issueIdToken(OLA)
  const outcome = await identifyBy({ idToken })
  const issuedAt = NOW.getTime() / 1000
  expect(outcome).toEqual({
    kind: 'profile',
    profile: {
      provider: 'corp',
      subject: 'ola-1',
      email: 'ola@corp.example',
      emailVerified: true,
      username: 'ola',
      firstName: 'Ola',
      lastName: 'Open',
      extraData: {
        ...OLA,
        iss: server.issuer,
        aud: 'oidc-client',
        iat: issuedAt,
        exp: issuedAt + 3600,
      },
      spend: {
        value: idToken.split('.').slice(0, 2).join('.'),
        expiresAt: new Date('2026-11-24T13:01:00Z'),
      },
    },
  })
})

const nowSeconds = NOW.getTime() / 1000

test.each([
  ['of another issuer', { iss: 'https://evil.example' }, 'bad_id_token'],
  ['for another client', { aud: 'other-client' }, 'bad_id_token'],
  [
    'for several clients, made for another',
    { aud: ['oidc-client', 'x'], azp: 'x' },
    'token_of_another_app',
  ],
  ['for several clients, made for nobody', { aud: ['oidc-client', 'x'] }, 'token_of_another_app'],
  ['that has expired', { exp: nowSeconds - 61 }, 'bad_id_token'],
  ['that is not valid yet', { nbf: nowSeconds + 120 }, 'bad_id_token'],
  ['without an expiry', { exp: undefined }, 'bad_id_token'],
  ['without a subject', { sub: undefined }, 'bad_id_token'],
  ['with an empty subject', { sub: '' }, 'no_subject'],
  ['with a number for a subject', { sub: 5 }, 'no_subject'],
])('refuses an ID token %s', async (_, claims, reason) => {
  const idToken = await server.issueIdToken(OLA, claims)
  expect(await identifyBy({ idToken })).toMatchObject({ kind: 'rejected', reason })
})

test('takes an ID token for several clients that was made for ours', async () => {
  const claims = { aud: ['oidc-client', 'x'], azp: 'oidc-client' }
  const idToken = await server.issueIdToken(OLA, claims)
  expect(await identifyBy({ idToken })).toMatchObject({ kind: 'profile' })
})

test.each([
  ['unsigned', () => new UnsecuredJWT(claimsOf(OLA)).encode()],
  [
    'signed by our own secret',
    () =>
      new SignJWT(claimsOf(OLA))
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(CLIENT.secret.repeat(4))),
  ],
  ['that is no JWT', () => 'x'],
  [
    'with a broken signature',
    async () => `${(await server.issueIdToken(OLA)).slice(0, -8)}AAAAAAAA`,
  ],
])('refuses an ID token %s', async (_, make) => {
  expect(await identifyBy({ idToken: await make() })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_id_token',
  })
})

function claimsOf(person: typeof OLA): Record<string, unknown> {
  const times = { iat: nowSeconds, exp: nowSeconds + 3600 }
  return { ...person, iss: server.issuer, aud: CLIENT.clientId, ...times }
}

test('compares the nonce where the login began with one', async () => {
  const idToken = await server.issueIdToken(OLA, { nonce: 'nonce-1' })
  expect(await identifyBy({ idToken, nonce: 'nonce-1' })).toMatchObject({ kind: 'profile' })
  expect(await identifyBy({ idToken, nonce: 'nonce-2' })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_id_token',
  })
})

test('takes a client’s own nonce as its SHA-256, too, and where the ID token has none', async () => {
  for (const nonce of [
    '4f9ff68d58d8ab4ae6a30ea57ebdd8ee74d6bdd7f6f3d9f32e4a4ea5a0d3f1ab',
    'n',
    undefined,
  ]) {
    const idToken = await server.issueIdToken(OLA, nonce === undefined ? {} : { nonce })
    const outcome = await identifyBy({ idToken, nonce: 'n' })
    expect(outcome.kind).toBe(nonce === 'n' || nonce === undefined ? 'profile' : 'rejected')
  }
  for (const encoding of ['hex', 'base64url'] as const) {
    const nonce = createHash('sha256').update('raw').digest(encoding)
    const idToken = await server.issueIdToken(OLA, { nonce })
    expect((await identifyBy({ idToken, nonce: 'raw' })).kind).toBe('profile')
  }
})

test('wants its own nonce where it began the login', async () => {
  const bare = await server.issueIdToken(OLA)
  const ours = { nonce: 'n', isNonceOurs: true }
  expect((await identifyBy({ idToken: bare, ...ours })).kind).toBe('rejected')
  const nonce = createHash('sha256').update('n').digest('hex')
  const hashed = await server.issueIdToken(OLA, { nonce })
  expect((await identifyBy({ idToken: hashed, ...ours })).kind).toBe('rejected')
})

test('believes no access token: an issuer cannot be asked whose it is', async () => {
  const accessToken = server.issueToken(OLA)
  expect(await identifyBy({ accessToken })).toMatchObject({
    kind: 'rejected',
    reason: 'not_confirmed',
  })
})

test.each([['true'], [1], [false], [undefined]])(
  'takes email_verified %j for unverified',
  async (email_verified) => {
    const idToken = await server.issueIdToken({ ...OLA, email_verified })
    expect(await identifyBy({ idToken })).toMatchObject({ profile: { emailVerified: false } })
  },
)

test.each(['basic', 'parameters'] as const)(
  'begins, comes back and logs in with the client known by %s',
  async (clientBy) => {
    const own = await startIssuer({ clientBy })
    const attempt = anAttempt({ app: own.app, credentials: {}, servers: serversByUrl() })
    const { redirectUri } = CLIENT
    const codeVerifier = 'v'.repeat(43)
    const start = await openidConnect.authorize(attempt, {
      redirectUri,
      state: 'state-1',
      codeVerifier,
      nonce: 'nonce-1',
    })
    if (start.kind !== 'url') throw new Error(start.kind)
    expect(start.url.origin + start.url.pathname).toBe(`${own.server.url}/authorize`)
    expect(start.url.searchParams.get('scope')).toBe('openid profile email')
    expect(start.url.searchParams.get('nonce')).toBe('nonce-1')
    own.server.signIn(OLA)
    const back = await attempt.fetch(start.url.href, { redirect: 'manual' })
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const credentials = { code, codeVerifier, redirectUri, nonce: 'nonce-1' }
    expect(await identifyBy(credentials, { app: own.app })).toMatchObject({
      kind: 'profile',
      profile: {
        subject: 'ola-1',
        tokens: { refreshToken: 'rt-1', expiresAt: new Date('2026-11-24T13:00:00Z') },
        extraData: { userinfo: OLA, id_token: { sub: 'ola-1', iss: own.server.issuer } },
      },
    })
  },
)

test('refuses a code whose ID token has another nonce', async () => {
  const code = server.issueCode({ person: OLA, nonce: 'of another browser' })
  const credentials = { code, redirectUri: CLIENT.redirectUri, nonce: 'nonce-1' }
  expect(await identifyBy(credentials)).toMatchObject({ kind: 'rejected', reason: 'bad_id_token' })
})

test('adds from userinfo what the ID token leaves out', async () => {
  const own = await startIssuer({ onlyInUserinfo: ['email', 'email_verified', 'name'] })
  const code = own.server.issueCode({ person: OLA })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject({ profile: { email: 'ola@corp.example', emailVerified: true } })
})

test.each([
  [
    'the ID token’s flag to userinfo’s address',
    OLA,
    { email: 'vic@corp.example' },
    'vic@corp.example',
  ],
  [
    'userinfo’s flag to the ID token’s address',
    { ...OLA, email_verified: false },
    { email_verified: true },
    'ola@corp.example',
  ],
])('does not lend %s', async (_, person, userinfo, email) => {
  const own = await startIssuer()
  own.server.answerFirst(({ path }) =>
    path === '/userinfo' ? { json: { sub: OLA.sub, ...userinfo } } : undefined,
  )
  const code = own.server.issueCode({ person })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject({ profile: { email, emailVerified: false } })
})

test('believes nothing of a userinfo that does not say about whom it is', async () => {
  const own = await startIssuer()
  own.server.answerFirst(({ path }) =>
    path === '/userinfo'
      ? { json: { email: 'vic@corp.example', email_verified: true } }
      : undefined,
  )
  const code = own.server.issueCode({ person: OLA })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject({ profile: { email: 'ola@corp.example', emailVerified: true } })
})

test('refuses userinfo about somebody else', async () => {
  const own = await startIssuer()
  own.server.answerFirst(({ path }) =>
    path === '/userinfo' ? { json: { ...OLA, sub: 'eve-1' } } : undefined,
  )
  const code = own.server.issueCode({ person: OLA })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject({ kind: 'rejected', reason: 'bad_answer' })
})

test('does without userinfo when it is down', async () => {
  const own = await startIssuer()
  own.server.break('/userinfo', { kind: 'answers', answer: { status: 500, json: {} } })
  const code = own.server.issueCode({ person: OLA })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject({ profile: { subject: 'ola-1', email: 'ola@corp.example' } })
})

test('makes no account without address while userinfo is down', async () => {
  const own = await startIssuer({ onlyInUserinfo: ['email', 'email_verified'] })
  own.server.break('/userinfo', { kind: 'answers', answer: { status: 503, text: 'down' } })
  const code = own.server.issueCode({ person: OLA })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject({ kind: 'unavailable', during: 'profile', status: 503 })
})

test('follows a rotation of keys, and asks for keys no oftener than it must', async () => {
  const own = await startIssuer()
  const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000)
  const keyRequests = (): number =>
    own.server.requests.filter(({ path }) => path === '/jwks').length
  const old = await own.server.issueIdToken(OLA)
  expect(await identifyBy({ idToken: old }, { app: own.app })).toMatchObject({ kind: 'profile' })
  expect(await identifyBy({ idToken: old }, { app: own.app })).toMatchObject({ kind: 'profile' })
  expect(keyRequests()).toBe(1)

  await own.server.rotateKeys()
  const fresh = await own.server.issueIdToken(OLA)
  // Within half a minute of the last request, an unknown key makes no other.
  expect(await identifyBy({ idToken: fresh }, { app: own.app, now: at(10) })).toMatchObject({
    kind: 'rejected',
  })
  expect(keyRequests()).toBe(1)
  expect(await identifyBy({ idToken: fresh }, { app: own.app, now: at(31) })).toMatchObject({
    kind: 'profile',
  })
  expect(keyRequests()).toBe(2)
  // The key that left the set signs no longer.
  expect(await identifyBy({ idToken: old }, { app: own.app, now: at(70) })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_id_token',
  })
})

test('forgets keys after ten minutes, in case one was taken back', async () => {
  const own = await startIssuer()
  const idToken = await own.server.issueIdToken(OLA)
  expect(await identifyBy({ idToken }, { app: own.app })).toMatchObject({ kind: 'profile' })
  await own.server.rotateKeys()
  const later = new Date(NOW.getTime() + 11 * 60_000)
  expect(await identifyBy({ idToken }, { app: own.app, now: later })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_id_token',
  })
})

test('refuses metadata that names another issuer', async () => {
  const own = await startIssuer({ issuer: 'https://idp.example' })
  const idToken = await own.server.issueIdToken(OLA)
  expect(await identifyBy({ idToken }, { app: own.app })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_answer',
  })
})

test('takes another issuer that the operator names', async () => {
  const own = await startIssuer(
    { issuer: 'https://idp.example' },
    { issuer: 'https://idp.example' },
  )
  const idToken = await own.server.issueIdToken(OLA)
  expect(await identifyBy({ idToken }, { app: own.app })).toMatchObject({ kind: 'profile' })
})

test('keeps the subjects of two issuers apart by their provider ids', async () => {
  const one = await startIssuer()
  const two = await startIssuer()
  const apps = { one: { ...one.app, providerId: 'one' }, two: { ...two.app, providerId: 'two' } }
  const idToken = await one.server.issueIdToken(OLA)
  expect(await identifyBy({ idToken }, { app: apps.one })).toMatchObject({
    profile: { provider: 'one', subject: 'ola-1' },
  })
  expect(await identifyBy({ idToken }, { app: apps.two })).toMatchObject({ kind: 'rejected' })
})

test.each([
  ['/.well-known/openid-configuration', 'code_exchange'],
  ['/token', 'code_exchange'],
  ['/jwks', 'profile'],
] as const)('is unavailable while %s is down', async (path, during) => {
  const own = await startIssuer()
  own.server.break(path, { kind: 'answers', answer: { status: 503, json: {} } })
  const code = own.server.issueCode({ person: OLA })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject({ kind: 'unavailable', during, status: 503 })
})

test.each([
  ['/.well-known/openid-configuration', { kind: 'code_rejected' }],
  ['/token', { kind: 'code_rejected' }],
  ['/jwks', { kind: 'rejected', reason: 'bad_answer' }],
] as const)('refuses what it learns from a page of HTML at %s', async (path, expected) => {
  const own = await startIssuer()
  own.server.break(path, { kind: 'answers', answer: { text: '<html>' } })
  const code = own.server.issueCode({ person: OLA })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { app: own.app })
  expect(outcome).toMatchObject(expected)
})

test('does not begin while the issuer is down', async () => {
  const own = await startIssuer()
  own.server.break('/openid-configuration', { kind: 'answers', answer: { text: '<html>' } })
  const attempt = anAttempt({ app: own.app, credentials: {}, servers: serversByUrl() })
  const request = { redirectUri: CLIENT.redirectUri, state: 's', codeVerifier: 'v', nonce: 'n' }
  expect(await openidConnect.authorize(attempt, request)).toMatchObject({ kind: 'unavailable' })
})
