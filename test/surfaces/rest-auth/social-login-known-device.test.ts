import { expect, test } from 'vitest'
import { users } from '../../../src/db/schema/users.ts'
import { cookieAttributesOf, cookieValuesOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf } from '../../support/seed.ts'

const FB = { access_token: 'fb-token' }
const PASSWORD = 'right-horse-staple'

/** An app where alice has an account at Facebook, too. */
async function anApp(env: Readonly<Record<string, unknown>> = {}): Promise<TestApp> {
  const app = await createTestApp({
    env: { ...SOCIAL_ENV, ...env },
    users: [aUser(), aUser({ username: 'bob', tokenKey: 'b'.repeat(40) })],
  })
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: FAY.id })
  app.outside.setExchanges(facebookKnows(FAY))
  return app
}

function logIn(app: TestApp, username: string, password: string, headers: HeadersInit = {}) {
  return app.post('login/', { username, password }, headers)
}

function knownDevice(response: Response): { readonly Cookie: string } {
  return { Cookie: `known_device=${cookieValuesOf(response)['known_device'] ?? ''}` }
}

test('a login by a provider makes the device known, as one by password does', async () => {
  const app = await anApp()
  const response = await app.post('facebook/', FB)
  expect(response.status).toBe(200)
  const attributes = cookieAttributesOf(response)
  expect(attributes).toEqual({ known_device: expect.stringMatching(/HttpOnly.*Max-Age=15552000/) })
  expect(attributes).toEqual(cookieAttributesOf(await logIn(app, 'alice', PASSWORD)))
})

test('an attacked account stays open to the device on which its owner came by the provider', async () => {
  const app = await anApp({ ACCOUNT_RATE_LIMITS: { login: null, login_failed: '3/300s/key' } })
  const known = knownDevice(await app.post('facebook/', FB))
  await app.settle()
  for (const status of [400, 400, 400, 429]) {
    expect((await logIn(app, 'alice', 'guess')).status).toBe(status)
  }
  expect((await logIn(app, 'alice', PASSWORD)).status).toBe(429)
  expect((await logIn(app, 'alice', PASSWORD, known)).status).toBe(200)
})

test('a first login by a provider makes the device known to the new account', async () => {
  const app = await createTestApp({ env: SOCIAL_ENV })
  app.outside.setExchanges(facebookKnows(FAY))
  const known = knownDevice(await app.post('facebook/', FB))
  const again = await app.post('facebook/', FB, known)
  expect(again.status).toBe(200)
  expect(again.headers.getSetCookie()).toEqual([])
})

test('a device that the account knows gets no new note, one that another account knows does', async () => {
  const app = await anApp()
  const alice = knownDevice(await logIn(app, 'alice', PASSWORD))
  const bob = knownDevice(await logIn(app, 'bob', PASSWORD))
  expect((await app.post('facebook/', FB, alice)).headers.getSetCookie()).toEqual([])
  expect(cookieValuesOf(await app.post('facebook/', FB, bob))).toHaveProperty('known_device')
})

test('connecting is no login', async () => {
  const app = await anApp()
  app.outside.setExchanges(facebookKnows({ ...FAY, id: '10002' }))
  const headers = { Authorization: `Token ${'b'.repeat(40)}` }
  const response = await app.post('facebook/connect/', FB, headers)
  expect(response.status).toBe(200)
  expect(response.headers.getSetCookie()).toEqual([])
})

test('a refused login notes nothing, nor does one without KNOWN_DEVICE_COOKIE', async () => {
  const app = await anApp()
  await app.deps().db.update(users).set({ isActive: false })
  const refused = await app.post('facebook/', FB)
  expect(refused.status).toBe(400)
  expect(refused.headers.getSetCookie()).toEqual([])
  const without = await anApp({ KNOWN_DEVICE_COOKIE: '' })
  const response = await without.post('facebook/', FB)
  expect(response.status).toBe(200)
  expect(response.headers.getSetCookie()).toEqual([])
})
