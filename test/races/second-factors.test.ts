import { describe, expect, test } from 'vitest'
import { totpDevices } from '../../src/db/schema/second-factor.ts'
import { users } from '../../src/db/schema/users.ts'
import { makeCredential } from '../conformance/authenticator.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../support/app.ts'
import { BY_MAIL, codeFromMail, keyFromMail, requestCode } from '../support/mailed.ts'
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
} from '../support/second-factor.ts'

/** `RACE_USES=1000` plays them as large as they are claimed to be. */
const AT_ONCE = Number(process.env['RACE_USES'] ?? 25)
const TIMEOUT_MS = 30_000 + AT_ONCE * 100
const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }

// Guesses are counted before they are judged, few a user: of codes no more race; of all else all do.
const ENV = {
  ...FACTORS,
  ...BY_MAIL,
  ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true',
  ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: '20',
  ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true',
  ACCOUNT_RATE_LIMITS: 'false',
  DATABASE_TIMEOUT_MS: '120000',
  PASSWORD_QUEUE_MAX_MS: '600000',
}

function raceApp(options: TestAppOptions = {}, env = {}): Promise<TestApp> {
  return createTestApp({
    users: [aUser({ tokenKey: KEY })],
    ...options,
    env: { ...ENV, ...env },
  })
}

async function withFactor(): Promise<TestApp> {
  const app = await raceApp()
  await seedFactor(app)
  return app
}

/** How many of so many requests, all sent before the first answer, did something. */
async function winners(send: (index: number) => Promise<Response>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => send(index)))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => ![200, 201, 400, 429, 503].includes(status))).toEqual([])
  return statuses.filter((status) => status < 300).length
}

/** Proves presence by a code. Where switching off has won, no factor is left to do it by: a refusal as good as 400. */
async function reauthenticate(app: TestApp, code: string): Promise<Response> {
  const response = await app.post('/reauthenticate/', { code }, ALICE)
  if (response.status !== 403) return response
  expect(await response.json()).toMatchObject({ code: 'reauthentication_required' })
  expect(await app.deps().db.select().from(totpDevices)).toEqual([])
  return new Response(null, { status: 400 })
}

