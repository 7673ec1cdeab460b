import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf } from '../support/seed.ts'
import { waitedFor } from './waited.ts'

const KEY = 'a'.repeat(40)
const HEADERS = { Authorization: `Token ${KEY}` }
const FB = { access_token: 'fb-token' }

async function anApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const users = [aUser({ tokenKey: KEY })]
  const app = await createTestApp({ env: { ...SOCIAL_ENV, ...env }, users })
  app.outside.setExchanges(facebookKnows(FAY))
  return app
}

async function isAtFacebook(app: TestApp): Promise<void> {
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
}

async function expectCost(
  app: TestApp,
  ask: () => Promise<Response>,
  roundTrips: number,
): Promise<void> {
  const waited = await waitedFor(app, ask)
  expect({ status: waited.response.status, roundTrips: waited.roundTrips }).toEqual({
    status: 200,
    roundTrips,
  })
}

test.each([{}, { USE_JWT: 'true' }])('a login of a known account takes one, %j', async (env) => {
  const app = await anApp(env)
  await isAtFacebook(app)
  await expectCost(app, () => app.post('facebook/', FB), 1)
})

test.each([{}, { USE_JWT: 'true' }])('a first login takes two, %j', async (env) => {
  const app = await anApp(env)
  await expectCost(app, () => app.post('facebook/', FB), 2)
})

test('connecting takes one to know the caller, one to look and one to write', async () => {
  const app = await anApp()
  await expectCost(app, () => app.post('facebook/connect/', FB, HEADERS), 3)
})

test('listing and disconnecting take one besides the caller’s', async () => {
  const app = await anApp()
  await isAtFacebook(app)
  app.outside.setExchanges([])
  await expectCost(app, () => app.request('socialaccounts/', { headers: HEADERS }), 2)
  await expectCost(app, () => app.post('socialaccounts/1/disconnect/', {}, HEADERS), 2)
})
