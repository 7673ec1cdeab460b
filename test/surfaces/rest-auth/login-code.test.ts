import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { users } from '../../../src/db/schema/users.ts'
import { passkeys } from '../../../src/db/schema/passkeys.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import { BY_MAIL, codeFromMail, confirmCode, otherThan, requestCode } from '../../support/mailed.ts'
import { codeOf, FACTORS, seedFactor, seedKey, verify } from '../../support/second-factor.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const PASSWORD = 'right-horse-staple'

function mailApp(options: TestAppOptions = {}): Promise<TestApp> {
  const env = { ...BY_MAIL, ...options.env }
  return createTestApp({ users: [aUser({ tokenKey: KEY })], ...options, env })
}

/** The whole way: answers the response of the confirmation. */
async function logIn(app: TestApp, email?: string): Promise<Response> {
  const handle = await requestCode(app, email)
  return confirmCode(app, handle, await codeFromMail(app))
}

describe('the right code', () => {
  test('logs in, once', async () => {
    const app = await mailApp()
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    const response = await confirmCode(app, handle, code)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ key: KEY })
    const again = await confirmCode(app, handle, code)
    expect(again.status).toBe(400)
    expect(await again.json()).toEqual({ code: ['Invalid code.'] })
  })

  test('gives JWTs and a session as a login does', async () => {
    const app = await mailApp({
      env: { USE_JWT: 'true', SESSION_LOGIN: 'true', JWT_AUTH_HTTPONLY: 'false' },
    })
    const response = await logIn(app)
    expect(Object.keys((await response.json()) as object)).toEqual(['access', 'refresh', 'user'])
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
    expect(cookies).toContain('sessionid')
  })

  test('may be typed in small letters and with blanks', async () => {
    const app = await mailApp()
    const handle = await requestCode(app)
    const code = (await codeFromMail(app)).toLowerCase()
    const typed = ` ${code.slice(0, 3)}-${code.slice(3)} `
    expect((await confirmCode(app, handle, typed)).status).toBe(200)
  })

  test('belongs to the client that asked', async () => {
    const app = await mailApp()
    const mine = await requestCode(app)
    const code = await codeFromMail(app)
    app.clock.advance(31)
    const theirs = await requestCode(app)
    expect((await confirmCode(app, theirs, code)).status).toBe(400)
    expect((await confirmCode(app, mine, code)).status).toBe(200)
  })

  test('is too old after three minutes', async () => {
    const app = await mailApp()
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    app.clock.advance(181)
    const response = await confirmCode(app, handle, code)
    expect(await response.json()).toEqual({ handle: ['Invalid or expired token.'] })
  })

  test('dies with the password, and with the account', async () => {
    const app = await mailApp()
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    const { db } = app.deps()
    const [before] = await db.select({ password: users.password }).from(users)
    await db.update(users).set({ password: 'pbkdf2_sha256$1$x$y' })
    expect((await confirmCode(app, handle, code)).status).toBe(400)
    await db.update(users).set({ password: before?.password ?? '', isActive: false })
    expect(await (await confirmCode(app, handle, code)).json()).toEqual({ code: ['Invalid code.'] })
  })

  test('asks for the second factor', async () => {
    const app = await mailApp({ env: FACTORS })
    await seedFactor(app)
    const response = await logIn(app)
    const body = (await response.json()) as { readonly ephemeral_token: string }
    expect(body).toEqual({ ephemeral_token: expect.any(String) as unknown, mfa_required: true })
    expect((await verify(app, body.ephemeral_token, codeOf(app))).status).toBe(200)
  })
})

describe('guesses', () => {
  test('a handle has three, then the right code is too late', async () => {
    const app = await mailApp()
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    for (let index = 0; index < 3; index += 1) {
      expect((await confirmCode(app, handle, otherThan(code))).status).toBe(400)
    }
    expect((await confirmCode(app, handle, code)).status).toBe(429)
  })

  test('an account has thirty an hour, whatever handles they come by', async () => {
    const env = {
      ACCOUNT_RATE_LIMITS: { send_email: null },
      ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: '20',
    }
    const app = await mailApp({ env })
    let judged = 0
    for (let index = 0; index < 3; index += 1) {
      const handle = await requestCode(app)
      const code = otherThan(await codeFromMail(app))
      for (let guess = 0; guess < 15; guess += 1) {
        if ((await confirmCode(app, handle, code)).status === 400) judged += 1
      }
      app.clock.advance(61)
    }
    expect(judged).toBe(30)
  })

  test('a right code forgets the wrong ones', async () => {
    const env = { ACCOUNT_RATE_LIMITS: { send_email: null } }
    const app = await mailApp({ env })
    for (let index = 0; index < 2; index += 1) {
      const handle = await requestCode(app)
      const code = await codeFromMail(app)
      await confirmCode(app, handle, otherThan(code))
      await confirmCode(app, handle, otherThan(code))
      expect((await confirmCode(app, handle, code)).status).toBe(200)
    }
  })
})

