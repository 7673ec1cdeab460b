import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { waitedFor } from '../../cost/waited.ts'
import { answerOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { BY_MAIL, codeFromMail, requestCode } from '../../support/mailed.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'
import { seedSocialAccount } from '../../support/seed.ts'
import { codeOf, FACTORS, seedFactor } from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }
const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const NEW = 'another-horse-staple'
const LET_IN = { status: 200, body: { key: KEY } }
const ASKED = { status: 200, body: { handle: expect.any(String) as unknown, code_required: true } }
const SECOND_STEP = {
  status: 200,
  body: { ephemeral_token: expect.any(String) as unknown, mfa_required: true },
}

function appOf(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  return createTestApp({
    users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob', email: 'bob@example.com' })],
    env: {
      ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
      ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
      ...env,
    },
  })
}

/** A login up to its mailed code, which says `trust`. */
async function typeCode(app: TestApp, body: object, first: object = LOGIN): Promise<Response> {
  // A mailbox gets a mail in half a minute.
  app.clock.advance(60)
  const handle = await memberOf(await app.post('/login/', first), 'handle')
  const code = await codeFromMail(app)
  return app.post('/login/code/confirm/', { handle, code, ...body })
}

async function tokenOf(response: Promise<Response> | Response): Promise<string> {
  return memberOf(await response, 'trust_token')
}

const login = (app: TestApp, trust_token: string, more = {}) =>
  answerOf(app.post('/login/', { ...LOGIN, trust_token, ...more }))

describe('a device on which the mailed code was typed', () => {
  test('is spared it by a cookie', async () => {
    const app = await appOf()
    const done = await typeCode(app, { trust: true })
    expect(await answerOf(done)).toEqual(LET_IN)
    const cookie = done.headers.getSetCookie().find((one) => one.startsWith('mfa_trusted='))
    const headers = { Cookie: cookie?.split(';')[0] ?? '' }
    app.mailbox.length = 0
    expect(await answerOf(app.post('/login/', LOGIN, headers))).toEqual(LET_IN)
    await app.settle()
    expect(app.mailbox).toEqual([])
  })

  test('by a token, for all that it costs', async () => {
    const app = await appOf()
    const trust_token = await tokenOf(typeCode(app, { trust: 'token' }))
    const waited = await waitedFor(app, () => app.post('/login/', { ...LOGIN, trust_token }))
    expect({ status: waited.response.status, roundTrips: waited.roundTrips }).toEqual({
      status: 200,
      roundTrips: 1,
    })
  })

  test('by a form, whose box is ticked', async () => {
    const app = await appOf()
    const handle = await memberOf(await app.post('/login/', LOGIN), 'handle')
    const code = await codeFromMail(app)
    const body = new URLSearchParams({ handle, code, trust: 'on' })
    const done = await app.request('/login/code/confirm/', { method: 'POST', body })
    expect(done.headers.getSetCookie().join()).toContain('mfa_trusted=')
  })

  test('with a provider as its first step, too', async () => {
    const app = await appOf(SOCIAL_ENV)
    await seedSocialAccount(app.deps(), { userId: 1, provider: 'facebook', uid: FAY.id })
    app.outside.setExchanges(facebookKnows(FAY))
    const trust_token = await tokenOf(typeCode(app, { trust: 'token' }))
    const first = await app.post('/facebook/', { access_token: 'fb-token', trust_token })
    expect(await answerOf(first)).toEqual(LET_IN)
  })

  test('only where it asked for it', async () => {
    const app = await appOf()
    const done = await typeCode(app, {})
    expect(done.headers.getSetCookie().join()).not.toContain('mfa_trusted=')
    expect(await answerOf(done)).toEqual(LET_IN)
  })

  test.each([
    ['the setting is off', { ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'false' }],
    ['no login needs a code besides', { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'false' }],
  ])('and not where %s', async (_why, env) => {
    const app = await appOf({ ...BY_MAIL, ...env })
    const handle = await requestCode(app)
    const body = { handle, code: await codeFromMail(app), trust: 'token' }
    expect(await answerOf(app.post('/login/code/confirm/', body))).toEqual(LET_IN)
  })

  test('a wrong password is a wrong password', async () => {
    const app = await appOf()
    const token = await tokenOf(typeCode(app, { trust: 'token' }))
    expect(await login(app, token, { password: 'wrong-horse' })).toHaveProperty('status', 400)
  })
})

