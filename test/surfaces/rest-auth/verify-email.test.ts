import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { mailedKey } from '../../support/mail.ts'

const OK = { status: 200, body: { detail: 'ok' } }
const NOT_FOUND = { status: 404, body: { detail: 'Not found.' } }

async function withKey(env: Record<string, unknown> = {}) {
  const app = await createTestApp({ env, users: [aUser({ emailVerified: false })] })
  await app.post('registration/resend-email/', { email: 'alice@example.com' })
  const key = await mailedKey(app)
  return { app, key, verify: (given: unknown) => app.post('registration/verify-email/', given) }
}

async function isVerified(app: TestApp): Promise<boolean | undefined> {
  const [row] = await app
    .deps()
    .db.select({ isVerified: emailAddresses.isVerified })
    .from(emailAddresses)
  return row?.isVerified
}

test.each(['false', 'true'])('verifies the address of a key (USE_JWT %s)', async (USE_JWT) => {
  const { app, key, verify } = await withKey({ USE_JWT })
  expect(await isVerified(app)).toBe(false)
  expect(await answerOf(verify({ key }))).toEqual(OK)
  expect(await isVerified(app)).toBe(true)
})

test('waits for one round trip', async () => {
  const { app, key, verify } = await withKey()
  expect((await app.costOf(() => verify({ key }))).waited.roundTrips).toBe(1)
})

test('takes a key once', async () => {
  const { key, verify } = await withKey(ONCE)
  await verify({ key })
  expect(await answerOf(verify({ key }))).toEqual(NOT_FOUND)
})

test('says of a key that has done its work what it said the first time', async () => {
  const { app, key, verify } = await withKey()
  await verify({ key })
  const { waited } = await app.costOf(async () => {
    expect(await answerOf(verify({ key }))).toEqual(OK)
  })
  expect(waited.roundTrips).toBe(1)
})

test('says so only while the address is verified', async () => {
  const { app, key, verify } = await withKey()
  await verify({ key })
  await app.deps().db.delete(emailAddresses)
  expect(await answerOf(verify({ key }))).toEqual(NOT_FOUND)
})

test('reads a key as it stands in a URL, but in exact mode', async () => {
  const encoded = (key: string) => encodeURIComponent(key)
  const { key, verify } = await withKey()
  expect(encoded(key)).toContain('%3A')
  expect(await answerOf(verify({ key: encoded(key) }))).toEqual(OK)
  const exact = await withKey(ONCE)
  expect(await answerOf(exact.verify({ key: encoded(exact.key) }))).toEqual(NOT_FOUND)
})

test.each(['%', '%3A%3', 'a%zzb', '%00'])('refuses the key %s', async (key) => {
  const { verify } = await withKey()
  expect(await answerOf(verify({ key }))).toEqual(NOT_FOUND)
})

const ONCE = { VERIFY_EMAIL_TWICE: 'false' }

test('of many uses of a key at once one wins', async () => {
  const { key, verify } = await withKey(ONCE)
  const responses = await Promise.all(Array.from({ length: 6 }, () => verify({ key })))
  const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([200, 404, 404, 404, 404, 404])
})

test('ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS ends a key', async () => {
  const { app, key, verify } = await withKey({ ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS: '1' })
  app.clock.advance(86_401)
  expect(await answerOf(verify({ key }))).toEqual(NOT_FOUND)
  expect(await isVerified(app)).toBe(false)
})

test('a key is good up to its last second', async () => {
  const { app, key, verify } = await withKey({ ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS: '1' })
  app.clock.advance(86_399)
  expect(await answerOf(verify({ key }))).toEqual(OK)
})

test('a key dies with its address', async () => {
  const { app, key, verify } = await withKey()
  await app.deps().db.delete(emailAddresses)
  expect(await answerOf(verify({ key }))).toEqual(NOT_FOUND)
})

test('SECRET_KEY_FALLBACKS keep keys of before good', async () => {
  const old = 'an-older-secret-key-of-more-than-32-bytes'
  const { key } = await withKey({ SECRET_KEY: old })
  const renewed = await createTestApp({ data: 'kept' })
  expect(await answerOf(renewed.post('registration/verify-email/', { key }))).toEqual(NOT_FOUND)
  const kept = await createTestApp({ env: { SECRET_KEY_FALLBACKS: old }, data: 'kept' })
  expect(await answerOf(kept.post('registration/verify-email/', { key }))).toEqual(OK)
})

test('a verified address becomes the account’s own and primary one', async () => {
  const app = await createTestApp({ users: [aUser({ email: '', emailVerified: null })] })
  const { db } = app.deps()
  await db
    .insert(emailAddresses)
    .values({ userId: 1, email: 'new@example.com', emailFolded: 'new@example.com' })
  await app.post('registration/resend-email/', { email: 'new@example.com' })
  const key = await mailedKey(app)
  expect(await answerOf(app.post('registration/verify-email/', { key }))).toEqual(OK)
  const [user] = await db.select({ email: users.email }).from(users).where(eq(users.id, 1))
  expect(user).toEqual({ email: 'new@example.com' })
  const [row] = await db.select({ isPrimary: emailAddresses.isPrimary }).from(emailAddresses)
  expect(row).toEqual({ isPrimary: true })
})

test.each([
  'x',
  'MQ:1aaaaa',
  'MQ::',
  ':::',
  'MQ:1sTiMa:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  '%00',
])('the key %j is none', async (key) => {
  const app = await createTestApp()
  expect(await answerOf(app.post('registration/verify-email/', { key }))).toEqual(NOT_FOUND)
})

test('a key with other contents is none', async () => {
  const { key, verify } = await withKey()
  const [, ...signature] = key.split(':')
  expect(await answerOf(verify({ key: ['Mg', ...signature].join(':') }))).toEqual(NOT_FOUND)
})

test.each([
  [{}, ['This field is required.']],
  [{ key: '' }, ['This field may not be blank.']],
  [{ key: null }, ['This field may not be null.']],
  [{ key: {} }, ['Not a valid string.']],
])('refuses the fields %j', async (body, key) => {
  const app = await createTestApp()
  expect(await answerOf(app.post('registration/verify-email/', body))).toEqual({
    status: 400,
    body: { key },
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await createTestApp()
  const response = await app.request('registration/verify-email/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS, HEAD')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test.each(['registration/verify-email', 'registration/verify-email/'])(
  'OPTIONS %s shows the fields',
  async (path) => {
    const app = await createTestApp({ env: { DJANGO_COMPATIBILITY: 'exact' } })
    const response = await app.request(path, { method: 'OPTIONS' })
    const key = { type: 'string', required: true, read_only: false, label: 'Key' }
    expect(response.headers.get('Allow')).toBe('POST, OPTIONS, HEAD')
    expect(await response.json()).toMatchObject({ actions: { POST: { key } } })
  },
)

test('is served without the slash, too', async () => {
  const { app, key } = await withKey()
  expect(await answerOf(app.post('registration/verify-email', { key }))).toEqual(OK)
})
