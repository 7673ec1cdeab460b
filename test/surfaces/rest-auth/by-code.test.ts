import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import { codeFromMail, otherThan } from '../../support/mailed.ts'

const PASSWORD = 'right-horse-staple'
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
const KEY = '0123456789abcdef0123456789abcdef01234567'
const NEW_USER = {
  username: 'bob',
  email: 'Bob@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
}

type Handled = { readonly handle: string; readonly detail?: string; readonly key?: string }

async function isVerified(app: TestApp): Promise<readonly boolean[]> {
  const rows = await app.deps().db.select({ is: emailAddresses.isVerified }).from(emailAddresses)
  return rows.map(({ is }) => is)
}

describe('an address is verified by a code', () => {
  const verifyApp = (options: TestAppOptions = {}) =>
    createTestApp({
      ...options,
      env: { ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true', ...options.env },
    })
  const verify = (app: TestApp, handle: string, code: string) =>
    app.post('/registration/verify-email/', { handle, code })

  test('whose handle the registration answers', async () => {
    const app = await verifyApp({ env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' } })
    const made = await app.post('/registration/', NEW_USER)
    expect(made.status).toBe(201)
    const { handle, detail } = (await made.json()) as Handled
    expect(detail).toBe('Verification e-mail sent.')
    const code = await codeFromMail(app)
    expect((await verify(app, handle, otherThan(code))).status).toBe(400)
    const response = await verify(app, handle, code)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ detail: 'ok' })
    expect(await isVerified(app)).toEqual([true])
    expect(await (await verify(app, handle, code)).json()).toEqual({ code: ['Invalid code.'] })
    expect((await app.post('/login/', { username: 'bob', password: PASSWORD })).status).toBe(200)
  })

  test('beside the credentials where verification is optional', async () => {
    const app = await verifyApp()
    const { handle, key } = (await (await app.post('/registration/', NEW_USER)).json()) as Handled
    expect(key).toMatch(/^[0-9a-f]{40}$/)
    expect((await verify(app, handle, await codeFromMail(app))).status).toBe(200)
  })

  test('which can be sent again', async () => {
    const app = await verifyApp({ users: [aUser({ emailVerified: false })] })
    const known = await app.post('/registration/resend-email/', { email: 'alice@example.com' })
    const { handle } = (await known.json()) as Handled
    const unknown = await app.post('/registration/resend-email/', { email: 'nobod@example.com' })
    expect(((await unknown.json()) as Handled).handle).toHaveLength(handle.length)
    expect((await verify(app, handle, await codeFromMail(app))).status).toBe(200)
  })

  test('in three tries, within a quarter of an hour', async () => {
    const app = await verifyApp({ users: [aUser({ emailVerified: false })] })
    const sent = await app.post('/registration/resend-email/', { email: 'alice@example.com' })
    const { handle } = (await sent.json()) as Handled
    const code = await codeFromMail(app)
    for (let index = 0; index < 3; index += 1) await verify(app, handle, otherThan(code))
    expect((await verify(app, handle, code)).status).toBe(429)
    app.clock.advance(901)
    expect(await (await verify(app, handle, code)).json()).toEqual({
      handle: ['Invalid or expired token.'],
    })
    expect(await isVerified(app)).toEqual([false])
  })

  test('and by the key of a link that was mailed before', async () => {
    const app = await verifyApp()
    const response = await app.post('/registration/verify-email/', { key: 'x' })
    expect(response.status).toBe(404)
  })

  test('an address that another account has verified stays its own', async () => {
    const app = await verifyApp({
      env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' },
      users: [aUser({ username: 'owner', email: 'bob@example.com' })],
    })
    const { handle } = (await (await app.post('/registration/', NEW_USER)).json()) as Handled
    await app.settle()
    expect(app.mailbox.map(({ subject }) => subject)).toEqual([
      '[example.com] Account Already Exists',
    ])
    expect((await verify(app, handle, 'BBBBBB')).status).toBe(400)
  })
})

describe('a password is reset by a code', () => {
  const resetApp = (options: TestAppOptions = {}) =>
    createTestApp({
      users: [aUser({ tokenKey: KEY })],
      ...options,
      env: { ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true', ...options.env },
    })
  const request = async (app: TestApp, email = 'alice@example.com') => {
    const response = await app.post('/password/reset/', { email })
    expect(response.status).toBe(200)
    return (await response.json()) as Handled
  }
  const confirm = (app: TestApp, handle: string, code: string, passwords: object = NEW) =>
    app.post('/password/reset/confirm/', { handle, code, ...passwords })

  test('once', async () => {
    const app = await resetApp()
    const { handle, detail } = await request(app)
    expect(detail).toBe('Password reset e-mail has been sent.')
    const code = await codeFromMail(app)
    const response = await confirm(app, handle, code)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      detail: 'Password has been reset with the new password.',
    })
    expect(await (await confirm(app, handle, code)).json()).toEqual({ code: ['Invalid code.'] })
    const login = { username: 'alice', password: NEW.new_password1 }
    expect((await app.post('/login/', login)).status).toBe(200)
  })

  test('a bad password is no guess', async () => {
    const app = await resetApp()
    const { handle } = await request(app)
    const code = await codeFromMail(app)
    const bad = { new_password1: '1234', new_password2: '1234' }
    for (let index = 0; index < 4; index += 1) {
      const response = await confirm(app, handle, code, bad)
      expect(Object.keys((await response.json()) as object)).toEqual(['new_password2'])
      await app.settle()
    }
    expect((await confirm(app, handle, code)).status).toBe(200)
  })

  test('in three tries', async () => {
    const app = await resetApp()
    const { handle } = await request(app)
    const code = await codeFromMail(app)
    for (let index = 0; index < 3; index += 1) await confirm(app, handle, otherThan(code))
    expect((await confirm(app, handle, code)).status).toBe(429)
  })

  test('an unknown address is answered alike, and refused alike', async () => {
    const app = await resetApp()
    const known = await request(app)
    const unknown = await request(app, 'nobod@example.com')
    expect(unknown.handle).toHaveLength(known.handle.length)
    const response = await confirm(app, unknown.handle, 'BBBBBB')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ code: ['Invalid code.'] })
  })

  test('it proves the address, and evicts whoever only claimed it', async () => {
    const app = await resetApp({ users: [aUser({ tokenKey: KEY, emailVerified: false })] })
    const { handle } = await request(app)
    expect((await confirm(app, handle, await codeFromMail(app))).status).toBe(200)
    expect(await isVerified(app)).toEqual([true])
    const old = await app.request('/user/', { headers: { Authorization: `Token ${KEY}` } })
    expect(old.status).toBe(401)
  })

  test('a login code resets nothing', async () => {
    const app = await resetApp({ env: { ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true' } })
    const asked = await app.post('/login/code/request/', { email: 'alice@example.com' })
    const { handle } = (await asked.json()) as Handled
    const response = await confirm(app, handle, await codeFromMail(app))
    expect(await response.json()).toEqual({ handle: ['Invalid or expired token.'] })
  })

  test('links that were mailed before go on working', async () => {
    const app = await resetApp()
    const response = await app.post('/password/reset/confirm/', { uid: '1', token: 'x', ...NEW })
    expect(await response.json()).toEqual({ token: ['Invalid value'] })
  })
})
