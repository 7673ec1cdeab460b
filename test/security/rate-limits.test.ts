import { expect, test } from 'vitest'
import { users } from '../../src/db/schema/users.ts'
import { encodeUid } from '../../src/core/tokens/reset-token.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { userIdOf } from '../support/seed.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const AUTHORIZED = { Authorization: `Token ${KEY}` }

/** Sends the same request again and again; answers the statuses. */
async function repeat(count: number, work: (index: number) => Promise<Response>) {
  const statuses: number[] = []
  for (let index = 0; index < count; index += 1) statuses.push((await work(index)).status)
  return statuses
}

function signUp(app: TestApp, index: number, fields: Record<string, unknown> = {}) {
  return app.post('/registration/', {
    username: `user${index}`,
    password1: 'a-good-long-phrase',
    password2: 'a-good-long-phrase',
    ...fields,
  })
}

test('sign-ups are limited by address, looking for taken names included; refused ones make nobody', async () => {
  const env = { ACCOUNT_RATE_LIMITS: { signup: '3/m/ip' } }
  const app = await createTestApp({ env })
  expect(await repeat(2, (n) => signUp(app, n))).toEqual([201, 201])
  expect((await signUp(app, 0, { password2: 'another' })).status).toBe(400)
  expect(await repeat(2, (n) => signUp(app, 10 + n))).toEqual([429, 429])
  expect((await signUp(app, 20, { password2: 'another' })).status).toBe(429)
  expect(await app.deps().db.select({ id: users.id }).from(users)).toHaveLength(2)
})

test('resets are limited by typed address, known or not, and by client; refused ones mail nobody', async () => {
  const env = { ACCOUNT_RATE_LIMITS: { reset_password: '5/m/ip,2/m/key', send_email: null } }
  const app = await createTestApp({ env, users: [aUser()] })
  const reset = (email: string) => app.post('/password/reset/', { email })
  expect(await repeat(3, () => reset('alice@example.com'))).toEqual([200, 200, 429])
  expect(await repeat(3, () => reset('Nobody@example.com'))).toEqual([200, 200, 429])
  expect((await reset('nobody@example.com')).status).toBe(429)
  expect((await reset('third@example.com')).status).toBe(200)
  expect((await reset('fourth@example.com')).status).toBe(429)
  await app.settle()
  expect(app.mailbox).toHaveLength(2)
})

test('verification mails go out once in three minutes, to whoever', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: false })] })
  const resend = (email: string) => app.post('/registration/resend-email/', { email })
  expect(await repeat(2, () => resend('alice@example.com'))).toEqual([200, 429])
  expect(await repeat(2, () => resend('nobody@example.com'))).toEqual([200, 429])
  app.clock.advance(180)
  expect((await resend('ALICE@example.com')).status).toBe(200)
  await app.settle()
  expect(app.mailbox).toHaveLength(2)
})

test('reset links cannot be guessed faster than the rate, at whichever account', async () => {
  const env = { ACCOUNT_RATE_LIMITS: { reset_password_from_key: '3/m/ip' } }
  const app = await createTestApp({ env, users: [aUser()] })
  const uid = encodeUid(await userIdOf(app.deps(), 'alice'))
  const confirm = (given: string) =>
    app.post('/password/reset/confirm/', {
      uid: given,
      token: `c0ffee-${'0'.repeat(32)}`,
      new_password1: 'a-good-long-phrase',
      new_password2: 'a-good-long-phrase',
    })
  const tries = [uid, 'zzz', '!', uid, 'zzz']
  expect(await repeat(5, (n) => confirm(tries[n] ?? ''))).toEqual([400, 400, 400, 429, 429])
})

