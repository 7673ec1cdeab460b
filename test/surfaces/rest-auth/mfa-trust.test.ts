import { describe, expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import { BY_MAIL, codeFromMail, requestCode } from '../../support/mailed.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  codeOf,
  FACTORS,
  firstStep,
  seedFactor,
  seedKey,
  verify,
} from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }
const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }

async function trustApp(options: TestAppOptions = {}): Promise<TestApp> {
  const env = { ...FACTORS, ...BY_MAIL, MFA_TRUST_ENABLED: 'true', ...options.env }
  const app = await createTestApp({ users: [aUser({ tokenKey: KEY })], ...options, env })
  await seedFactor(app)
  return app
}

/** The second step of a device that is to be trusted. */
function verifyAndTrust(app: TestApp, ephemeralToken: string, trust: unknown): Promise<Response> {
  const body = { ephemeral_token: ephemeralToken, code: codeOf(app), trust }
  return app.post('/mfa/verify/', body)
}

async function trustedToken(app: TestApp): Promise<string> {
  const response = await verifyAndTrust(app, await firstStep(app), 'token')
  expect(response.status).toBe(200)
  return ((await response.json()) as { readonly trust_token: string }).trust_token
}

async function isSpared(app: TestApp, trustToken: string): Promise<boolean> {
  const response = await app.post('/login/', { ...LOGIN, trust_token: trustToken })
  expect(response.status).toBe(200)
  return !('mfa_required' in ((await response.json()) as object))
}

describe('a trusted device', () => {
  test('is known by its cookie, which is like that of a session', async () => {
    const app = await trustApp()
    const response = await verifyAndTrust(app, await firstStep(app), true)
    const cookie = response.headers.getSetCookie().find((one) => one.startsWith('mfa_trusted='))
    expect(cookie).toMatch(
      /; Max-Age=1209600; Path=\/; SameSite=Lax; Secure; HttpOnly|; HttpOnly; .*Path=\//,
    )
    const headers = { Cookie: cookie?.split(';')[0] ?? '' }
    expect(await (await app.post('/login/', LOGIN, headers)).json()).toEqual({ key: KEY })
  })

  test.each(['on', 'yes', 'True', '1'])('a form asks for it by a ticked box: %j', async (trust) => {
    const app = await trustApp()
    const step = { ephemeral_token: await firstStep(app), code: codeOf(app), trust }
    const body = new URLSearchParams(step)
    const response = await app.request('/mfa/verify/', { method: 'POST', body })
    expect({ status: response.status, cookies: response.headers.getSetCookie().join() }).toEqual({
      status: 200,
      cookies: expect.stringContaining('mfa_trusted=') as unknown,
    })
  })

  test.each(['off', 'no', '0', 'x', ''])('and not by %j', async (trust) => {
    const app = await trustApp()
    const step = { ephemeral_token: await firstStep(app), code: codeOf(app), trust }
    const body = new URLSearchParams(step)
    const response = await app.request('/mfa/verify/', { method: 'POST', body })
    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie().join()).not.toContain('mfa_trusted')
  })

  test('is spared the code after a passkey of one factor', async () => {
    const app = await trustApp({ env: { PASSKEY_USER_VERIFICATION: 'preferred' } })
    const trust_token = await trustedToken(app)
    await seedKey(app, 'phone')
    const { challenge, session_id } = await beginPasskeyLogin(app)
    const credential = assertionOf('phone', challenge, { flags: 1 })
    const body = { credential, session_id, trust_token }
    const response = await app.post('/passkeys/login/complete/', body)
    expect(await response.json()).toEqual({ key: KEY })
  })

  test('or by a token where it keeps no cookies', async () => {
    const app = await trustApp()
    const token = await trustedToken(app)
    expect(await isSpared(app, token)).toBe(true)
    const first = await app.post('/login/', { ...LOGIN, password: 'wrong', trust_token: token })
    expect(first.status).toBe(400)
  })

  test('is asked for no code after a code by mail, either', async () => {
    const app = await trustApp()
    const token = await trustedToken(app)
    const handle = await requestCode(app)
    const body = { handle, code: await codeFromMail(app), trust_token: token }
    expect(await (await app.post('/login/code/confirm/', body)).json()).toEqual({ key: KEY })
  })

  test('only where it was asked for, and the setting is on', async () => {
    const app = await trustApp()
    const plain = await verify(app, await firstStep(app), codeOf(app))
    expect(plain.headers.getSetCookie().join()).not.toContain('mfa_trusted')
    expect(await plain.json()).toEqual({ key: KEY })
    const off = await trustApp({ env: { MFA_TRUST_ENABLED: 'false' } })
    const answer = await verifyAndTrust(off, await firstStep(off), 'token')
    expect(await answer.json()).toEqual({ key: KEY })
  })
})

describe('it is a device like any other', () => {
  test('after two weeks', async () => {
    const app = await trustApp()
    const token = await trustedToken(app)
    app.clock.advance(1_209_599)
    expect(await isSpared(app, token)).toBe(true)
    app.clock.advance(2)
    expect(await isSpared(app, token)).toBe(false)
  })

  test('after a new password', async () => {
    const app = await trustApp()
    const token = await trustedToken(app)
    expect((await app.post('/password/change/', NEW, ALICE)).status).toBe(200)
    const again = { username: 'alice', password: NEW.new_password1, trust_token: token }
    expect(await (await app.post('/login/', again)).json()).toMatchObject({ mfa_required: true })
  })

  test('after logging out everywhere', async () => {
    const app = await trustApp()
    const token = await trustedToken(app)
    expect((await app.post('/logout/all/', {}, ALICE)).status).toBe(200)
    expect(await isSpared(app, token)).toBe(false)
  })

  test('with another authenticator app', async () => {
    const app = await trustApp()
    const token = await trustedToken(app)
    app.clock.advance(31)
    const off = await app.post('/mfa/totp/deactivate/', { code: codeOf(app) }, ALICE)
    expect(off.status).toBe(200)
    await seedFactor(app)
    expect(await isSpared(app, token)).toBe(false)
  })

  test('for another account', async () => {
    const users = [aUser({ tokenKey: KEY }), aUser({ username: 'bob' })]
    const app = await trustApp({ users })
    await seedFactor(app, 'bob')
    const token = await trustedToken(app)
    const body = { username: 'bob', password: LOGIN.password, trust_token: token }
    expect(await (await app.post('/login/', body)).json()).toMatchObject({ mfa_required: true })
  })

  test.each(['x', 'A'.repeat(5000), '{}'])('with a token of nothing', async (token) => {
    expect(await isSpared(await trustApp(), token)).toBe(false)
  })

  test('with an ephemeral token in its place', async () => {
    const app = await trustApp()
    expect(await isSpared(app, await firstStep(app))).toBe(false)
  })
})
