import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { disconnect } from '../../../src/core/social/accounts.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { socialAccounts } from '../../../src/db/schema/social.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { codeFromMail } from '../../support/mailed.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'

const { email: _, ...NAMELESS } = FAY
const ON = {
  ...SOCIAL_ENV,
  SOCIAL_SIGNUP: 'true',
  SOCIALACCOUNT_EMAIL_REQUIRED: 'true',
  ACCOUNT_RATE_LIMITS: 'false',
}
const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
const SENTENCE = 'The provider gave no e-mail address, and one is needed.'
const BAD_TOKEN = { status: 400, body: { signup_token: ['Invalid or expired token.'] } }

async function atFacebook(env: Record<string, unknown> = {}): Promise<TestApp> {
  const app = await createTestApp({ env: { ...ON, ...env }, users: [aUser()] })
  app.outside.setExchanges(facebookKnows(NAMELESS))
  return app
}

const logIn = (app: TestApp) => app.post('facebook/', { access_token: 'fb-token' })
const tokenOf = (app: TestApp) => memberOf(logIn(app), 'signup_token')
const finish = (app: TestApp, token: string, email = 'fay@example.com') =>
  app.post('social/signup/', { signup_token: token, email })
const accounts = async (app: TestApp) => (await app.deps().db.select().from(users)).length

test('says what is missing, and makes the account with the address that is given', async () => {
  const app = await atFacebook()
  expect(await answerOf(logIn(app))).toEqual({
    status: 400,
    body: {
      non_field_errors: [SENTENCE],
      code: 'email_missing',
      signup_token: expect.stringMatching(/^[\w-]+$/) as unknown,
    },
  })
  expect(await accounts(app)).toBe(1)
  const response = await finish(app, await tokenOf(app))
  expect(response.status).toBe(200)
  expect(await memberOf(response, 'key')).toMatch(/^[0-9a-f]{40}$/)
  const { db } = app.deps()
  expect(await db.select().from(socialAccounts)).toEqual([
    expect.objectContaining({ provider: 'facebook', uid: '10001', userId: 2 }),
  ])
  const [, address] = await db.select().from(emailAddresses)
  expect(address).toMatchObject({ email: 'fay@example.com', isVerified: false })
  await app.settle()
  expect(app.mailbox.map(({ to }) => to)).toEqual(['fay@example.com'])
  expect((await logIn(app)).status).toBe(200)
})

test('the address must be proved by mail before it counts', async () => {
  const app = await atFacebook(MANDATORY)
  expect((await answerOf(finish(app, await tokenOf(app)))).body).toEqual({
    non_field_errors: ['E-mail is not verified.'],
  })
  await app.settle()
  expect((await logIn(app)).status).toBe(400)
  const key = /https?:\S*\/([^/\s]+)\/\s/.exec(app.mailbox[0]?.text ?? '')?.[1] ?? ''
  expect((await app.post('registration/verify-email/', { key })).status).toBe(200)
  await app.settle()
  expect((await logIn(app)).status).toBe(200)
})

