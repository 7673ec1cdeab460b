import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { socialAccounts } from '../../src/db/schema/social.ts'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { anIssuer, type TestIssuer } from '../support/providers/exchanges.ts'

const EMAIL = 'victim@corp.example'

/** So many that the owner is not among the oldest accounts that anything looks at. */
const CLAIMANTS = Array.from({ length: 12 }, (_, index) =>
  aUser({ username: `claim${index}`, email: EMAIL, emailVerified: false }),
)

async function withIssuer(
  env: Readonly<Record<string, string>> = {},
  owner = aUser({ username: 'owner', email: EMAIL }),
): Promise<{ readonly app: TestApp; readonly issuer: TestIssuer }> {
  const issuer = await anIssuer()
  const app = await createTestApp({
    env: { SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true', ...issuer.env, ...env },
    users: [...CLAIMANTS, owner],
  })
  app.outside.setExchanges(issuer.exchanges)
  return { app, issuer }
}

async function usernameOf(app: TestApp, key: string): Promise<unknown> {
  const response = await app.request('user/', { headers: { Authorization: `Token ${key}` } })
  const body: unknown = await response.json()
  return typeof body === 'object' && body !== null && 'username' in body ? body.username : body
}

async function verifiedOwners(app: TestApp): Promise<readonly number[]> {
  const rows = await app.deps().db.select().from(emailAddresses)
  return rows.filter(({ isVerified }) => isVerified).map(({ userId }) => userId)
}

describe.each([{}, { SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: 'true' }])(
  'however many claim an address without proof, %j,',
  (env) => {
    test('a provider that vouches for it leads to who has verified it', async () => {
      const { app, issuer } = await withIssuer(env)
      const claims = { sub: 'victim', email: EMAIL, email_verified: true }
      const id_token = await issuer.sign(app, claims)
      const key = await memberOf(app.post('oidc/corp/', { id_token }), 'key')
      expect(await usernameOf(app, key)).toBe('owner')
      expect(await verifiedOwners(app)).toEqual([CLAIMANTS.length + 1])
    })
  },
)

test('a provider’s word verifies no address that another account has verified', async () => {
  const { app, issuer } = await withIssuer({ ACCOUNT_EMAIL_VERIFICATION: 'mandatory' })
  await app.deps().db.insert(socialAccounts).values({
    userId: 1,
    provider: 'corp',
    uid: 'mallory',
    extraData: {},
    lastLoginAt: app.clock.now(),
    dateJoinedAt: app.clock.now(),
  })
  const claims = { sub: 'mallory', email: EMAIL, email_verified: true }
  const id_token = await issuer.sign(app, claims)
  expect((await app.post('oidc/corp/', { id_token })).status).toBe(400)
  expect(await verifiedOwners(app)).toEqual([CLAIMANTS.length + 1])
})
