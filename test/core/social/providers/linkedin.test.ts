import { afterAll, beforeAll, expect, test } from 'vitest'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import { linkedin } from '../../../../src/core/social/providers/linkedin.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import { anApp, anAttempt, NOW } from '../../../support/providers/attempt.ts'
import { PROFILE_FAULTS } from '../../../support/providers/faults.ts'
import { startOpenid, type FakeOpenid } from '../../../support/providers/openid.ts'

const CLIENT = {
  clientId: 'li-client',
  secret: 'li-secret',
  redirectUri: 'https://app.example/callback/linkedin',
}
const LEA = {
  sub: '782bbtaQ',
  email: 'lea@example.com',
  email_verified: true,
  given_name: 'Lea',
  family_name: 'Link',
  name: 'Lea Link',
}
const app = anApp({ linkedin: { APP: { client_id: CLIENT.clientId, secret: CLIENT.secret } } })

let server: FakeOpenid
beforeAll(async () => {
  server = await startOpenid(CLIENT, {
    issuer: 'https://www.linkedin.com/oauth',
    clientBy: 'parameters',
    now: () => NOW,
    endpoints: { authorize: '/v2/authorization', token: '/v2/accessToken' },
  })
})
afterAll(() => server.stop())

function identifyBy(
  credentials: GivenCredentials,
  options: { readonly timeoutMs?: number } = {},
): Promise<IdentifyOutcome> {
  const servers = { 'www.linkedin.com': server, 'api.linkedin.com': server }
  return identify(linkedin, anAttempt({ app, credentials, servers, ...options }))
}

function introspectionSays(json: unknown): void {
  server.answerFirst(({ path, form }) =>
    path.endsWith('/introspectToken') && form.get('client_secret') === CLIENT.secret
      ? { json }
      : undefined,
  )
}

const PROFILE = {
  provider: 'linkedin',
  subject: '782bbtaQ',
  email: 'lea@example.com',
  emailVerified: true,
  firstName: 'Lea',
  lastName: 'Link',
}

test('exchanges a code with the secret among the parameters, and sends no verifier', async () => {
  const code = server.issueCode({ person: LEA })
  const outcome = await identifyBy({
    code,
    redirectUri: CLIENT.redirectUri,
    codeVerifier: 'v'.repeat(43),
  })
  expect(outcome).toMatchObject({ kind: 'profile', profile: PROFILE })
  const exchange = server.requests.find(({ path }) => path.endsWith('/accessToken'))
  expect(exchange?.form.has('code_verifier')).toBe(false)
})

test('reads the profile of an access token that introspection says is ours', async () => {
  introspectionSays({ active: true, client_id: 'li-client' })
  const accessToken = server.issueToken(LEA)
  expect(await identifyBy({ accessToken })).toMatchObject({ kind: 'profile', profile: PROFILE })
})

test.each([
  [{ active: true, client_id: 'evil' }, 'token_of_another_app'],
  [{ active: false, client_id: 'li-client' }, 'refused'],
  [{}, 'refused'],
])('refuses an access token where introspection says %j', async (json, reason) => {
  introspectionSays(json)
  const accessToken = server.issueToken(LEA)
  expect(await identifyBy({ accessToken })).toMatchObject({ kind: 'rejected', reason })
})

test('reads an ID token', async () => {
  const idToken = await server.issueIdToken(LEA)
  expect(await identifyBy({ idToken })).toMatchObject({ kind: 'profile', profile: PROFILE })
})

test.each(PROFILE_FAULTS)('answers $name of userinfo', async ({ fault, outcome }) => {
  introspectionSays({ active: true, client_id: 'li-client' })
  const accessToken = server.issueToken(LEA)
  server.break('/userinfo', fault)
  const seen = await identifyBy({ accessToken }, { timeoutMs: fault.kind === 'silent' ? 80 : 5000 })
  server.break('/userinfo', undefined)
  expect(seen).toMatchObject(outcome)
})
