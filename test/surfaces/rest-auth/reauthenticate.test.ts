import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { recentProofs } from '../../../src/db/schema/recent-proofs.ts'
import { waitedFor } from '../../cost/waited.ts'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import { codeFromMail, confirmCode, otherThan, requestCode } from '../../support/mailed.ts'
import { seedSocialAccount, userIdOf } from '../../support/seed.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  codeOf,
  FACTORS,
  firstStep,
  RECOVERY_CODES,
  seedFactor,
  seedKey,
  verify,
  wrongCodeOf,
} from '../../support/second-factor.ts'

const PASSWORD = 'right-horse-staple'
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }
const JWT = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '3600',
}
const SIX_MINUTES = 360

/** Somebody whose token is older than a recent proof. */
async function longAgo(options: TestAppOptions = {}, env = {}): Promise<TestApp> {
  const users = options.users ?? [aUser({ tokenKey: KEY })]
  const app = await createTestApp({ ...options, users, env: { ...FACTORS, ...env } })
  app.clock.advance(SIX_MINUTES)
  return app
}

async function begins(app: TestApp, headers: HeadersInit = ALICE): Promise<number> {
  return (await app.request('/mfa/totp/activate/', { headers })).status
}

const reauthenticate = (app: TestApp, body: unknown, headers: HeadersInit = ALICE) =>
  app.post('/reauthenticate/', body, headers)

describe('what wants a recent proof', () => {
  const CHANGES = [
    ['GET', '/mfa/totp/activate/'],
    ['POST', '/mfa/totp/activate/'],
    ['GET', '/mfa/recovery-codes/'],
    ['POST', '/mfa/recovery-codes/regenerate/'],
    ['POST', '/passkeys/register/begin/'],
    ['POST', '/passkeys/register/complete/'],
    ['DELETE', '/passkeys/1/'],
  ] as const

  test.each(CHANGES)('%s %s refuses an old login, whatever the body', async (method, path) => {
    const app = await longAgo()
    const response = await app.request(path, { method, headers: ALICE })
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      detail: 'Please confirm that it is you, then try again.',
      code: 'reauthentication_required',
      flows: [{ id: 'reauthenticate' }],
    })
  })

  test('nothing where the setting is off', async () => {
    const app = await longAgo({}, { MFA_REAUTHENTICATION_REQUIRED: 'false' })
    expect(await begins(app)).toBe(200)
    expect((await reauthenticate(app, { password: PASSWORD })).status).toBe(404)
  })

  test('a change of password and a disconnection, where the setting says so', async () => {
    const env = { ACCOUNT_REAUTHENTICATION_REQUIRED: 'true', MFA_ENABLED: 'false' }
    const app = await longAgo({}, env)
    const refused = await app.post('/password/change/', NEW, ALICE)
    expect(refused.status).toBe(403)
    expect((await app.post('/socialaccounts/1/disconnect/', {}, ALICE)).status).toBe(403)
    expect((await reauthenticate(app, { password: PASSWORD })).status).toBe(200)
    expect((await app.post('/socialaccounts/1/disconnect/', {}, ALICE)).status).toBe(404)
    expect((await app.post('/password/change/', NEW, ALICE)).status).toBe(200)
  })

  test('a stranger is asked who they are first', async () => {
    const app = await longAgo()
    expect(await begins(app, {})).toBe(401)
  })
})