test('or by a code, where the settings say so', async () => {
  const app = await atFacebook({ ...MANDATORY, ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true' })
  const { status, body } = await answerOf(finish(app, await tokenOf(app)))
  const { handle } = body as { readonly handle: string }
  expect({ status, body }).toEqual({
    status: 400,
    body: { non_field_errors: ['E-mail is not verified.'], handle: expect.any(String) as unknown },
  })
  const code = await codeFromMail(app)
  expect((await app.post('registration/verify-email/', { handle, code })).status).toBe(200)
  await app.settle()
  expect((await logIn(app)).status).toBe(200)
})

test('by a code, a taken address is answered as a free one, at the next login, too', async () => {
  const env = { ...MANDATORY, ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true' }
  const answersFor = async (email: string) => {
    const app = await atFacebook(env)
    const answers = [await answerOf(finish(app, await tokenOf(app), email))]
    await app.settle()
    return [...answers, await answerOf(logIn(app))].map(({ status, body }) => {
      const { handle, ...rest } = body as { readonly handle?: string }
      return { status, rest, length: handle?.length }
    })
  }
  const free = await answersFor('alicf@example.com')
  expect(free.map(({ length }) => typeof length)).toEqual(['number', 'number'])
  expect(await answersFor('alice@example.com')).toEqual(free)
})

test('who need not verify logs in, and has the handle beside the key', async () => {
  const app = await atFacebook({ ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true' })
  const { status, body } = await answerOf(finish(app, await tokenOf(app)))
  const { handle } = body as { readonly handle: string }
  expect({ status, body }).toEqual({
    status: 200,
    body: { key: expect.any(String) as unknown, handle: expect.any(String) as unknown },
  })
  const code = await codeFromMail(app)
  expect((await app.post('registration/verify-email/', { handle, code })).status).toBe(200)
})

test('where verification is mandatory, an address is needed whatever else is said', async () => {
  const app = await atFacebook({ ...MANDATORY, SOCIALACCOUNT_EMAIL_REQUIRED: 'false' })
  expect((await answerOf(logIn(app))).body).toMatchObject({ code: 'email_missing' })
})

test('a token makes one account, of many at once, too, and logs nobody in', async () => {
  const app = await atFacebook()
  const token = await tokenOf(app)
  const all = await Promise.all(
    Array.from({ length: 8 }, (_item, index) => finish(app, token, `fay${index}@example.com`)),
  )
  expect(all.filter(({ status }) => status === 200).length).toBe(1)
  expect(await accounts(app)).toBe(2)
  expect(await answerOf(finish(app, token))).toEqual(BAD_TOKEN)
})

test('somebody else’s address opens nobody’s account', async () => {
  const app = await atFacebook({ SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true' })
  const { status, body } = await answerOf(finish(app, await tokenOf(app), 'alice@example.com'))
  expect({ status, body }).toEqual({
    status: 400,
    body: { non_field_errors: ['User is already registered with this e-mail address.'] },
  })
  expect(await app.deps().db.select().from(socialAccounts)).toEqual([])
})

test('with mandatory verification a taken address is answered as a free one, and its owner told', async () => {
  const found = []
  for (const email of ['free@example.com', 'alice@example.com']) {
    const app = await atFacebook({ ...MANDATORY, ACCOUNT_RATE_LIMITS: '{}' })
    const token = await tokenOf(app)
    const first = await answerOf(finish(app, token, email))
    // Neither the token nor another login tells what came of it.
    const again = await answerOf(finish(app, token, 'own@example.com'))
    const later = await answerOf(logIn(app))
    await app.settle()
    found.push({ first, again, later, made: await accounts(app) })
    expect(app.mailbox.map(({ to }) => to)).toEqual([email])
    expect(app.mailbox[0]?.text.includes('already')).toBe(email === 'alice@example.com')
  }
  expect(found[1]).toEqual(found[0])
  expect(found[0]?.first).toEqual({
    status: 400,
    body: { non_field_errors: ['E-mail is not verified.'] },
  })
})

test('an account that was made with a taken address never verifies it', async () => {
  const app = await atFacebook(MANDATORY)
  await finish(app, await tokenOf(app), 'alice@example.com')
  app.clock.advance(3600)
  await app.post('registration/resend-email/', { email: 'alice@example.com' })
  await app.settle()
  for (const { text } of app.mailbox) {
    const key = /https?:\S*\/([^/\s]+)\/\s/.exec(text)?.[1] ?? ''
    await app.post('registration/verify-email/', { key })
  }
  expect(await app.deps().db.select().from(emailAddresses)).toMatchObject([
    { userId: 1, isVerified: true },
    { userId: 2, isVerified: false },
  ])
  expect((await logIn(app)).status).toBe(400)
})

test('and whoever has both connects them all the same', async () => {
  const app = await atFacebook({ ...MANDATORY, AUDIT_EVENTS: 'true' })
  await finish(app, await tokenOf(app), 'alice@example.com')
  const key = await memberOf(
    app.post('login/', { username: 'alice', password: 'right-horse-staple' }),
    'key',
  )
  const connected = await app.post(
    'facebook/connect/',
    { access_token: 'fb-token' },
    { Authorization: `Token ${key}` },
  )
  expect(connected.status).toBe(200)
  expect(await app.deps().db.select().from(socialAccounts)).toMatchObject([
    { userId: 1, uid: '10001' },
  ])
  await app.settle()
  expect((await logIn(app)).status).toBe(200)
})

test('but nobody takes one from an account that is in use', async () => {
  const app = await atFacebook(MANDATORY)
  await finish(app, await tokenOf(app))
  await app.settle()
  const key = /https?:\S*\/([^/\s]+)\/\s/.exec(app.mailbox[0]?.text ?? '')?.[1] ?? ''
  expect((await app.post('registration/verify-email/', { key })).status).toBe(200)
  const token = await memberOf(
    app.post('login/', { username: 'alice', password: 'right-horse-staple' }),
    'key',
  )
  const connected = await app.post(
    'facebook/connect/',
    { access_token: 'fb-token' },
    { Authorization: `Token ${token}` },
  )
  expect(await answerOf(connected)).toMatchObject({ status: 400 })
  expect(await app.deps().db.select().from(socialAccounts)).toMatchObject([{ userId: 2 }])
})

test.each([
  ['a false token', 'x', 0],
  ['a token of a quarter of an hour ago', undefined, 900],
])('refuses %s', async (_name, token, seconds) => {
  const app = await atFacebook()
  const given = token ?? (await tokenOf(app))
  app.clock.advance(seconds)
  expect(await answerOf(finish(app, given))).toEqual(BAD_TOKEN)
  app.outside.setExchanges([])
})

test('refuses what is no address', async () => {
  const app = await atFacebook()
  expect(await answerOf(finish(app, await tokenOf(app), 'nonsense'))).toEqual({
    status: 400,
    body: { email: ['Enter a valid email address.'] },
  })
})

test('without the setting the answer is as ever, and there is no such endpoint', async () => {
  const app = await atFacebook({ SOCIAL_SIGNUP: 'false' })
  expect(await answerOf(logIn(app))).toEqual({
    status: 400,
    body: { non_field_errors: [SENTENCE] },
  })
  expect((await finish(app, 'x')).status).toBe(404)
})

describe('a token from before the social account was connected makes no account,', () => {
  /** Makes an account of one that can be left: by a password, too. */
  const makeAccount = async (app: TestApp, token: string) => {
    expect((await finish(app, token)).status).toBe(200)
    await app.deps().db.update(users).set({ password: 'x' }).where(eq(users.id, 2))
  }
  const endings: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
    'it is disconnected': async (app) =>
      expect(await disconnect(app.deps(), 2, 1)).toEqual({ kind: 'disconnected' }),
    'the account is to be deleted': (app) =>
      app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 2)),
    'the account is deleted': (app) => app.deps().db.delete(users).where(eq(users.id, 2)),
  }

  test.each(Object.entries(endings))('where %s', async (_name, end) => {
    const app = await atFacebook()
    const [token, other] = [await tokenOf(app), await tokenOf(app)]
    await makeAccount(app, token)
    await end(app)
    const before = await accounts(app)
    expect(await answerOf(finish(app, token, 'f@example.com'))).toEqual(BAD_TOKEN)
    expect(await answerOf(finish(app, other, 'f@example.com'))).toEqual(BAD_TOKEN)
    expect(await accounts(app)).toBe(before)
  })

  test('where somebody had connected it who was there already; a new login gives a good one', async () => {
    const app = await atFacebook()
    const token = await tokenOf(app)
    const login = await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
    const headers = { Authorization: `Token ${await memberOf(login, 'key')}` }
    const body = { access_token: 'fb-token' }
    expect((await app.post('facebook/connect/', body, headers)).status).toBe(200)
    expect(await disconnect(app.deps(), 1, 1)).toEqual({ kind: 'disconnected' })
    expect(await answerOf(finish(app, token))).toEqual(BAD_TOKEN)
    app.clock.advance(1)
    expect((await finish(app, await tokenOf(app))).status).toBe(200)
  })
})
