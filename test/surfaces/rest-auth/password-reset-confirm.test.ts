import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { mailedReset, takeMails } from '../../support/mail.ts'

const OLD = 'right-horse-staple'
const NEW = 'better-horse-battery'
const BOTH = { new_password1: NEW, new_password2: NEW }
const DONE = { status: 200, body: { detail: 'Password has been reset with the new password.' } }
const BAD_TOKEN = { status: 400, body: { token: ['Invalid value'] } }
const BAD_UID = { status: 400, body: { uid: ['Invalid value'] } }

async function withLink(env: Record<string, unknown> = {}) {
  const whole = { ACCOUNT_RATE_LIMITS: 'false', ...env }
  const app = await createTestApp({ env: whole, users: [aUser(), aUser({ username: 'bob' })] })
  await app.post('password/reset/', { email: 'alice@example.com' })
  const link = await mailedReset(app)
  const confirm = (body: unknown) => app.post('password/reset/confirm/', body)
  return { app, link, confirm }
}

async function loginStatus(app: TestApp, password: string): Promise<number> {
  return (await app.post('login/', { username: 'alice', password })).status
}

test.each(['false', 'true'])('sets the new password (USE_JWT %s)', async (USE_JWT) => {
  const { app, link, confirm } = await withLink({ USE_JWT })
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(DONE)
  expect(await loginStatus(app, OLD)).toBe(400)
  expect(await loginStatus(app, NEW)).toBe(200)
})

test('tells the owner by mail', async () => {
  const { app, link, confirm } = await withLink()
  await confirm({ ...link, ...BOTH })
  expect((await takeMails(app)).map(({ to }) => to)).toEqual(['alice@example.com'])
})

test('takes a link once', async () => {
  const { link, confirm } = await withLink()
  await confirm({ ...link, ...BOTH })
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(BAD_TOKEN)
})

test('of many uses of a link at once one wins', async () => {
  const { app, link, confirm } = await withLink()
  const words = ['first-horse-battery', 'second-horse-battery', 'third-horse-battery']
  const answers = await Promise.all(
    words.map((word) => answerOf(confirm({ ...link, new_password1: word, new_password2: word }))),
  )
  const winners = answers.filter(({ status }) => status === 200)
  expect(winners).toEqual([DONE])
  expect(answers.filter(({ status }) => status !== 200)).toEqual([BAD_TOKEN, BAD_TOKEN])
  const logins = await Promise.all(words.map((word) => loginStatus(app, word)))
  expect(logins).toEqual(answers.map(({ status }) => (status === 200 ? 200 : 400)))
})

test('a link that was not used survives a refused try', async () => {
  const { link, confirm } = await withLink()
  await confirm({ ...link, new_password1: '1234', new_password2: '1234' })
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(DONE)
})

test('PASSWORD_RESET_TIMEOUT ends a link', async () => {
  const { app, link, confirm } = await withLink({ PASSWORD_RESET_TIMEOUT: '60' })
  app.clock.advance(60)
  expect(await answerOf(confirm({ ...link, new_password1: 'x', new_password2: 'y' }))).not.toEqual(
    BAD_TOKEN,
  )
  app.clock.advance(1)
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(BAD_TOKEN)
})

test('a login that is noted ends a link', async () => {
  const { app, link, confirm } = await withLink({ SESSION_LOGIN: 'true' })
  await app.post('login/', { username: 'alice', password: OLD })
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(BAD_TOKEN)
})

test('another address of the account ends a link', async () => {
  const { app, link, confirm } = await withLink()
  await app
    .deps()
    .db.insert(emailAddresses)
    .values({ userId: 1, email: 'second@example.com', emailFolded: 'second@example.com' })
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(BAD_TOKEN)
})

test('a link ends with the account', async () => {
  const { app, link, confirm } = await withLink()
  await app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 1))
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(BAD_UID)
  await app.deps().db.delete(users).where(eq(users.id, 1))
  expect(await answerOf(confirm({ ...link, ...BOTH }))).toEqual(BAD_UID)
})

test('a link is good for its own account only', async () => {
  const { link, confirm } = await withLink()
  expect(await answerOf(confirm({ ...link, uid: '2', ...BOTH }))).toEqual(BAD_TOKEN)
})

