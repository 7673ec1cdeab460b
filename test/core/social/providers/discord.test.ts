import { afterAll, beforeAll, expect, test } from 'vitest'
import { discord } from '../../../../src/core/social/providers/discord.ts'
import { identify, type IdentifyOutcome } from '../../../../src/core/social/providers/identify.ts'
import type { GivenCredentials } from '../../../../src/core/social/providers/provider.ts'
import { anApp, anAttempt } from '../../../support/providers/attempt.ts'
import { PROFILE_FAULTS } from '../../../support/providers/faults.ts'
import { startProviderServer, type ProviderServer } from '../../../support/providers/http-server.ts'

const DEE = { id: '80351110224678912', username: 'dee', email: 'dee@example.com', verified: true }
const app = anApp({ discord: { APP: { client_id: '157730590492196864', secret: 's' } } })

let ownerApp: unknown
let person: Readonly<Record<string, unknown>>
let server: ProviderServer
let servers: Readonly<Record<string, ProviderServer>>
beforeAll(async () => {
  server = await startProviderServer(({ method, path, headers, form }) => {
    const isKnown = headers.get('authorization') === 'Bearer dt-1'
    switch (`${method} ${path}`) {
      case 'POST /api/oauth2/token':
        return form.get('code') === 'dc-code'
          ? { json: { access_token: 'dt-1', token_type: 'Bearer', expires_in: 604_800 } }
          : { status: 400, json: { error: 'invalid_grant' } }
      case 'GET /api/users/@me':
        return isKnown ? { json: person } : { status: 401, json: {} }
      case 'GET /api/oauth2/@me':
        return { json: { application: { id: ownerApp }, user: { id: DEE.id } } }
      default:
        return undefined
    }
  })
  servers = { 'discord.com': server }
})
afterAll(async () => {
  await server.stop()
})

function identifyBy(
  credentials: GivenCredentials,
  options: { readonly timeoutMs?: number } = {},
): Promise<IdentifyOutcome> {
  return identify(discord, anAttempt({ app, credentials, servers, ...options }))
}

test.each([
  ['code', { code: 'dc-code' }],
  ['access token of our app', { accessToken: 'dt-1' }],
])('reads the profile of an %s', async (_, credentials) => {
  ownerApp = '157730590492196864'
  person = DEE
  expect(await identifyBy(credentials)).toMatchObject({
    kind: 'profile',
    profile: {
      provider: 'discord',
      subject: '80351110224678912',
      email: 'dee@example.com',
      emailVerified: true,
      username: 'dee',
      firstName: 'dee',
      lastName: '',
      extraData: DEE,
    },
  })
})

test.each([['1'], [undefined], [null], [157730590492196]])(
  'refuses an access token of the app %j',
  async (id) => {
    ownerApp = id
    person = DEE
    expect(await identifyBy({ accessToken: 'dt-1' })).toMatchObject({
      kind: 'rejected',
      reason: 'token_of_another_app',
    })
  },
)

test('believes an address only where Discord has verified it', async () => {
  person = { ...DEE, verified: false }
  expect(await identifyBy({ code: 'dc-code' })).toMatchObject({ profile: { emailVerified: false } })
})

test('refuses a bad code', async () => {
  expect(await identifyBy({ code: 'other' })).toMatchObject({ kind: 'code_rejected' })
})

test.each(PROFILE_FAULTS)('answers $name of users/@me', async ({ fault, outcome }) => {
  ownerApp = '157730590492196864'
  server.break('/users/@me', fault)
  const timeoutMs = fault.kind === 'silent' ? 80 : 5000
  const seen = await identifyBy({ accessToken: 'dt-1' }, { timeoutMs })
  server.break('/users/@me', undefined)
  expect(seen).toMatchObject(outcome)
})
