import { expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { recoveryCodes, totpDevices } from '../../../src/db/schema/second-factor.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import {
  codeOf,
  FACTORS,
  firstStep,
  SECRET,
  seedFactor,
  verify,
} from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }

type Setup = { readonly secret: string; readonly activation_token: string }

function factorApp(more: TestAppOptions = {}): Promise<TestApp> {
  const users = [aUser({ tokenKey: KEY, emailVerified: true })]
  return createTestApp({ users, ...more, env: { ...FACTORS, ...more.env } })
}

async function begin(app: TestApp): Promise<Setup> {
  const response = await app.request('/mfa/totp/activate/', { headers: ALICE })
  expect(response.status).toBe(200)
  return (await response.json()) as Setup
}

function confirm(
  app: TestApp,
  setup: Setup,
  code = codeOf(app, 0, setup.secret),
): Promise<Response> {
  const body = { activation_token: setup.activation_token, code }
  return app.post('/mfa/totp/activate/', body, ALICE)
}

test('sets up an authenticator app, and tells the owner', async () => {
  const app = await factorApp()
  const setup = await begin(app)
  expect(setup).toEqual({
    secret: expect.stringMatching(/^[A-Z2-7]{32}$/) as unknown,
    totp_url: `otpauth://totp/alice%40example.com?secret=${setup.secret}`,
    qr_code_data_uri: expect.stringMatching(/^data:image\/svg\+xml;base64,/) as unknown,
    activation_token: expect.any(String) as unknown,
  })
  const response = await confirm(app, setup)
  expect(response.status).toBe(200)
  const { recovery_codes: codes } = (await response.json()) as { readonly recovery_codes: string[] }
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^[0-9a-f]{4}-[0-9a-f]{4}$/)
  await app.settle()
  expect(app.mailbox.map(({ to, subject }) => [to, subject])).toEqual([
    ['alice@example.com', '[example.com] Two-Factor Authentication Turned On'],
  ])
  const events = await app.deps().db.select({ kind: auditEvents.kind }).from(auditEvents)
  expect(events).toEqual([{ kind: 'totp_activated' }])
  const second = await verify(app, await firstStep(app), codes[3] ?? '')
  expect(second.status).toBe(200)
})

test('keeps no secret and no code that a copy of the database would show', async () => {
  const app = await factorApp()
  const setup = await begin(app)
  const response = await confirm(app, setup)
  const { recovery_codes: codes } = (await response.json()) as { readonly recovery_codes: string[] }
  const { db } = app.deps()
  const kept = JSON.stringify([
    await db.select().from(totpDevices),
    await db.select().from(recoveryCodes),
  ])
  for (const secret of [setup.secret, ...codes]) expect(kept).not.toContain(secret)
})

test('the code of the activation logs nobody in', async () => {
  const app = await factorApp()
  const setup = await begin(app)
  await confirm(app, setup)
  const response = await verify(app, await firstStep(app), codeOf(app, 0, setup.secret))
  expect(await response.json()).toEqual({ code: ['Invalid code.'] })
})

test.each([
  [aUser({ tokenKey: KEY, emailVerified: false }), 400],
  [aUser({ tokenKey: KEY, emailVerified: null }), 400],
  [aUser({ tokenKey: KEY, emailVerified: true }), 200],
])('is for accounts whose address is verified: %#', async (user, status) => {
  const app = await factorApp({ users: [user] })
  const response = await confirm(app, await begin(app))
  expect(response.status).toBe(status)
  if (status === 400) {
    expect(await response.json()).toEqual({
      detail:
        'You cannot activate two-factor authentication until you have verified your email address.',
    })
  }
})

test('or for all of them, where the setting says so', async () => {
  const app = await factorApp({
    users: [aUser({ tokenKey: KEY, emailVerified: false })],
    env: { MFA_ALLOW_UNVERIFIED_EMAIL: 'true' },
  })
  expect((await confirm(app, await begin(app))).status).toBe(200)
})

test('a second confirmation finds it on', async () => {
  const app = await factorApp()
  const [one, other] = [await begin(app), await begin(app)]
  expect((await confirm(app, one)).status).toBe(200)
  const response = await confirm(app, other)
  expect(await response.json()).toEqual({
    detail: 'MFA is already enabled. Deactivate it before activating again.',
  })
})

test('an activation token is for the user who asked for it', async () => {
  const bob = aUser({ username: 'bob', tokenKey: KEY.replace('0', 'b'), emailVerified: true })
  const app = await factorApp({ users: [aUser({ tokenKey: KEY, emailVerified: true }), bob] })
  const setup = await begin(app)
  const response = await app.post(
    '/mfa/totp/activate/',
    { activation_token: setup.activation_token, code: codeOf(app, 0, setup.secret) },
    { Authorization: `Token ${KEY.replace('0', 'b')}` },
  )
  expect(await response.json()).toEqual({
    activation_token: ['Invalid activation token for this user.'],
  })
})

test('wrong codes at activation count against the user', async () => {
  const app = await factorApp()
  const setup = await begin(app)
  for (let guess = 0; guess < 5; guess += 1) {
    expect((await confirm(app, setup, '000000')).status).toBe(400)
  }
  expect((await confirm(app, setup)).status).toBe(429)
})

test('takes it away again, with the recovery codes, and tells the owner', async () => {
  const app = await factorApp()
  await seedFactor(app)
  const response = await app.post('/mfa/totp/deactivate/', { code: codeOf(app) }, ALICE)
  expect(await response.json()).toEqual({ detail: 'TOTP has been deactivated.' })
  await app.settle()
  const { db } = app.deps()
  expect(await db.select().from(totpDevices)).toEqual([])
  expect(await db.select().from(recoveryCodes)).toEqual([])
  expect(app.mailbox.map(({ subject }) => subject)).toEqual([
    '[example.com] Two-Factor Authentication Turned Off',
  ])
  const login = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  expect(await login.json()).toHaveProperty('key')
})

test('a recovery code takes nothing away', async () => {
  const app = await factorApp()
  await seedFactor(app)
  const response = await app.post('/mfa/totp/deactivate/', { code: '0123-4567' }, ALICE)
  expect(await response.json()).toEqual({ code: ['Invalid code.'] })
})

test('no mails where they are off', async () => {
  const app = await factorApp({ env: { ACCOUNT_EMAIL_NOTIFICATIONS: 'false' } })
  await confirm(app, await begin(app))
  await app.settle()
  expect(app.mailbox).toEqual([])
})

test('neither the log nor the audit rows hold a secret, a code or a token', async () => {
  const app = await factorApp()
  const setup = await begin(app)
  const code = codeOf(app, 0, setup.secret)
  await confirm(app, setup, code)
  const ephemeral = await firstStep(app)
  app.clock.advance(30)
  const next = codeOf(app, 0, setup.secret)
  await verify(app, ephemeral, next)
  await app.settle()
  const { db } = app.deps()
  const told = JSON.stringify([app.log, await db.select().from(auditEvents)])
  for (const secret of [setup.secret, setup.activation_token, code, ephemeral, next, SECRET]) {
    expect(told).not.toContain(secret)
  }
})
