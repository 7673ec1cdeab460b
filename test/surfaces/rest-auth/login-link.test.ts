import { expect, test } from 'vitest'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import { BY_MAIL, keyFromMail } from '../../support/mailed.ts'
import { codeOf, FACTORS, seedFactor, verify } from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'

function mailApp(options: TestAppOptions = {}): Promise<TestApp> {
  const env = { ...BY_MAIL, ...options.env }
  return createTestApp({ users: [aUser({ tokenKey: KEY })], ...options, env })
}

const confirm = (app: TestApp, key: string) => app.post('/login/link/confirm/', { key })

test('the key of the link logs in, once', async () => {
  const app = await mailApp()
  const key = await keyFromMail(app)
  const response = await confirm(app, key)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ key: KEY })
  const again = await confirm(app, key)
  expect(again.status).toBe(400)
  expect(await again.json()).toEqual({ key: ['Invalid or expired token.'] })
})

test('no GET uses it up: scanners of mails follow links', async () => {
  const app = await mailApp()
  const key = await keyFromMail(app)
  expect((await app.request(`/login/link/confirm/?key=${key}`)).status).toBe(405)
  expect((await app.request(`/login/link/confirm/?key=${key}`, { method: 'HEAD' })).status).toBe(
    405,
  )
  expect((await confirm(app, key)).status).toBe(200)
})

test('it leads where the frontend says', async () => {
  const urls = { account_login_by_link: 'https://app.example.com/in?key={key}' }
  const app = await mailApp({ env: { HEADLESS_FRONTEND_URLS: urls } })
  await app.post('/login/link/request/', { email: 'alice@example.com' })
  await app.settle()
  const key = /https:\/\/app\.example\.com\/in\?key=([\w-]+)/.exec(app.mailbox[0]?.text ?? '')?.[1]
  expect((await confirm(app, key ?? '')).status).toBe(200)
})

test('known and unknown addresses are answered alike', async () => {
  const app = await mailApp()
  for (const email of ['alice@example.com', 'nobody@example.com']) {
    const response = await app.post('/login/link/request/', { email })
    expect(await response.json()).toEqual({
      detail: 'If the address is known, a mail is on its way.',
    })
  }
  await app.settle()
  expect(app.mailbox.map(({ to }) => to)).toEqual(['alice@example.com'])
})

test('it is too old after a quarter of an hour, and dies with the password', async () => {
  const app = await mailApp({ env: { ACCOUNT_RATE_LIMITS: { send_email: null } } })
  const old = await keyFromMail(app)
  app.clock.advance(901)
  expect((await confirm(app, old)).status).toBe(400)
  const key = await keyFromMail(app)
  await app.deps().db.update(users).set({ password: 'pbkdf2_sha256$1$x$y' })
  expect((await confirm(app, key)).status).toBe(400)
})

test('a second factor is asked for, and the link is used up by then', async () => {
  const app = await mailApp({ env: FACTORS })
  await seedFactor(app)
  const key = await keyFromMail(app)
  const body = (await (await confirm(app, key)).json()) as { readonly ephemeral_token: string }
  expect(body).toMatchObject({ mfa_required: true })
  expect((await confirm(app, key)).status).toBe(400)
  expect((await verify(app, body.ephemeral_token, codeOf(app))).status).toBe(200)
})

test('an unverified address is verified by it', async () => {
  const env = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
  const app = await mailApp({ users: [aUser({ emailVerified: false })], env })
  expect((await confirm(app, await keyFromMail(app))).status).toBe(200)
})