describe(`of ${AT_ONCE} uses at once one wins:`, () => {
  const one = (name: string, play: () => Promise<number>): void => {
    test(name, { timeout: TIMEOUT_MS }, async () => expect(await play()).toBe(1))
  }

  one('one ephemeral token and one code', async () => {
    const app = await withFactor()
    const token = await firstStep(app)
    const code = codeOf(app)
    return winners(() => verify(app, token, code))
  })

  one('one code under ephemeral tokens of their own', async () => {
    const app = await withFactor()
    const tokens: string[] = []
    for (let index = 0; index < 5; index += 1) tokens.push(await firstStep(app))
    const code = codeOf(app)
    return winners((index) => verify(app, tokens[index % 5] ?? '', code))
  })

  one('one recovery code', async () => {
    const app = await withFactor()
    const token = await firstStep(app)
    return winners(() => verify(app, token, RECOVERY_CODES[0] ?? ''))
  })

  one('one code, for logging in, proving again and switching off', async () => {
    const app = await withFactor()
    const token = await firstStep(app)
    const code = codeOf(app)
    const uses = [
      () => verify(app, token, code),
      () => reauthenticate(app, code),
      () => app.post('/mfa/totp/deactivate/', { code }, ALICE),
    ]
    return winners((index) => (uses[index % 3] ?? uses[0] ?? raise)())
  })

  one('one assertion of a passkey', async () => {
    const app = await withFactor()
    await seedKey(app, 'laptop')
    const { challenge, session_id } = await beginPasskeyLogin(app)
    const body = { credential: assertionOf('laptop', challenge, { counter: 1 }), session_id }
    return winners(() => app.post('/passkeys/login/complete/', body))
  })

  one('one assertion, for logging in and for proving again', async () => {
    const app = await raceApp()
    await seedKey(app, 'laptop')
    const { challenge, session_id } = await beginPasskeyLogin(app)
    const body = { credential: assertionOf('laptop', challenge, { counter: 1 }), session_id }
    const paths = ['/passkeys/login/complete/', '/reauthenticate/']
    return winners((index) => app.post(paths[index % 2] ?? '', body, ALICE))
  })

  one('one activation of an authenticator app', async () => {
    const app = await raceApp()
    const begun = await app.request('/mfa/totp/activate/', { headers: ALICE })
    const setup = (await begun.json()) as { secret: string; activation_token: string }
    const code = codeOf(app, 0, setup.secret)
    const body = { activation_token: setup.activation_token, code }
    return winners(() => app.post('/mfa/totp/activate/', body, ALICE))
  })

  one('one registration of a passkey', async () => {
    const app = await raceApp()
    const begun = await app.post('/passkeys/register/begin/', {}, ALICE)
    const { challenge } = (await begun.json()) as { challenge: string }
    const credential = makeCredential({ action: 'create', key: 'laptop', challenge })
    return winners(() => app.post('/passkeys/register/complete/', { credential }, ALICE))
  })

  one('one mailed code', async () => {
    const app = await raceApp()
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    return winners(() => app.post('/login/code/confirm/', { handle, code }))
  })

  one('one mailed code after a password', async () => {
    const app = await raceApp({}, { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' })
    const first = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
    const { handle } = (await first.json()) as { handle: string }
    const code = await codeFromMail(app)
    return winners(() => app.post('/login/code/confirm/', { handle, code }))
  })

  one('one mailed code that makes an account', async () => {
    const app = await raceApp({ users: [] })
    const handle = await requestCode(app, 'bob@example.com')
    const code = await codeFromMail(app)
    const won = await winners(() => app.post('/login/code/confirm/', { handle, code }))
    expect(await app.deps().db.select({ id: users.id }).from(users)).toHaveLength(1)
    return won
  })

  one('one mailed link', async () => {
    const app = await raceApp()
    const key = await keyFromMail(app)
    return winners(() => app.post('/login/link/confirm/', { key }))
  })

  one('one mailed code that resets a password', async () => {
    const app = await raceApp()
    const asked = await app.post('/password/reset/', { email: 'alice@example.com' })
    const { handle } = (await asked.json()) as { handle: string }
    const body = { handle, code: await codeFromMail(app), ...NEW }
    return winners(() => app.post('/password/reset/confirm/', body))
  })
})

function raise(): Promise<Response> {
  throw new Error('there is no such use')
}

/** What an owner does to the factor while somebody completes a login with it. */
const CHANGES: Readonly<Record<string, (app: TestApp) => Promise<Response>>> = {
  'the app is switched off': (app) =>
    app.post('/mfa/totp/deactivate/', { code: codeOf(app) }, ALICE),
  'the recovery codes are made anew': (app) =>
    app.post('/mfa/recovery-codes/regenerate/', {}, ALICE),
  'the password is changed': (app) => app.post('/password/change/', NEW, ALICE),
  'everything is logged out': (app) => app.post('/logout/all/', {}, ALICE),
}

describe('the owner acts before each call to the database of a second step:', () => {
  test.each(Object.keys(CHANGES))('%s', { timeout: TIMEOUT_MS }, async (name) => {
    const change = CHANGES[name] ?? raise
    for (const before of [1, 2, 3]) {
      const app = await withFactor()
      const token = await firstStep(app)
      await app.settle()
      let calls = 0
      app.outside.interceptDatabase(async (request, pass) => {
        calls += 1
        if (calls === before) {
          app.outside.interceptDatabase(undefined)
          expect((await change(app)).status).toBe(200)
        }
        return pass(request)
      })
      const response = await verify(app, token, RECOVERY_CODES[0] ?? '')
      app.outside.interceptDatabase(undefined)
      await app.settle()
      const isRefused = before <= calls
      expect({ before, status: response.status }).toEqual({
        before,
        status: isRefused ? 400 : 200,
      })
    }
  })
})

/** A login of one factor: what is done first, and the request that would complete it. */
type OneFactor = (app: TestApp) => Promise<() => Promise<Response>>

const byPasskey: OneFactor = async (app) => {
  await seedKey(app, 'laptop')
  const { challenge, session_id } = await beginPasskeyLogin(app)
  const credential = assertionOf('laptop', challenge, { counter: 1, flags: 1 })
  return () => app.post('/passkeys/login/complete/', { credential, session_id })
}

const byCode: OneFactor = async (app) => {
  const handle = await requestCode(app)
  const code = await codeFromMail(app)
  return () => app.post('/login/code/confirm/', { handle, code })
}

const afterPassword: OneFactor = async (app) => {
  const first = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  const { handle } = (await first.json()) as { handle: string }
  const code = await codeFromMail(app)
  return () => app.post('/login/code/confirm/', { handle, code })
}

const afterPasskey: OneFactor = async (app) => {
  const { handle } = (await (await (await byPasskey(app))()).json()) as { handle: string }
  const code = await codeFromMail(app)
  return () => app.post('/login/code/confirm/', { handle, code })
}

const unproved = { users: [aUser({ tokenKey: KEY, emailVerified: false })] }
const TWO_STEPS = { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' }

describe('an app that is set up before each call to the database of a login of one factor:', () => {
  const logins: readonly (readonly [string, OneFactor, TestAppOptions, object])[] = [
    ['a passkey that verifies nobody', byPasskey, {}, {}],
    ['a mailed code', byCode, {}, {}],
    ['a mailed code that proves the address', byCode, unproved, {}],
    ['a mailed code after a password', afterPassword, {}, TWO_STEPS],
    ['a mailed code after such a passkey', afterPasskey, {}, TWO_STEPS],
  ]

  describe.each([
    ['a key', { PASSKEY_USER_VERIFICATION: 'preferred' }],
    ['a JWT', { PASSKEY_USER_VERIFICATION: 'preferred', USE_JWT: 'true' }],
  ])('no login for %s skips it', (_, kind) => {
    test.each(logins)('by %s', { timeout: TIMEOUT_MS }, async (...[, begin, options, env]) => {
      for (const before of [1, 2]) {
        const app = await raceApp(options, { ...kind, ...env })
        const complete = await begin(app)
        await app.settle()
        let calls = 0
        app.outside.interceptDatabase(async (request, pass) => {
          calls += 1
          if (calls === before) {
            app.outside.interceptDatabase(undefined)
            await seedFactor(app)
          }
          return pass(request)
        })
        const response = await complete()
        app.outside.interceptDatabase(undefined)
        const { key, access, mfa_required } = await response.json()
        expect({ before, calls: calls >= before, key, access }).toEqual({ before, calls: true })
        expect([before, mfa_required === true || response.status === 400]).toEqual([before, true])
      }
    })
  })
})
