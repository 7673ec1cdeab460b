import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import { BY_MAIL, codeFromMail, confirmCode, otherThan, requestCode } from '../../support/mailed.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'
import { seedSocialAccount } from '../../support/seed.ts'
import {
  codeOf,
  FACTORS,
  passkeyLogin,
  seedFactor,
  seedKey,
  verify,
} from '../../support/second-factor.ts'

const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const REQUIRED = { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' }
const STEP = { handle: expect.any(String) as unknown, code_required: true }
const KEY = { key: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown }

function stepApp(env = {}, options: TestAppOptions = {}): Promise<TestApp> {
  return createTestApp({ users: [aUser()], ...options, env: { ...REQUIRED, ...env } })
}

/** The first step, whatever it is; answers its handle. */
async function stepOf(response: Response, status = 200): Promise<string> {
  const body = (await response.json()) as { readonly handle: string }
  expect({ status: response.status, body }).toEqual({ status, body: STEP })
  expect(response.headers.getSetCookie()).toEqual([])
  return body.handle
}

const login = (app: TestApp) => app.post('/login/', LOGIN)

describe('a password is followed by a mailed code', () => {
  test('nothing is handed out before', async () => {
    const app = await stepApp()
    const handle = await stepOf(await login(app))
    const answered = await confirmCode(app, handle, await codeFromMail(app))
    expect(answered.status).toBe(200)
    expect(await answered.json()).toEqual(KEY)
  })

  test.each([
    ['JWT', { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }, 200],
    ['session', { TOKEN_MODEL: 'null', SESSION_LOGIN: 'true' }, 204],
  ])('as %s', async (_name, env, status) => {
    const app = await stepApp(env)
    const handle = await stepOf(await login(app))
    const answered = await confirmCode(app, handle, await codeFromMail(app))
    expect(answered.status).toBe(status)
  })

  test('a wrong password is answered as ever, and mails nothing', async () => {
    const app = await stepApp()
    const refused = await app.post('/login/', { ...LOGIN, password: 'wrong-horse-staple' })
    expect(refused.status).toBe(400)
    await app.settle()
    expect(app.mailbox).toEqual([])
  })

  test('a code works once, with its own handle, for so long', async () => {
    const app = await stepApp()
    const handle = await stepOf(await login(app))
    const code = await codeFromMail(app)
    app.clock.advance(31)
    const other = await stepOf(await login(app))
    expect((await confirmCode(app, other, code)).status).toBe(400)
    expect((await confirmCode(app, handle, code)).status).toBe(200)
    expect(await (await confirmCode(app, handle, code)).json()).toEqual({
      code: ['Invalid code.'],
    })
    app.clock.advance(181)
    expect(await (await confirmCode(app, other, code)).json()).toEqual({
      handle: ['Invalid or expired token.'],
    })
  })

  test('a mailbox gets few, and who logs in again at once is told to wait', async () => {
    const app = await stepApp()
    await stepOf(await login(app))
    const again = await login(app)
    expect(again.status).toBe(429)
    expect(again.headers.get('Retry-After')).toBe('30')
    app.clock.advance(31)
    await stepOf(await login(app))
    await app.settle()
    expect(app.mailbox).toHaveLength(2)
  })

  test('three tries', async () => {
    const app = await stepApp()
    const handle = await stepOf(await login(app))
    const code = await codeFromMail(app)
    for (let tried = 0; tried < 3; tried += 1) {
      expect((await confirmCode(app, handle, otherThan(code))).status).toBe(400)
    }
    expect((await confirmCode(app, handle, code)).status).toBe(429)
  })

  test.each([
    ['another password', { password: 'pbkdf2_sha256$1$x$y' }],
    ['a logout everywhere', { tokensRevokedAt: new Date(5) }],
    ['a deactivation', { isActive: false }],
  ])('%s ends it', async (_name, change) => {
    const app = await stepApp()
    const handle = await stepOf(await login(app))
    const code = await codeFromMail(app)
    await app.deps().db.update(users).set(change)
    expect((await confirmCode(app, handle, code)).status).toBe(400)
  })

  test('a handle of a login without a password is another thing', async () => {
    const app = await stepApp(BY_MAIL)
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    const step = await stepOf(await login(app))
    expect((await confirmCode(app, step, code)).status).toBe(400)
    expect((await confirmCode(app, handle, code)).status).toBe(200)
  })

  test('who reads the mail has the address verified', async () => {
    const app = await stepApp({}, { users: [aUser({ emailVerified: false })] })
    const handle = await stepOf(await login(app))
    await confirmCode(app, handle, await codeFromMail(app))
    const stored = await app
      .deps()
      .db.select({ isVerified: emailAddresses.isVerified })
      .from(emailAddresses)
    expect(stored).toEqual([{ isVerified: true }])
    app.clock.advance(31)
    await stepOf(await login(app))
  })

  test('without an address there is no way in', async () => {
    const app = await stepApp({}, { users: [aUser({ email: '' })] })
    const refused = await login(app)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toEqual({
      non_field_errors: ['The account has no e-mail address that a login code could be sent to.'],
    })
  })
})

describe('the other steps', () => {
  test('the second factor comes after it, and a trusted device is asked for the code all the same', async () => {
    const app = await stepApp({ ...FACTORS, MFA_TRUST_ENABLED: 'true' })
    await seedFactor(app)
    const first = await stepOf(await login(app))
    const asked = await confirmCode(app, first, await codeFromMail(app))
    const { ephemeral_token, mfa_required } = (await asked.json()) as {
      readonly ephemeral_token: string
      readonly mfa_required: boolean
    }
    expect(mfa_required).toBe(true)
    expect((await confirmCode(app, first, await codeFromMail(app))).status).toBe(400)
    const done = await app.post('/mfa/verify/', {
      ephemeral_token,
      code: codeOf(app),
      trust: 'token',
    })
    const { trust_token } = (await done.json()) as { readonly trust_token: string }
    app.clock.advance(31)
    const again = await stepOf(await app.post('/login/', { ...LOGIN, trust_token }))
    const code = await codeFromMail(app)
    const last = await app.post('/login/code/confirm/', { handle: again, code, trust_token })
    expect(await last.json()).toEqual(KEY)
  })

  test('a second factor alone, where the setting names other ways', async () => {
    const app = await stepApp({ ...FACTORS, ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'mfa' })
    await seedFactor(app)
    const { ephemeral_token } = (await (await login(app)).json()) as {
      readonly ephemeral_token: string
    }
    expect((await verify(app, ephemeral_token, codeOf(app))).status).toBe(200)
  })
})

describe('which ways in it is about', () => {
  const social = async (app: TestApp): Promise<Response> => {
    await seedSocialAccount(app.deps(), { userId: 1, provider: 'facebook', uid: FAY.id })
    app.outside.setExchanges(facebookKnows(FAY))
    return app.post('/facebook/', { access_token: 'fb-token' })
  }
  const passkey = async (app: TestApp): Promise<Response> => {
    await seedKey(app, 'laptop')
    return passkeyLogin(app, 'laptop', { flags: 5 })
  }
  const register = (app: TestApp): Promise<Response> =>
    app.post('/registration/', {
      username: 'bob',
      email: 'bob@example.com',
      password1: 'another-horse-staple',
      password2: 'another-horse-staple',
    })
  const WAYS = { password: login, socialaccount: social, mfa: passkey } as const
  const ENV = { ...FACTORS, ...SOCIAL_ENV, ACCOUNT_EMAIL_VERIFICATION: 'none' }

  const CASES = (['password', 'socialaccount', 'mfa'] as const).flatMap((way) => [
    [way, 'true', true] as const,
    [way, way, true] as const,
    [
      way,
      JSON.stringify(['password', 'socialaccount', 'mfa'].filter((one) => one !== way)),
      false,
    ] as const,
    [way, 'false', false] as const,
  ])

  test.each(CASES)('%s under %s', async (way, required, isAsked) => {
    const app = await stepApp({ ...ENV, ACCOUNT_LOGIN_BY_CODE_REQUIRED: required })
    const response = await WAYS[way](app)
    if (!isAsked) {
      expect(await response.json()).toEqual(KEY)
      return
    }
    const handle = await stepOf(response)
    const answered = await confirmCode(app, handle, await codeFromMail(app))
    expect(await answered.json()).toEqual(KEY)
  })

  test.each(['true', 'mfa'])('a registration under %s', async (required) => {
    const app = await stepApp({ ...ENV, ACCOUNT_LOGIN_BY_CODE_REQUIRED: required })
    const handle = await stepOf(await register(app), 201)
    const answered = await confirmCode(app, handle, await codeFromMail(app))
    expect(await answered.json()).toEqual(KEY)
  })

  test('a login by a mailed code asks for no other', async () => {
    const app = await stepApp({ ...ENV, ...BY_MAIL })
    const handle = await requestCode(app)
    expect(await (await confirmCode(app, handle, await codeFromMail(app))).json()).toEqual(KEY)
  })

  test('words that are no way in are refused at start', async () => {
    const wrong = { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'password,carrier-pigeon' }
    await expect(stepApp(wrong)).rejects.toThrow(
      'ACCOUNT_LOGIN_BY_CODE_REQUIRED must be true, false, or a list of password, socialaccount, mfa',
    )
  })
})