describe('a login counts as a proof, for its own credentials and so long', () => {
  const WAYS = [
    ['auth token', { SESSION_LOGIN: 'false' }],
    ['session', { TOKEN_MODEL: 'null', SESSION_LOGIN: 'true' }],
    ['JWT', JWT],
    ['JWT without a family', { ...JWT, REFRESH_TOKEN_FAMILIES: 'false' }],
  ] as const

  test.each(WAYS)('%s', async (_name, env) => {
    const app = await createTestApp({ env: { ...FACTORS, ...env }, users: [aUser()] })
    const headers = await logIn(app)
    expect(await begins(app, headers)).toBe(200)
    app.clock.advance(299)
    expect(await begins(app, headers)).toBe(200)
    app.clock.advance(1)
    expect(await begins(app, headers)).toBe(403)
    expect((await reauthenticate(app, { password: PASSWORD }, headers)).status).toBe(200)
    expect(await begins(app, headers)).toBe(200)
  })

  test('also where a token’s proof is still on its way when it is first looked for', async () => {
    const app = await longAgo()
    const looked = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    let isLoggedIn = false
    let looks = 0
    app.outside.interceptDatabase(async (request, pass) => {
      const isProof = /insert into \W*recent_proofs/.test(await request.clone().text())
      if (isProof) await looked.promise
      else if (isLoggedIn) looks += 1
      if (looks > 1) await written.promise
      const response = await pass(request)
      if (isProof) written.resolve()
      else if (isLoggedIn) looked.resolve()
      return response
    })
    const login = { username: 'alice', password: PASSWORD }
    expect(await answerOf(app.post('/login/', login))).toEqual({ status: 200, body: { key: KEY } })
    isLoggedIn = true
    expect(await begins(app)).toBe(200)
    expect(looks).toBe(2)
    await app.settle()
  })

  test('and one that is never written opens nothing, and costs a refusal one more look', async () => {
    const app = await longAgo()
    const refused = await waitedFor(app, () =>
      app.request('/mfa/totp/activate/', { headers: ALICE }),
    )
    expect({ status: refused.response.status, looks: refused.roundTrips }).toEqual({
      status: 403,
      looks: 2,
    })
    expect((await reauthenticate(app, { password: PASSWORD })).status).toBe(200)
    expect(await begins(app)).toBe(200)
  })

  test('JWTs carry it, so that it is there with the answer and costs no write', async () => {
    const app = await createTestApp({ env: { ...FACTORS, ...JWT }, users: [aUser()] })
    const headers = await logIn(app)
    expect(await app.deps().db.select().from(recentProofs)).toEqual([])
    expect(await begins(app, headers)).toBe(200)
    expect((await app.post('/passkeys/register/begin/', {}, headers)).status).toBe(200)
  })

  test('a refresh makes it no younger', async () => {
    const app = await createTestApp({ env: { ...FACTORS, ...JWT }, users: [aUser()] })
    const login = await app.post('/login/', { username: 'alice', password: PASSWORD })
    const { refresh } = (await login.json()) as { readonly refresh: string }
    app.clock.advance(SIX_MINUTES)
    const { access } = (await (await app.post('/token/refresh/', { refresh })).json()) as {
      readonly access: string
    }
    expect(await begins(app, { Authorization: `Bearer ${access}` })).toBe(403)
  })

  test('another login of the same account is as old as it was', async () => {
    const env = { ...FACTORS, ...JWT }
    const app = await createTestApp({ env, users: [aUser()] })
    const old = await logIn(app)
    app.clock.advance(SIX_MINUTES / 3)
    app.clock.advance(SIX_MINUTES / 3)
    const fresh = await logIn(app)
    app.clock.advance(SIX_MINUTES / 3)
    expect(await begins(app, old)).toBe(403)
    expect(await begins(app, fresh)).toBe(200)
    await reauthenticate(app, { password: PASSWORD }, fresh)
    expect(await begins(app, old)).toBe(403)
  })

  test('both steps of a login are one proof', async () => {
    const app = await createTestApp({ env: FACTORS, users: [aUser()] })
    await seedFactor(app)
    const response = await verify(app, await firstStep(app), codeOf(app))
    const { key } = (await response.json()) as { readonly key: string }
    await app.settle()
    const headers = { Authorization: `Token ${key}` }
    const shown = await app.request('/mfa/recovery-codes/', { headers })
    expect(shown.status).toBe(200)
  })
})

async function logIn(app: TestApp): Promise<Record<string, string>> {
  const response = await app.post('/login/', { username: 'alice', password: PASSWORD })
  await app.settle()
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  const csrf = cookies.find((cookie) => cookie.startsWith('csrftoken='))?.slice(10) ?? ''
  if (response.status === 204) {
    const cookie = cookies.join('; ')
    return { Cookie: cookie, 'X-CSRFToken': csrf, Referer: 'https://auth.example.com/' }
  }
  const body = (await response.json()) as { readonly key?: string; readonly access?: string }
  return {
    Authorization: body.key === undefined ? `Bearer ${body.access}` : `Token ${body.key}`,
  }
}