describe('it is a device like any other', () => {
  const ENDS: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
    'after two weeks': (app) => {
      app.clock.advance(1_209_601)
      return Promise.resolve()
    },
    'after a new password': (app) =>
      app.post('/password/change/', { new_password1: NEW, new_password2: NEW }, ALICE),
    'after logging out everywhere': (app) => app.post('/logout/all/', {}, ALICE),
    'when the account has another address': (app) =>
      app.deps().db.update(users).set({ email: 'new@example.com', emailFolded: 'new@example.com' }),
  }

  test.each(Object.entries(ENDS))('%s', async (name, end) => {
    const app = await appOf()
    const token = await tokenOf(typeCode(app, { trust: 'token' }))
    expect(await login(app, token)).toEqual(LET_IN)
    await end(app)
    const password = name.includes('password') ? NEW : LOGIN.password
    app.clock.advance(60)
    expect(await login(app, token, { password })).toEqual(ASKED)
  })

  test('for another account, and with a token of nothing', async () => {
    const app = await appOf()
    const token = await tokenOf(typeCode(app, { trust: 'token' }))
    expect(await login(app, token, { username: 'bob' })).toEqual(ASKED)
    for (const odd of ['x', `${token}x`, 'A'.repeat(5000)]) {
      app.clock.advance(3600)
      expect(await login(app, odd)).toEqual(ASKED)
    }
  })
})

describe('with a second factor', () => {
  const BOTH = { ...FACTORS, MFA_TRUST_ENABLED: 'true' }

  /** The code of the app, after whatever came first. */
  async function verifyTotp(app: TestApp, response: Response, more = {}): Promise<Response> {
    const ephemeral_token = await memberOf(response, 'ephemeral_token')
    app.clock.advance(31)
    return app.post('/mfa/verify/', { ephemeral_token, code: codeOf(app), ...more })
  }

  test('one word at the last step covers both', async () => {
    const app = await appOf(BOTH)
    await seedFactor(app)
    const token = await tokenOf(verifyTotp(app, await typeCode(app, {}), { trust: 'token' }))
    expect(await login(app, token)).toEqual(LET_IN)
  })

  test('one that is trusted for its mail alone is asked for the code of the app', async () => {
    const app = await appOf(BOTH)
    const mail = await tokenOf(typeCode(app, { trust: 'token' }))
    await seedFactor(app)
    expect(await login(app, mail)).toEqual(SECOND_STEP)
    const begun = await app.post('/login/', { ...LOGIN, trust_token: mail })
    const both = await tokenOf(verifyTotp(app, begun, { trust: 'token' }))
    expect(await login(app, both)).toEqual(LET_IN)
  })

  test('one that is trusted for its app alone keeps that when it is trusted for its mail', async () => {
    const app = await appOf({ ...BOTH, ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'false' })
    await seedFactor(app)
    const factor = await tokenOf(
      verifyTotp(app, await app.post('/login/', LOGIN), { trust: 'token' }),
    )
    const asking = await createTestApp({
      data: 'kept',
      now: app.clock.now(),
      env: {
        ...BOTH,
        ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
        ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
      },
    })
    expect(await login(asking, factor)).toEqual(ASKED)
    const both = await tokenOf(typeCode(asking, { trust: 'token', trust_token: factor }))
    expect(await login(asking, both)).toEqual(LET_IN)
  })

  test('where the app is not spared, the mail is', async () => {
    const app = await appOf({ ...BOTH, MFA_TRUST_ENABLED: 'false' })
    await seedFactor(app)
    const token = await tokenOf(verifyTotp(app, await typeCode(app, {}), { trust: 'token' }))
    expect(await login(app, token)).toEqual(SECOND_STEP)
  })

  test('a second step that was spared the mail ends with the address', async () => {
    const app = await appOf(BOTH)
    const trust_token = await tokenOf(typeCode(app, { trust: 'token' }))
    await seedFactor(app)
    const begun = await app.post('/login/', { ...LOGIN, trust_token })
    const { db } = app.deps()
    await db.update(users).set({ email: 'new@example.com', emailFolded: 'new@example.com' })
    await db.delete(emailAddresses)
    expect(await answerOf(verifyTotp(app, begun))).toHaveProperty('status', 400)
  })
})
