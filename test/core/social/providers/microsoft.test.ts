import { afterAll, beforeAll, expect, test } from 'vitest'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import { microsoft } from '../../../../src/core/social/providers/microsoft.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import { anApp, anAttempt, NOW } from '../../../support/providers/attempt.ts'
import { PROFILE_FAULTS } from '../../../support/providers/faults.ts'
import { startProviderServer, type ProviderServer } from '../../../support/providers/http-server.ts'
import { startOpenid, type FakeOpenid } from '../../../support/providers/openid.ts'

const CLIENT = {
  clientId: 'ms-client',
  secret: 'ms-secret',
  redirectUri: 'https://app.example/callback/microsoft',
}
const TENANT = '11111111-2222-3333-4444-555555555555'
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const MIA = {
  sub: 'pairwise',
  oid: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  tid: TENANT,
  iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  email: 'mia@corp.example',
  name: 'Mia Soft',
}
const ME = {
  id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  mail: null,
  userPrincipalName: 'mia@corp.example',
  mailNickname: 'mia',
  givenName: 'Mia',
  surname: 'Soft',
}

function appOf(tenant: string): ReturnType<typeof anApp> {
  const APP = { client_id: CLIENT.clientId, secret: CLIENT.secret, settings: { tenant } }
  return anApp({ microsoft: { APP } })
}

let login: FakeOpenid
let graph: ProviderServer
let servers: Readonly<Record<string, ProviderServer>>
beforeAll(async () => {
  const endpoints = { authorize: '/v2.0/authorize', token: '/v2.0/token', jwks: '/v2.0/keys' }
  login = await startOpenid(CLIENT, { now: () => NOW, endpoints })
  graph = await startProviderServer(({ path, headers }) =>
    path === '/v1.0/me' && headers.get('authorization')?.startsWith('Bearer ') === true
      ? { json: ME }
      : undefined,
  )
  servers = { 'login.microsoftonline.com': login, 'graph.microsoft.com': graph }
})
afterAll(async () => {
  await login.stop()
  await graph.stop()
})

function identifyBy(
  credentials: GivenCredentials,
  options: { readonly tenant?: string; readonly timeoutMs?: number } = {},
): Promise<IdentifyOutcome> {
  const { tenant = 'common', ...rest } = options
  return identify(microsoft, anAttempt({ app: appOf(tenant), credentials, servers, ...rest }))
}

test('reads the profile from Graph, by the id that allauth keys accounts with', async () => {
  const code = login.issueCode({ person: MIA })
  expect(await identifyBy({ code, redirectUri: CLIENT.redirectUri })).toMatchObject({
    kind: 'profile',
    profile: {
      provider: 'microsoft',
      subject: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      email: 'mia@corp.example',
      emailVerified: false,
      username: 'mia',
      firstName: 'Mia',
      lastName: 'Soft',
      extraData: ME,
    },
  })
})

test('exchanges the code at the tenant of the app', async () => {
  const code = login.issueCode({ person: MIA })
  await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { tenant: TENANT })
  expect(login.requests.at(-1)?.path).toBe(`/${TENANT}/oauth2/v2.0/token`)
})

test('reads an ID token, the same id and no verified address', async () => {
  const idToken = await login.issueIdToken(MIA)
  expect(await identifyBy({ idToken })).toMatchObject({
    kind: 'profile',
    profile: {
      subject: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      email: 'mia@corp.example',
      emailVerified: false,
      firstName: 'Mia',
      lastName: 'Soft',
    },
  })
})

test.each([
  [true, true],
  ['1', true],
  [1, true],
  [false, false],
  ['0', false],
])('takes the address for verified where xms_edov is %j: %s', async (xms_edov, emailVerified) => {
  const idToken = await login.issueIdToken(MIA, { xms_edov })
  expect(await identifyBy({ idToken })).toMatchObject({ profile: { emailVerified } })
})

test('gives a personal account the id that Graph has for it', async () => {
  const idToken = await login.issueIdToken(MIA, {
    tid: CONSUMERS,
    iss: `https://login.microsoftonline.com/${CONSUMERS}/v2.0`,
    oid: '00000000-0000-0000-48d3-1887fad3dd2c',
  })
  expect(await identifyBy({ idToken })).toMatchObject({ profile: { subject: '48d31887fad3dd2c' } })
})

function issuerOf(tid: string): Readonly<Record<string, string>> {
  return { tid, iss: `https://login.microsoftonline.com/${tid}/v2.0` }
}

const OTHER = '99999999-2222-3333-4444-555555555555'

test.each([
  ['common', issuerOf(TENANT)],
  ['common', issuerOf(CONSUMERS)],
  ['organizations', issuerOf(TENANT)],
  ['consumers', issuerOf(CONSUMERS)],
  [TENANT, issuerOf(TENANT)],
])('is open, as %s, to the tenant of %j', async (tenant, claims) => {
  const idToken = await login.issueIdToken(MIA, claims)
  expect(await identifyBy({ idToken }, { tenant })).toMatchObject({ kind: 'profile' })
})

test.each([
  ['organizations', issuerOf(CONSUMERS)],
  ['consumers', issuerOf(TENANT)],
  [TENANT, issuerOf(OTHER)],
  ['corp.onmicrosoft.com', issuerOf(TENANT)],
  ['common', { ...issuerOf(TENANT), tid: OTHER }],
  ['common', { tid: 'x/../common', iss: 'https://login.microsoftonline.com/x/../common/v2.0' }],
  ['common', { ...issuerOf(TENANT), iss: `https://evil.example/${TENANT}/v2.0` }],
])('is closed, as %s, to the tenant of %j', async (tenant, claims) => {
  const idToken = await login.issueIdToken(MIA, claims)
  expect(await identifyBy({ idToken }, { tenant })).toMatchObject({
    kind: 'rejected',
    reason: 'bad_id_token',
  })
})

test('believes no access token: Graph says not whose it is', async () => {
  expect(await identifyBy({ accessToken: 'a' })).toMatchObject({
    kind: 'rejected',
    reason: 'not_confirmed',
  })
})

test.each(PROFILE_FAULTS)('answers $name of Graph', async ({ fault, outcome }) => {
  const code = login.issueCode({ person: MIA })
  graph.break('/me', fault)
  const timeoutMs = fault.kind === 'silent' ? 300 : 5000
  const seen = await identifyBy({ code, redirectUri: CLIENT.redirectUri }, { timeoutMs })
  graph.break('/me', undefined)
  expect(seen).toMatchObject(outcome)
})
