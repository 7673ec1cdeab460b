import { afterAll, beforeAll, expect, test } from 'vitest'
import { facebook } from '../../../../src/core/social/providers/facebook.ts'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import { anApp, anAttempt } from '../../../support/providers/attempt.ts'
import { startFacebook, type FakeFacebook } from '../../../support/providers/facebook.ts'
import { PROFILE_FAULTS } from '../../../support/providers/faults.ts'

const CLIENT = {
  clientId: 'fb-client',
  secret: 'fb-secret',
  redirectUri: 'https://app.example/callback/facebook',
}
const FAY = {
  id: '10001',
  email: 'fay@example.com',
  name: 'Fay Book',
  first_name: 'Fay',
  last_name: 'Book',
}
const app = anApp({ facebook: { APP: { client_id: CLIENT.clientId, secret: CLIENT.secret } } })

let server: FakeFacebook
beforeAll(async () => {
  server = await startFacebook(CLIENT)
})
afterAll(() => server.stop())

function identifyBy(
  credentials: GivenCredentials,
  options: { readonly timeoutMs?: number; readonly app?: typeof app } = {},
): Promise<IdentifyOutcome> {
  const servers = { 'graph.facebook.com': server, 'www.facebook.com': server }
  return identify(facebook, anAttempt({ app, credentials, servers, ...options }))
}

test('reads the profile of a token that was issued to our app', async () => {
  const accessToken = server.issueToken(FAY)
  expect(await identifyBy({ accessToken })).toEqual({
    kind: 'profile',
    profile: {
      provider: 'facebook',
      subject: '10001',
      email: 'fay@example.com',
      emailVerified: false,
      username: '',
      firstName: 'Fay',
      lastName: 'Book',
      extraData: FAY,
      tokens: { accessToken },
    },
  })
})

test('refuses a token that was issued to another app', async () => {
  const accessToken = server.issueToken(FAY, 'evil-client')
  expect(await identifyBy({ accessToken })).toMatchObject({
    kind: 'rejected',
    reason: 'token_of_another_app',
  })
})

test.each([
  [
    'does not know the token',
    { json: { data: { is_valid: false, app_id: 'fb-client' } } },
    'refused',
  ],
  ['says nothing about it', { json: {} }, 'refused'],
  ['answers with a page', { text: '<html>' }, 'bad_answer'],
])('refuses a token when debug_token %s', async (_, answer, reason) => {
  const accessToken = server.issueToken(FAY)
  server.break('/debug_token', { kind: 'answers', answer })
  const outcome = await identifyBy({ accessToken })
  server.break('/debug_token', undefined)
  expect(outcome).toMatchObject({ kind: 'rejected', reason })
})

test('does not believe a token while debug_token is down', async () => {
  const accessToken = server.issueToken(FAY)
  server.break('/debug_token', { kind: 'answers', answer: { status: 500, json: {} } })
  const outcome = await identifyBy({ accessToken })
  server.break('/debug_token', undefined)
  expect(outcome).toEqual({
    kind: 'unavailable',
    during: 'profile',
    status: 500,
    retryAfterSeconds: 5,
  })
})

test('refuses an unknown token although debug_token cannot be reached', async () => {
  server.break('/debug_token', { kind: 'cut' })
  const outcome = await identifyBy({ accessToken: 'unknown' })
  server.break('/debug_token', undefined)
  expect(outcome).toMatchObject({ kind: 'rejected', reason: 'refused' })
})

test('exchanges a code at the very redirect URI it was sent to, and asks no debug_token', async () => {
  const code = server.issueCode({ person: FAY })
  const before = server.requests.length
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri })
  expect(outcome).toMatchObject({ kind: 'profile', profile: { subject: '10001' } })
  expect(server.requests.slice(before).map(({ path }) => path)).toEqual([
    '/v19.0/oauth/access_token',
    '/v19.0/me',
  ])
})

test('keeps when the token of a code expires', async () => {
  const code = server.issueCode({ person: FAY })
  const outcome = await identifyBy({ code, redirectUri: CLIENT.redirectUri })
  expect(outcome).toMatchObject({
    profile: { tokens: { expiresAt: new Date('2027-01-23T11:59:04Z') } },
  })
})