describe('by the password', () => {
  test('the right one proves, and tells until when', async () => {
    const app = await longAgo({ now: new Date('2027-01-31T12:00:00Z') })
    const before = await app.request('/reauthenticate/', { headers: ALICE })
    expect(await before.json()).toEqual({
      reauthenticated_until: null,
      flows: [{ id: 'reauthenticate' }],
    })
    const response = await reauthenticate(app, { password: PASSWORD })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ reauthenticated_until: '2027-01-31T12:11:00.000000Z' })
    const after = await app.request('/reauthenticate/', { headers: ALICE })
    expect(await after.json()).toMatchObject({
      reauthenticated_until: '2027-01-31T12:11:00.000000Z',
    })
  })

  test('a wrong one proves nothing, and ten tries a minute are enough', async () => {
    const app = await longAgo()
    for (let index = 0; index < 10; index += 1) {
      const response = await reauthenticate(app, { password: 'wrong' })
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ password: ['Incorrect password.'] })
    }
    expect((await reauthenticate(app, { password: PASSWORD })).status).toBe(429)
    expect(await begins(app)).toBe(403)
    app.clock.advance(61)
    expect((await reauthenticate(app, { password: PASSWORD })).status).toBe(200)
  })

  test('it is not enough with an authenticator app', async () => {
    const app = await longAgo()
    await seedFactor(app)
    const response = await reauthenticate(app, { password: PASSWORD })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      code: 'reauthentication_required',
      flows: [{ id: 'mfa_reauthenticate', types: ['totp', 'recovery_codes'] }],
    })
    expect(await begins(app)).toBe(403)
  })

  test('nobody has one: the way is a login by provider', async () => {
    const app = await longAgo({ users: [aUser({ tokenKey: KEY, password: null })] })
    const userId = await userIdOf(app.deps(), 'alice')
    await seedSocialAccount(app.deps(), { userId, provider: 'google', uid: '1' })
    const response = await reauthenticate(app, { password: 'anything' })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      flows: [{ id: 'provider_redirect', providers: ['google'] }],
    })
  })

  test('who gives nothing is told what to give', async () => {
    const app = await longAgo()
    const response = await reauthenticate(app, {})
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      non_field_errors: ['Must include "password", "code" or "credential".'],
    })
  })

  test('it is noted', async () => {
    const app = await longAgo()
    await reauthenticate(app, { password: 'wrong' })
    await reauthenticate(app, { password: PASSWORD })
    await app.settle()
    const noted = await app.deps().db.select({ kind: auditEvents.kind }).from(auditEvents)
    expect(noted.map(({ kind }) => kind).toSorted()).toEqual([
      'reauthenticated',
      'reauthentication_failed',
    ])
  })
})

describe('by a code', () => {
  test.each([
    ['one-time code', (app: TestApp) => codeOf(app)],
    ['recovery code', () => RECOVERY_CODES[0] ?? ''],
  ])('a %s proves, and is used up', async (_name, codeFor) => {
    const app = await longAgo()
    await seedFactor(app)
    const code = codeFor(app)
    expect((await reauthenticate(app, { code })).status).toBe(200)
    const again = await reauthenticate(app, { code })
    expect(again.status).toBe(400)
    expect(await again.json()).toEqual({ code: ['Invalid code.'] })
    expect(await (await verify(app, await firstStep(app), code)).json()).toEqual({
      code: ['Invalid code.'],
    })
  })

  test('a code that logged in proves nothing again', async () => {
    const app = await longAgo()
    await seedFactor(app)
    const code = codeOf(app)
    expect((await verify(app, await firstStep(app), code)).status).toBe(200)
    expect((await reauthenticate(app, { code })).status).toBe(400)
  })

  test('wrong ones count with those of every route', async () => {
    const app = await longAgo()
    await seedFactor(app)
    const code = wrongCodeOf(app)
    for (let index = 0; index < 3; index += 1) await reauthenticate(app, { code })
    const token = await firstStep(app)
    for (let index = 0; index < 2; index += 1) await verify(app, token, code)
    expect((await reauthenticate(app, { code: codeOf(app) })).status).toBe(429)
  })

  test('there is none without an app', async () => {
    const app = await longAgo()
    expect((await reauthenticate(app, { code: '123456' })).status).toBe(403)
  })

  test('the owner is told of the last recovery code', async () => {
    const app = await longAgo()
    await seedFactor(app)
    for (const code of RECOVERY_CODES) await reauthenticate(app, { code })
    await app.settle()
    expect(app.mailbox.map(({ subject }) => subject)).toEqual([
      '[example.com] Your Last Recovery Code Was Used',
    ])
  })
})

