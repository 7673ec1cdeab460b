import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { users } from '../../src/db/schema/users.ts'
import { answerOf, memberOf } from '../support/answer.ts'
import { aUser } from '../support/app.ts'
import { mailedReset, takeMails } from '../support/mail.ts'
import {
  ALICE,
  appIn,
  CAROL,
  CHANGE,
  COOKIES,
  JWT,
  type Mode,
  PASSWORD,
  statusOf,
} from './modes.ts'

describe('IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS', () => {
  const ENDPOINTS: readonly (readonly [string, unknown])[] = [
    ['login/', ALICE],
    ['registration/', CAROL],
    ['password/reset/', { email: 'alice@example.com' }],
    ['registration/resend-email/', { email: 'alice@example.com' }],
  ]

  test.each(ENDPOINTS)('exact: a stale token turns %s into 401', async (path, body) => {
    const app = await appIn('exact')
    const response = app.post(path, body, { Authorization: `Token ${'f'.repeat(40)}` })
    expect(await answerOf(response)).toEqual({ status: 401, body: { detail: 'Invalid token.' } })
  })

  test.each(ENDPOINTS)('safe: %s ignores a stale token', async (path, body) => {
    const app = await appIn('safe')
    const response = app.post(path, body, { Authorization: `Token ${'f'.repeat(40)}` })
    expect([200, 201]).toContain(await statusOf(response))
  })

  test('exact: a stale JWT cookie turns a login into 401', async () => {
    const app = await appIn('exact', COOKIES)
    expect(await statusOf(app.post('login/', ALICE, { Cookie: 'auth=stale' }))).toBe(401)
  })

  test('safe: a login ignores a stale JWT cookie', async () => {
    const app = await appIn('safe', COOKIES)
    expect(await statusOf(app.post('login/', ALICE, { Cookie: 'auth=stale' }))).toBe(200)
  })

  test.each<Mode>(['exact', 'safe'])(
    '%s: where a login is needed, a stale token is 401',
    async (mode) => {
      const app = await appIn(mode)
      const headers = { Authorization: `Token ${'f'.repeat(40)}` }
      expect(await answerOf(app.request('user/', { headers }))).toEqual({
        status: 401,
        body: { detail: 'Invalid token.' },
      })
    },
  )
})

describe('THROTTLE_ALL_ENDPOINTS', () => {
  const RATE = { ...JWT, DEFAULT_THROTTLE_RATES: { dj_rest_auth: '1/minute' } }
  const ENDPOINTS: readonly (readonly [string, unknown])[] = [
    ['registration/verify-email/', { key: 'x' }],
    ['registration/resend-email/', { email: 'nobody@example.com' }],
    ['token/verify/', { token: 'x' }],
    ['token/refresh/', { refresh: 'x' }],
  ]

  test.each(ENDPOINTS)('exact: %s is outside the scope', async (path, body) => {
    const app = await appIn('exact', RATE)
    const statuses = [await statusOf(app.post(path, body)), await statusOf(app.post(path, body))]
    expect(statuses).not.toContain(429)
  })

  test.each(ENDPOINTS)('safe: %s is inside the scope', async (path, body) => {
    const app = await appIn('safe', RATE)
    expect(await statusOf(app.post(path, body))).not.toBe(429)
    expect(await answerOf(app.post(path, body))).toEqual({
      status: 429,
      body: { detail: 'Request was throttled. Expected available in 60 seconds.' },
    })
  })
})

describe('HTML_NOT_FOUND', () => {
  test('exact: unknown URLs answer HTML', async () => {
    const response = await (await appIn('exact')).request('nowhere/')
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    expect(response.status).toBe(404)
  })

  test('safe: unknown URLs answer JSON', async () => {
    const app = await appIn('safe')
    expect(await answerOf(app.request('nowhere/'))).toEqual({
      status: 404,
      body: { detail: 'Not found.' },
    })
  })
})

describe('kept as it is in both modes', () => {
  const MODES: readonly Mode[] = ['exact', 'safe']

  test.each(MODES)('%s: the user claim is a string', async (mode) => {
    const app = await appIn(mode, JWT)
    const access = await memberOf(app.post('login/', ALICE), 'access')
    const [, payload = ''] = access.split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      user_id: '1',
    })
  })

  test.each(MODES)('%s: a stranger’s wrong method is 401, not 405', async (mode) => {
    const app = await appIn(mode)
    expect(await statusOf(app.request('user/', { method: 'DELETE' }))).toBe(401)
  })

  test.each(MODES)('%s: whoever holds a refresh token may revoke it', async (mode) => {
    const app = await appIn(mode, JWT, [aUser(), aUser({ username: 'bob' })])
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    const bob = app.post('login/', { username: 'bob', password: PASSWORD })
    const headers = { Authorization: `Bearer ${await memberOf(bob, 'access')}` }
    await app.settle()
    expect(await statusOf(app.post('logout/', { refresh }, headers))).toBe(200)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(401)
  })

  test.each(MODES)('%s: a reset link ends with the account', async (mode) => {
    const app = await appIn(mode)
    await app.post('password/reset/', { email: 'alice@example.com' })
    const link = await mailedReset(app)
    await app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 1))
    expect(await answerOf(app.post('password/reset/confirm/', { ...link, ...CHANGE }))).toEqual({
      status: 400,
      body: { uid: ['Invalid value'] },
    })
  })

  test.each(MODES)('%s: a resend without an address mails nobody', async (mode) => {
    const app = await appIn(mode, {}, [aUser({ emailVerified: false })])
    expect(await statusOf(app.post('registration/resend-email/', {}))).toBe(200)
    expect(await takeMails(app)).toEqual([])
    expect(await app.deps().db.select().from(emailAddresses)).toHaveLength(1)
  })
})