test('takes a form-encoded answer to a code', async () => {
  const accessToken = server.issueToken(FAY)
  const answer = { text: `access_token=${accessToken}&expires=5100` }
  server.break('/oauth/access_token', { kind: 'answers', answer })
  const outcome = await identifyBy({ code: 'x', redirectUri: CLIENT.redirectUri })
  server.break('/oauth/access_token', undefined)
  expect(outcome).toMatchObject({ kind: 'profile', profile: { tokens: { accessToken } } })
})

test.each([
  ['of another redirect URI', 'https://app.example/other'],
  ['without a redirect URI', undefined],
])('refuses a code %s', async (_, redirectUri) => {
  const code = server.issueCode({ person: FAY })
  expect(await identifyBy({ code, redirectUri })).toMatchObject({ kind: 'code_rejected' })
})

test('refuses a code the second time', async () => {
  const code = server.issueCode({ person: FAY })
  await identifyBy({ code, redirectUri: CLIENT.redirectUri })
  expect(await identifyBy({ code, redirectUri: CLIENT.redirectUri })).toMatchObject({
    kind: 'code_rejected',
  })
})

test('lets an access token go before a code', async () => {
  const accessToken = server.issueToken(FAY)
  expect(await identifyBy({ accessToken, code: 'unknown' })).toMatchObject({ kind: 'profile' })
})

test('ignores an ID token', async () => {
  const accessToken = server.issueToken(FAY)
  expect(await identifyBy({ accessToken, idToken: 'x' })).toMatchObject({ kind: 'profile' })
  expect(await identifyBy({ idToken: 'x' })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_credential',
  })
})

test.each(PROFILE_FAULTS)('answers $name of /me', async ({ fault, outcome }) => {
  const accessToken = server.issueToken(FAY)
  server.break('/me', fault)
  const seen = await identifyBy({ accessToken }, { timeoutMs: fault.kind === 'silent' ? 80 : 5000 })
  server.break('/me', undefined)
  expect(seen).toMatchObject(outcome)
  expect(server.requests.map(({ path }) => path)).not.toContain('/elsewhere')
})

test.each([
  ['500', { kind: 'answers', answer: { status: 500, json: {} } }, 500],
  ['429', { kind: 'answers', answer: { status: 429, json: {} } }, 429],
  ['silence', { kind: 'silent' }, undefined],
  ['a cut connection', { kind: 'cut' }, undefined],
] as const)('is unavailable after %s of the token endpoint', async (_, fault, status) => {
  server.break('/oauth/access_token', fault)
  const timeoutMs = fault.kind === 'silent' ? 80 : 5000
  const outcome = await identifyBy({ code: 'x', redirectUri: CLIENT.redirectUri }, { timeoutMs })
  server.break('/oauth/access_token', undefined)
  expect(outcome).toEqual({
    kind: 'unavailable',
    during: 'code_exchange',
    status,
    retryAfterSeconds: 5,
  })
})

test.each([
  ['400', { status: 400, json: { error: { code: 100 } } }],
  ['an empty page', { text: '' }],
  ['truncated JSON', { text: '{"access_token":' }],
  ['a JSON array', { json: ['access_token'] }],
  [
    'a form that says it is JSON',
    { text: 'access_token=x', headers: { 'content-type': 'application/json' } },
  ],
  [
    'JSON that says it is plain text',
    { text: ' {"access_token":"x"}', headers: { 'content-type': 'text/plain' } },
  ],
  ['a token that is no text', { json: { access_token: 5 } }],
])('refuses a code after %s of the token endpoint', async (_, answer) => {
  server.break('/oauth/access_token', { kind: 'answers', answer })
  const outcome = await identifyBy({ code: 'x', redirectUri: CLIENT.redirectUri })
  server.break('/oauth/access_token', undefined)
  expect(outcome).toMatchObject({ kind: 'code_rejected' })
})

test.each([[undefined], [null], [''], ['   '], [10001], [true], [['10001']], [{}]])(
  'refuses a profile with the id %j',
  async (id) => {
    const accessToken = server.issueToken({ ...FAY, id })
    const data = { app_id: 'fb-client', is_valid: true }
    server.break('/debug_token', { kind: 'answers', answer: { json: { data } } })
    const outcome = await identifyBy({ accessToken })
    server.break('/debug_token', undefined)
    expect(outcome).toMatchObject({ kind: 'rejected', reason: 'no_subject' })
  },
)

test('splits a whole name where Facebook gives no parts', async () => {
  const accessToken = server.issueToken({ id: '10001', name: 'Fay Ada Book' })
  expect(await identifyBy({ accessToken })).toMatchObject({
    profile: { firstName: 'Fay', lastName: 'Ada Book', email: '' },
  })
})