test('the old password cannot be guessed through a change, by whatever other mistake', async () => {
  const app = await createTestApp({
    env: {
      OLD_PASSWORD_FIELD_ENABLED: 'true',
      ACCOUNT_RATE_LIMITS: { change_password: '3/m/user' },
    },
    users: [aUser({ tokenKey: KEY })],
  })
  const change = (fields: Record<string, unknown>) =>
    app.post('/password/change/', fields, AUTHORIZED)
  const good = { new_password1: 'a-good-long-phrase', new_password2: 'a-good-long-phrase' }
  const bad = { new_password1: 'a-good-long-phrase', new_password2: 'other' }
  expect((await change({ old_password: 'guess 1', ...good })).status).toBe(400)
  expect((await change({ old_password: 'guess 2', ...bad })).status).toBe(400)
  expect((await change({ old_password: 'guess 3' })).status).toBe(400)
  for (const fields of [good, bad, {}]) {
    const right = await change({ old_password: 'right-horse-staple', ...fields })
    const wrong = await change({ old_password: 'guess 4', ...fields })
    expect([right.status, wrong.status]).toEqual([429, 429])
    expect(await right.text()).toBe(await wrong.text())
  }
  app.clock.advance(61)
  expect((await change({ old_password: 'right-horse-staple', ...good })).status).toBe(200)
})

test('refreshes are limited by client; a refused one spends nothing', async () => {
  const app = await createTestApp({
    env: {
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      ACCOUNT_RATE_LIMITS: { token_refresh: '1/m/ip' },
      REFRESH_TOKEN_GRACE_SECONDS: '0',
    },
    users: [aUser()],
  })
  const login = async (): Promise<unknown> => {
    const body = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
    return ((await body.json()) as { refresh: unknown }).refresh
  }
  const [one, two] = [await login(), await login()]
  expect((await app.post('/token/refresh/', { refresh: one })).status).toBe(200)
  expect((await app.post('/token/refresh/', { refresh: two })).status).toBe(429)
  app.clock.advance(61)
  expect((await app.post('/token/refresh/', { refresh: two })).status).toBe(200)
})

test('no operation waits longer for its counting', async () => {
  const app = await createTestApp({ users: [aUser({ tokenKey: KEY })] })
  const cost = async (work: () => Promise<Response>, status: number) => {
    const { waited } = await app.costOf(async () => {
      expect((await work()).status).toBe(status)
    })
    return waited.roundTrips
  }
  expect(await cost(() => signUp(app, 1), 201)).toBe(1)
  expect(await cost(() => app.post('/password/reset/', { email: 'alice@example.com' }), 200)).toBe(
    1,
  )
  const resend = () => app.post('/registration/resend-email/', { email: 'alice@example.com' })
  expect(await cost(resend, 200)).toBe(1)
  const good = { new_password1: 'a-good-long-phrase', new_password2: 'a-good-long-phrase' }
  expect(await cost(() => app.post('/password/change/', good, AUTHORIZED), 200)).toBe(2)
})

test('rates of the setting lie over the defaults, and an unknown action is refused', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_RATE_LIMITS: { login: '7/h/ip', signup: null } },
  })
  expect(app.settings.ACCOUNT_RATE_LIMITS).toEqual({
    login: '7/h/ip',
    login_failed: '10/m/ip,5/300s/key',
    reset_password: '20/m/ip,5/m/key',
    reset_password_from_key: '20/m/ip',
    change_password: '5/m/user',
    confirm_email: '1/180s/key',
    manage_email: '10/m/user',
    token_refresh: '120/m/ip',
    send_email: '1/30s/key,5/h/key,20/d/key',
    reauthenticate: '10/m/user',
    request_login_code: '20/m/ip,3/m/key',
  })
  await expect(
    createTestApp({ env: { ACCOUNT_RATE_LIMITS: { log_in: '7/h/ip' } } }),
  ).rejects.toThrow('knows login, login_failed')
  await expect(
    createTestApp({ env: { ACCOUNT_RATE_LIMITS: { login: '7/0m/ip' } } }),
  ).rejects.toThrow('has rates like "10/m/ip,5/300s/key", not "7/0m/ip"')
})
