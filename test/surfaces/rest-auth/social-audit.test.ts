import { expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf, type SeededUser } from '../../support/seed.ts'

const FB = { access_token: 'fb-token' }
const HEADERS = { Authorization: `Token ${'a'.repeat(40)}` }

async function anApp(
  env: Readonly<Record<string, string>> = {},
  user?: Partial<SeededUser>,
): Promise<TestApp> {
  const users = user === undefined ? [] : [aUser({ tokenKey: 'a'.repeat(40), ...user })]
  const app = await createTestApp({ env: { ...SOCIAL_ENV, ...env }, users })
  app.outside.setExchanges(facebookKnows(FAY))
  return app
}

async function isAtFacebook(app: TestApp, uid = '10001'): Promise<number> {
  const userId = await userIdOf(app.deps(), 'alice')
  return seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid })
}

async function noted(app: TestApp): Promise<readonly (readonly [string, number | null])[]> {
  await app.settle()
  const events = await app.deps().db.select().from(auditEvents).orderBy(auditEvents.id)
  return events.map(({ kind, userId }) => [kind, userId])
}

test('notes a first login as a registration, and the next as a login', async () => {
  const app = await anApp()
  await app.post('facebook/', FB)
  await app.post('facebook/', FB)
  expect(await noted(app)).toEqual([
    ['registered', 1],
    ['login', 1],
  ])
})

test('notes who could not log in', async () => {
  const inactive = await anApp({}, { isActive: false })
  await isAtFacebook(inactive)
  await inactive.post('facebook/', FB)
  expect(await noted(inactive)).toEqual([['login_failed', 1]])

  const unverified = await anApp(
    { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' },
    { emailVerified: false },
  )
  await isAtFacebook(unverified)
  await unverified.post('facebook/', FB)
  expect(await noted(unverified)).toEqual([['login_unverified', 1]])
})

test('notes connecting and disconnecting, and neither where nothing came of it', async () => {
  const app = await anApp({}, {})
  expect((await app.post('facebook/connect/', FB, HEADERS)).status).toBe(200)
  expect((await app.post('facebook/connect/', FB, HEADERS)).status).toBe(200)
  expect((await app.post('socialaccounts/1/disconnect/', {}, HEADERS)).status).toBe(200)
  expect((await app.post('socialaccounts/1/disconnect/', {}, HEADERS)).status).toBe(404)
  expect(await noted(app)).toEqual([
    ['social_account_connected', 1],
    ['social_account_disconnected', 1],
  ])
})

test('notes whom the owner of an address shut out', async () => {
  const env = {
    SOCIALACCOUNT_PROVIDERS: '{"facebook": {"VERIFIED_EMAIL": true}}',
    SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true',
    SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: 'true',
  }
  const app = await anApp(env, { email: 'fay@example.com', emailVerified: false })
  expect((await app.post('facebook/', FB)).status).toBe(200)
  expect(await noted(app)).toEqual([
    ['social_account_connected', 1],
    ['claimant_shut_out', 1],
    ['login', 1],
  ])
})

test('notes nothing with AUDIT_EVENTS off', async () => {
  const app = await anApp({ AUDIT_EVENTS: 'false' }, {})
  await app.post('facebook/connect/', FB, HEADERS)
  await app.post('facebook/', FB)
  await app.post('socialaccounts/1/disconnect/', {}, HEADERS)
  expect(await noted(app)).toEqual([])
})