test('takes what Python takes for nothing as missing', async () => {
  const person = {
    id: '10001',
    email: false,
    username: 0,
    first_name: [],
    last_name: null,
    name: {},
  }
  const accessToken = server.issueToken(person)
  expect(await identifyBy({ accessToken })).toMatchObject({
    profile: { email: '', emailVerified: false, username: '', firstName: '', lastName: '' },
  })
})

test.each([
  ['email', 5],
  ['email', ['fay@example.com']],
  ['first_name', 5],
  ['last_name', { a: 1 }],
  ['name', ['Fay']],
])('refuses a profile whose %s is %j, as the reference crashes', async (field, value) => {
  const accessToken = server.issueToken({ ...FAY, [field]: value })
  expect(await identifyBy({ accessToken })).toEqual({ kind: 'rejected', reason: 'bad_answer' })
})

test.each([
  [true, true],
  [['example.com'], true],
  [['example.org'], false],
  [false, false],
])('believes the address under VERIFIED_EMAIL %j: %s', async (VERIFIED_EMAIL, emailVerified) => {
  const trusting = anApp({
    facebook: { APP: { client_id: CLIENT.clientId, secret: CLIENT.secret }, VERIFIED_EMAIL },
  })
  const accessToken = server.issueToken(FAY)
  expect(await identifyBy({ accessToken }, { app: trusting })).toMatchObject({
    profile: { emailVerified },
  })
})

test('refuses half a surrogate pair before it asks anybody', async () => {
  const before = server.requests.length
  expect(await identifyBy({ accessToken: '\ud800' })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_credential',
  })
  expect(server.requests.length).toBe(before)
})

test('begins at the dialog, and the code that comes back logs in', async () => {
  const attempt = anAttempt({ app, credentials: {}, servers: { 'www.facebook.com': server } })
  const codeVerifier = 'v'.repeat(43)
  const start = await facebook.authorize(attempt, {
    redirectUri: CLIENT.redirectUri,
    state: 'state-1',
    codeVerifier,
    nonce: 'nonce-1',
  })
  if (start.kind !== 'url') throw new Error(start.kind)
  expect(start.url.origin + start.url.pathname).toBe('https://www.facebook.com/v19.0/dialog/oauth')
  expect(Object.fromEntries(start.url.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'fb-client',
    redirect_uri: CLIENT.redirectUri,
    state: 'state-1',
    code_challenge_method: 'S256',
    code_challenge: '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM',
    scope: 'email',
  })
  server.signIn(FAY)
  const back = await attempt.fetch(String(start.url), { redirect: 'manual' })
  const location = new URL(back.headers.get('location') ?? '')
  expect(location.searchParams.get('state')).toBe('state-1')
  const code = location.searchParams.get('code') ?? ''
  const redirectUri = CLIENT.redirectUri
  expect(await identifyBy({ code, redirectUri, codeVerifier: 'w'.repeat(43) })).toMatchObject({
    kind: 'code_rejected',
  })
  const again = await attempt.fetch(String(start.url), { redirect: 'manual' })
  const second = new URL(again.headers.get('location') ?? '').searchParams.get('code') ?? ''
  expect(await identifyBy({ code: second, redirectUri, codeVerifier })).toMatchObject({
    kind: 'profile',
  })
})

test('asks for the scopes and parameters of the operator, ours first', async () => {
  const own = anApp({
    facebook: {
      APP: { client_id: CLIENT.clientId, secret: CLIENT.secret },
      SCOPE: ['public_profile', 'user_link'],
      AUTH_PARAMS: { auth_type: 'rerequest', state: 'forged' },
      VERSION: 'v24.0',
    },
  })
  const attempt = anAttempt({ app: own, credentials: {}, servers: {} })
  const start = await facebook.authorize(attempt, {
    redirectUri: CLIENT.redirectUri,
    state: 'state-1',
    codeVerifier: 'v'.repeat(43),
    nonce: 'nonce-1',
  })
  if (start.kind !== 'url') throw new Error(start.kind)
  expect(start.url.pathname).toBe('/v24.0/dialog/oauth')
  expect(start.url.searchParams.get('scope')).toBe('public_profile user_link')
  expect(start.url.searchParams.get('auth_type')).toBe('rerequest')
  expect(start.url.searchParams.getAll('state')).toEqual(['state-1'])
})