describe('by a passkey', () => {
  async function assertionFor(app: TestApp, key: string, more = {}) {
    const { challenge, session_id } = await beginPasskeyLogin(app)
    return { credential: assertionOf(key, challenge, { counter: 1, ...more }), session_id }
  }

  test('an own one proves, once', async () => {
    const app = await longAgo()
    await seedKey(app, 'laptop')
    const body = await assertionFor(app, 'laptop')
    expect((await reauthenticate(app, body)).status).toBe(200)
    expect(await begins(app)).toBe(200)
    const again = await reauthenticate(app, body)
    expect(again.status).toBe(400)
    expect(await again.json()).toEqual({
      non_field_errors: ['Authentication challenge has expired. Please start over.'],
    })
    expect((await app.post('/passkeys/login/complete/', body)).status).toBe(400)
  })

  test("somebody else's proves nothing, and stays unused", async () => {
    const app = await longAgo({
      users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob' })],
    })
    await seedKey(app, 'phone', { username: 'bob' })
    const body = await assertionFor(app, 'phone')
    const response = await reauthenticate(app, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ non_field_errors: ['Credential not found.'] })
    expect((await app.post('/passkeys/login/complete/', body)).status).toBe(200)
    expect(await begins(app)).toBe(403)
  })

  test('without user verification it is not enough beside an authenticator app', async () => {
    const app = await longAgo({}, { PASSKEY_USER_VERIFICATION: 'preferred' })
    await seedKey(app, 'laptop')
    const body = await assertionFor(app, 'laptop', { flags: 1 })
    await seedFactor(app)
    expect((await reauthenticate(app, body)).status).toBe(400)
    const verified = await assertionFor(app, 'laptop', { flags: 5, counter: 2 })
    expect((await reauthenticate(app, verified)).status).toBe(200)
  })

  test('it goes with its session', async () => {
    const app = await longAgo()
    await seedKey(app, 'laptop')
    const { credential } = await assertionFor(app, 'laptop')
    const response = await reauthenticate(app, { credential })
    expect(await response.json()).toEqual({ session_id: ['This field is required.'] })
  })
})

describe('by a mailed code', () => {
  const BY_CODE = { ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true' }

  test('it proves, once, and logs nobody in afterwards', async () => {
    const app = await longAgo({}, BY_CODE)
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    expect((await reauthenticate(app, { handle, code: otherThan(code) })).status).toBe(400)
    expect((await reauthenticate(app, { handle, code })).status).toBe(200)
    expect((await reauthenticate(app, { handle, code })).status).toBe(400)
    expect((await confirmCode(app, handle, code)).status).toBe(400)
    expect(await begins(app)).toBe(200)
  })

  test("somebody else's proves nothing", async () => {
    const users = [aUser({ tokenKey: KEY }), aUser({ username: 'bob' })]
    const app = await longAgo({ users }, BY_CODE)
    const handle = await requestCode(app, 'bob@example.com')
    const code = await codeFromMail(app)
    expect((await reauthenticate(app, { handle, code })).status).toBe(400)
    expect((await confirmCode(app, handle, code)).status).toBe(200)
  })

  test('it is the way of accounts without a password, and none beside an authenticator app', async () => {
    const app = await longAgo({ users: [aUser({ tokenKey: KEY, password: null })] }, BY_CODE)
    const state = await app.request('/reauthenticate/', { headers: ALICE })
    expect(await state.json()).toMatchObject({ flows: [{ id: 'login_by_code' }] })
    await seedFactor(app)
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    expect((await reauthenticate(app, { handle, code })).status).toBe(403)
  })
})