describe('strangers who ask for handles without end', () => {
  /** Statuses of three guesses at each of so many handles, a minute apart by threes. */
  async function guessing(app: TestApp, email: string): Promise<readonly number[]> {
    const statuses: number[] = []
    for (let index = 0; index < 15; index += 1) {
      if (index % 3 === 0) app.clock.advance(61)
      const handle = await requestCode(app, email)
      for (let guess = 0; guess < 3; guess += 1) {
        statuses.push((await confirmCode(app, handle, 'BBBBBB')).status)
      }
    }
    return statuses
  }

  test('lock nobody out', async () => {
    const app = await mailApp()
    const statuses = await guessing(app, 'alice@example.com')
    // None of them: the account's own thirty an hour are not used up.
    expect(statuses).toEqual(statuses.map(() => 400))
    // The mailbox has had its mails of the hour, which the owner of a stuffed mailbox would want.
    app.clock.advance(3_600)
    expect((await logIn(app)).status).toBe(200)
  })

  test('learn nothing by when they are stopped', async () => {
    const known = await guessing(await mailApp(), 'alice@example.com')
    const unknown = await guessing(await mailApp(), 'nobody@example.com')
    expect(unknown).toEqual(known)
  })
})

describe('nobody learns who exists', () => {
  test('known and unknown addresses are answered alike, as long, and with the same headers', async () => {
    const app = await mailApp()
    const known = await app.post('/login/code/request/', { email: 'alice@example.com' })
    const unknown = await app.post('/login/code/request/', { email: 'nobod@example.com' })
    const bodies = [await known.json(), await unknown.json()] as { readonly handle: string }[]
    expect(bodies[0]).toEqual({
      detail: 'If the address is known, a mail is on its way.',
      handle: expect.any(String) as unknown,
    })
    expect(bodies[1]?.handle).toHaveLength(bodies[0]?.handle.length ?? 0)
    const headersOf = ({ headers }: Response) =>
      [...headers].filter(([name]) => name !== 'x-request-id')
    expect(headersOf(unknown)).toEqual(headersOf(known))
    await app.settle()
    expect(app.mailbox.map(({ to }) => to)).toEqual(['alice@example.com'])
  })

  test('a handle of nobody is refused as a wrong code is, and counts so', async () => {
    const app = await mailApp()
    const handle = await requestCode(app, 'nobody@example.com')
    for (let index = 0; index < 3; index += 1) {
      const response = await confirmCode(app, handle, 'BBBBBB')
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ code: ['Invalid code.'] })
    }
    expect((await confirmCode(app, handle, 'BBBBBB')).status).toBe(429)
  })

  test('a deactivated account gets no mail, and the same answer', async () => {
    const app = await mailApp({ users: [aUser({ isActive: false })] })
    await requestCode(app)
    await app.settle()
    expect(app.mailbox).toEqual([])
  })

  test('what waits in the outbox logs nobody in', async () => {
    const app = await mailApp({
      sendEmail: () => Promise.resolve({ kind: 'failed', reason: 'away' }),
    })
    await requestCode(app)
    await app.settle()
    const [row] = await app.deps().db.select().from(emailOutbox)
    expect(row?.context).toEqual({
      origin: '',
      language: 'en',
      seed: expect.stringMatching(/^[\w-]{22}$/) as unknown,
    })
  })
})

describe('the mail proves the address', () => {
  const claimed = aUser({ tokenKey: KEY, emailVerified: false })

  test('whoever claimed it without reading its mail is out, password, token and passkeys', async () => {
    const app = await mailApp({ users: [claimed], env: FACTORS })
    await seedKey(app, 'stranger')
    const response = await logIn(app)
    expect(response.status).toBe(200)
    const { key } = (await response.json()) as { readonly key: string }
    expect(key).not.toBe(KEY)
    await app.settle()
    const { db } = app.deps()
    const [row] = await db.select().from(emailAddresses)
    expect(row?.isVerified).toBe(true)
    expect(await db.select().from(passkeys)).toEqual([])
    const old = await app.request('/user/', { headers: { Authorization: `Token ${KEY}` } })
    expect(old.status).toBe(401)
    const byPassword = await app.post('/login/', { username: 'alice', password: PASSWORD })
    expect(byPassword.status).toBe(400)
    const fresh = await app.request('/user/', { headers: { Authorization: `Token ${key}` } })
    expect(fresh.status).toBe(200)
  })

  test('so that mandatory verification lets in', async () => {
    const env = {
      ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
    }
    const app = await mailApp({ users: [claimed], env })
    const response = await logIn(app)
    expect(response.status).toBe(200)
    const { access } = (await response.json()) as { readonly access: string }
    const user = await app.request('/user/', { headers: { Authorization: `Bearer ${access}` } })
    expect(user.status).toBe(200)
  })

  test('of two accounts that only claim it neither is opened', async () => {
    const other = aUser({ username: 'mallory', email: 'alice@example.com', emailVerified: false })
    const app = await mailApp({ users: [claimed, other] })
    await requestCode(app)
    await app.settle()
    expect(app.mailbox).toEqual([])
  })

  test('who has verified it goes before who claims it', async () => {
    const other = aUser({ username: 'mallory', email: 'alice@example.com', emailVerified: false })
    const app = await mailApp({ users: [other, aUser({ tokenKey: KEY })] })
    expect(await (await logIn(app)).json()).toEqual({ key: KEY })
  })
})