test.each(['', '0', '999', '!', 'zzzzzzzzzzzzzzz', '-1', 'MQ'])(
  'the uid %j is nobody’s',
  async (uid) => {
    const { link, confirm } = await withLink()
    const expected = uid === '' ? ['This field may not be blank.'] : ['Invalid value']
    expect(await answerOf(confirm({ ...link, uid, ...BOTH }))).toEqual({
      status: 400,
      body: { uid: expected },
    })
  },
)

test.each(['x', '-', 'c5b9q7-', 'c5b9q7-00000000000000000000000000000000', 'a-b-c'])(
  'the token %j is none',
  async (token) => {
    const { link, confirm } = await withLink()
    expect(await answerOf(confirm({ ...link, token, ...BOTH }))).toEqual(BAD_TOKEN)
  },
)

test('SECRET_KEY_FALLBACKS keep links of before good', async () => {
  const { link } = await withLink({ SECRET_KEY: 'an-older-secret-key-of-more-than-32-bytes' })
  const renewed = await createTestApp({ data: 'kept' })
  const body = { ...link, ...BOTH }
  expect(await answerOf(renewed.post('password/reset/confirm/', body))).toEqual(BAD_TOKEN)
  const kept = await createTestApp({
    env: { SECRET_KEY_FALLBACKS: 'an-older-secret-key-of-more-than-32-bytes' },
    data: 'kept',
  })
  expect(await answerOf(kept.post('password/reset/confirm/', body))).toEqual(DONE)
})

const REQUIRED = ['This field is required.']

test.each([
  [{}, { new_password1: REQUIRED, new_password2: REQUIRED, uid: REQUIRED, token: REQUIRED }],
  [
    { new_password1: '', new_password2: null, uid: [], token: {} },
    {
      new_password1: ['This field may not be blank.'],
      new_password2: ['This field may not be null.'],
      uid: ['Not a valid string.'],
      token: ['Not a valid string.'],
    },
  ],
])('refuses the fields %j', async (body, errors) => {
  const { confirm } = await withLink()
  expect(await answerOf(confirm(body))).toEqual({ status: 400, body: errors })
})

test.each([
  [NEW, OLD, ['The two password fields didn’t match.']],
  [
    '1234',
    '1234',
    [
      'This password is too short. It must contain at least 8 characters.',
      'This password is too common.',
      'This password is entirely numeric.',
    ],
  ],
])('refuses the passwords %j and %j', async (new_password1, new_password2, messages) => {
  const { link, confirm } = await withLink()
  expect(await answerOf(confirm({ ...link, new_password1, new_password2 }))).toEqual({
    status: 400,
    body: { new_password2: messages },
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const { app } = await withLink()
  const response = await app.request('password/reset/confirm/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const { app, link } = await withLink()
  const response = app.post('password/reset/confirm', { ...link, ...BOTH })
  expect(await answerOf(response)).toEqual(DONE)
})

test('with USER_PK = "uuid" a link names the UUID, and tells no number', async () => {
  const env = { USER_PK: 'uuid', ACCOUNT_RATE_LIMITS: 'false' }
  const app = await createTestApp({ env })
  const names = { username: 'alice', email: 'alice@example.com', password1: OLD, password2: OLD }
  const { key } = await readJson(app.post('registration/', names))
  const headers = { Authorization: `Token ${String(key)}` }
  const { pk } = await readJson(app.request('user/', { headers }))
  await takeMails(app)
  await app.post('password/reset/', { email: 'alice@example.com' })
  const link = await mailedReset(app)
  expect(link.uid).toBe(String(pk).replaceAll('-', ''))
  const confirm = (uid: string) => app.post('password/reset/confirm/', { ...link, uid, ...BOTH })
  expect(await answerOf(confirm('0'.repeat(32)))).toEqual(BAD_UID)
  expect(await answerOf(confirm(link.uid))).toEqual(DONE)
  expect(await loginStatus(app, NEW)).toBe(200)
})

test('with USER_PK = "uuid" a link from before is good', async () => {
  const { app, link } = await withLink()
  expect(link.uid).toBe('1')
  const env = { USER_PK: 'uuid', ACCOUNT_RATE_LIMITS: 'false' }
  const later = await createTestApp({ env, data: 'kept' })
  const confirm = later.post('password/reset/confirm/', { ...link, ...BOTH })
  expect(await answerOf(confirm)).toEqual(DONE)
  expect(await loginStatus(app, NEW)).toBe(200)
})

async function readJson(sent: Promise<Response>): Promise<Readonly<Record<string, unknown>>> {
  return (await sent).json()
}
