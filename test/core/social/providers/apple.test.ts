import { generateKeyPairSync } from 'node:crypto'
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apple } from '../../../../src/core/social/providers/apple.ts'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import type { SocialApp } from '../../../../src/settings/social-providers.ts'
import { anApp, anAttempt, NOW } from '../../../support/providers/attempt.ts'
import { startOpenid, type FakeOpenid } from '../../../support/providers/openid.ts'

const REDIRECT_URI = 'https://auth.example.com/apple'
const AVA = { sub: '0001.ava', email: 'x7@privaterelay.appleid.com', email_verified: 'true' }
const USER = '{"name":{"firstName":"Ava","lastName":"Apple"},"email":"forged@example.com"}'

let server: FakeOpenid
let app: SocialApp
let publicKey: CryptoKey
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  publicKey = pair.publicKey
  const certificateKey = (await exportPKCS8(pair.privateKey)).replaceAll('\n', '\\n')
  app = anApp({
    apple: {
      APP: {
        client_id: 'com.example.web, com.example.ios',
        secret: 'KEYID12345',
        key: 'TEAMID1234',
        settings: { certificate_key: certificateKey },
      },
    },
  })
  server = await startOpenid(
    { clientId: 'com.example.web', secret: 'checked below', redirectUri: REDIRECT_URI },
    {
      issuer: 'https://appleid.apple.com',
      now: () => NOW,
      endpoints: { authorize: '/auth/authorize', token: '/auth/token', jwks: '/auth/keys' },
    },
  )
})
afterAll(() => server.stop())

function identifyBy(credentials: GivenCredentials): Promise<IdentifyOutcome> {
  const servers = { 'appleid.apple.com': server }
  return identify(apple, anAttempt({ app, credentials, servers }))
}

test('reads the ID token of a native app, and the name that comes once', async () => {
  const idToken = await server.issueIdToken(AVA, { aud: 'com.example.ios' })
  expect(await identifyBy({ idToken, user: USER })).toMatchObject({
    kind: 'profile',
    profile: {
      provider: 'apple',
      subject: '0001.ava',
      email: 'x7@privaterelay.appleid.com',
      emailVerified: true,
      firstName: 'Ava',
      lastName: 'Apple',
    },
  })
})

test('reads an ID token that comes with an access token, as the reference does', async () => {
  const idToken = await server.issueIdToken(AVA)
  expect(await identifyBy({ accessToken: 'a', idToken })).toMatchObject({ kind: 'profile' })
})

test('believes no access token by itself', async () => {
  expect(await identifyBy({ accessToken: 'a' })).toMatchObject({
    kind: 'rejected',
    reason: 'not_confirmed',
  })
})

test.each(['', 'x', '[]', '{"name":[]}', '{"name":{"firstName":5}}'])(
  'does without a name where user is %j',
  async (user) => {
    const idToken = await server.issueIdToken(AVA)
    expect(await identifyBy({ idToken, user })).toMatchObject({
      profile: { firstName: '', lastName: '' },
    })
  },
)

test.each([
  [true, true],
  ['true', true],
  [false, false],
  ['false', false],
  [undefined, false],
])('takes email_verified %j for %s', async (email_verified, emailVerified) => {
  const idToken = await server.issueIdToken({ ...AVA, email_verified })
  expect(await identifyBy({ idToken })).toMatchObject({ profile: { emailVerified } })
})

test('asks for a form to be posted, since Apple sends a name no other way', async () => {
  const attempt = anAttempt({ app, credentials: {}, servers: {} })
  const start = await apple.authorize(attempt, {
    redirectUri: REDIRECT_URI,
    state: 'state-1',
    codeVerifier: 'v',
    nonce: 'nonce-1',
  })
  if (start.kind !== 'url') throw new Error(start.kind)
  expect(apple.responseMode).toBe('form_post')
  expect(start.url.href).toBe(
    'https://appleid.apple.com/auth/authorize?response_type=code&client_id=com.example.web' +
      '&redirect_uri=https%3A%2F%2Fauth.example.com%2Fapple&state=state-1&scope=name+email' +
      '&nonce=nonce-1&response_mode=form_post',
  )
})

test('exchanges a code with a client secret signed by the team’s key', async () => {
  const idToken = await server.issueIdToken(AVA, { nonce: 'nonce-1' })
  let form = new URLSearchParams()
  server.answerFirst((request) => {
    if (request.path !== '/auth/token') return undefined
    form = request.form
    return {
      json: { access_token: 'a', token_type: 'Bearer', expires_in: 3600, id_token: idToken },
    }
  })
  const outcome = await identifyBy({
    code: 'code-1',
    redirectUri: REDIRECT_URI,
    nonce: 'nonce-1',
    user: USER,
  })
  expect(outcome).toMatchObject({
    profile: { subject: '0001.ava', firstName: 'Ava', tokens: { accessToken: 'a', idToken } },
  })
  const secret = form.get('client_secret') ?? ''
  form.delete('client_secret')
  expect(Object.fromEntries(form)).toEqual({
    grant_type: 'authorization_code',
    code: 'code-1',
    redirect_uri: REDIRECT_URI,
    client_id: 'com.example.web',
  })
  const verified = await jwtVerify(secret, publicKey, { currentDate: NOW })
  expect(verified.protectedHeader).toEqual({ alg: 'ES256', kid: 'KEYID12345' })
  expect(verified.payload).toEqual({
    iss: 'TEAMID1234',
    sub: 'com.example.web',
    aud: 'https://appleid.apple.com',
    iat: NOW.getTime() / 1000,
    exp: NOW.getTime() / 1000 + 300,
  })
})

test('refuses a token answer without an ID token', async () => {
  server.answerFirst(({ path }) =>
    path === '/auth/token' ? { json: { access_token: 'a' } } : undefined,
  )
  expect(await identifyBy({ code: 'code-1' })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_answer',
  })
})

test('says what an app lacks', () => {
  const bare = anApp({ apple: { APP: { client_id: 'com.example.web' } } })
  expect(apple.checkApp(bare)).toEqual([
    'has no secret for apple',
    'has no key for apple',
    'has no certificate_key for apple',
  ])
  expect(apple.checkApp(app)).toEqual([])
})

test.each([
  'made-up',
  '-----BEGIN PRIVATE KEY-----',
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'sec1', format: 'pem' })
    .toString(),
])('says at the start that %j is no key of Apple’s', (certificate_key) => {
  const wrong = anApp({
    apple: {
      APP: { client_id: 'a', secret: 'b', key: 'c', settings: { certificate_key } },
    },
  })
  expect(apple.checkApp(wrong)).toEqual([
    'has a certificate_key for apple that is no EC P-256 key: copy the .p8 file whole, from -----BEGIN PRIVATE KEY----- on',
  ])
})