describe('sign-up', () => {
  const SIGN_UP = { ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true' }

  test('makes an account without a password, its address verified', async () => {
    const app = await mailApp({ env: SIGN_UP, users: [] })
    const response = await logIn(app, 'Bob.Builder@example.com')
    expect(response.status).toBe(200)
    const { key } = (await response.json()) as { readonly key: string }
    const user = await app.request('/user/', { headers: { Authorization: `Token ${key}` } })
    expect(await user.json()).toMatchObject({
      username: 'bob.builder',
      email: 'bob.builder@example.com',
    })
    const { db } = app.deps()
    const [row] = await db.select().from(users).where(eq(users.username, 'bob.builder'))
    expect(row?.password).toMatch(/^!/)
    const [address] = await db.select().from(emailAddresses)
    expect(address).toMatchObject({
      email: 'bob.builder@example.com',
      isVerified: true,
      isPrimary: true,
    })
  })

  test('not where registration is closed, nor without the setting', async () => {
    for (const env of [
      {},
      { ...SIGN_UP, SOCIALACCOUNT_ONLY: 'true', SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS: 'false' },
    ]) {
      const app = await mailApp({ env, users: [] })
      await requestCode(app, 'bob@example.com')
      await app.settle()
      expect(app.mailbox).toEqual([])
    }
  })

  test('a wrong code makes none, and the right one makes one', async () => {
    const app = await mailApp({ env: SIGN_UP, users: [] })
    const handle = await requestCode(app, 'bob@example.com')
    const code = await codeFromMail(app)
    expect((await confirmCode(app, handle, otherThan(code))).status).toBe(400)
    const answers = await Promise.all([1, 2].map(() => confirmCode(app, handle, code)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400])
    expect(await app.deps().db.select({ id: users.id }).from(users)).toHaveLength(1)
  })

  test('who registered meanwhile keeps the address', async () => {
    const app = await mailApp({ env: SIGN_UP, users: [] })
    const handle = await requestCode(app, 'bob@example.com')
    const code = await codeFromMail(app)
    await app.post('/registration/', {
      username: 'bob',
      email: 'bob@example.com',
      password1: PASSWORD,
      password2: PASSWORD,
    })
    expect((await confirmCode(app, handle, code)).status).toBe(400)
  })

  test('an account that only claims the address is no reason for another', async () => {
    const accounts = [aUser({ isActive: false, emailVerified: false })]
    const app = await mailApp({ env: SIGN_UP, users: accounts })
    await requestCode(app)
    await app.settle()
    expect(app.mailbox).toEqual([])
  })
})

describe('odd input', () => {
  test.each([
    ['no handle', { code: 'BBBBBB' }, { handle: ['This field is required.'] }],
    ['a handle of nothing', { handle: 'x', code: 'B' }, { handle: ['Invalid or expired token.'] }],
    [
      'a long handle',
      { handle: 'A'.repeat(9000), code: 'B' },
      { handle: ['Invalid or expired token.'] },
    ],
    [
      'a long code',
      { handle: 'x', code: 'B'.repeat(33) },
      { code: ['Ensure this field has no more than 32 characters.'] },
    ],
  ])('%s', async (_name, body, expected) => {
    const app = await mailApp()
    const response = await app.post('/login/code/confirm/', body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(expected)
  })

  test('a code of odd letters is a wrong one', async () => {
    const app = await mailApp()
    const handle = await requestCode(app)
    await app.settle()
    expect((await confirmCode(app, handle, 'ＢＢＢ💥\u0301')).status).toBe(400)
  })

  test('a handle of another purpose is none', async () => {
    const app = await mailApp({ env: FACTORS })
    await seedFactor(app)
    const handle = await requestCode(app)
    const code = await codeFromMail(app)
    const asToken = await app.post('/mfa/verify/', { ephemeral_token: handle, code })
    expect(await asToken.json()).toEqual({ ephemeral_token: ['Invalid or expired token.'] })
    const asKey = await app.post('/login/link/confirm/', { key: handle })
    expect(await asKey.json()).toEqual({ key: ['Invalid or expired token.'] })
  })

  test('there is no such page until the setting says so', async () => {
    const app = await createTestApp()
    expect((await app.post('/login/code/request/', { email: 'a@example.com' })).status).toBe(404)
    expect((await app.post('/login/link/request/', { email: 'a@example.com' })).status).toBe(404)
  })
})
