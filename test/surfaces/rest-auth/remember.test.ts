import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { deviceTokens, sessions } from '../../../src/db/schema/credentials.ts'
import { answerOf, cookieHeaderOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { LOGIN, LOGIN_WAYS, PASSWORD } from '../../support/login-ways.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../../support/providers/exchanges.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  codeOf,
  FACTORS,
  seedFactor,
  seedKey,
} from '../../support/second-factor.ts'

const HOUR = 3600
const ON = {
  REMEMBER_ME: 'true',
  USE_JWT: 'true',
  JWT_AUTH_COOKIE: 'acc',
  JWT_AUTH_REFRESH_COOKIE: 'ref',
  JWT_AUTH_COOKIE_USE_CSRF: 'true',
  SESSION_LOGIN: 'true',
  ACCOUNT_RATE_LIMITS: 'false',
  KNOWN_DEVICE_COOKIE: '',
}

async function withAlice(env: Readonly<Record<string, unknown>> = {}): Promise<TestApp> {
  return createTestApp({ env: { ...ON, ...env }, users: [aUser({ email: FAY.email })] })
}

/** Cookies that an answer sets, and which of them last. */
function cookiesOf(response: Response): Readonly<Record<string, 'lasts' | 'session'>> {
  return Object.fromEntries(
    response.headers.getSetCookie().map((line) => {
      const isLasting = /; max-age=\d+/i.test(line) && /; expires=/i.test(line)
      return [line.split('=')[0], isLasting ? 'lasts' : 'session']
    }),
  )
}

const names = { acc: 'lasts', ref: 'lasts', csrftoken: 'lasts', sessionid: 'lasts' }
const forgotten = { acc: 'session', ref: 'session', csrftoken: 'session', sessionid: 'session' }

test('without the setting a body that says it changes nothing', async () => {
  const app = await withAlice({ REMEMBER_ME: 'false' })
  for (const remember of [true, false]) {
    const response = await app.post('login/', { ...LOGIN, remember })
    expect(cookiesOf(response)).toEqual(names)
  }
})

describe.each(Object.entries(LOGIN_WAYS))('by %s', (_way, { env, logIn }) => {
  test.each([[true], ['true'], ['on'], ['1'], [1], ['YES']])(
    'remember: %j makes cookies last',
    async (remember) => {
      const response = await logIn(await withAlice(env), { remember })
      expect({ ok: response.ok, cookies: cookiesOf(response) }).toEqual({
        ok: true,
        cookies: names,
      })
    },
  )

  test.each([[{}], [{ remember: false }], [{ remember: 'x' }], [{ remember: null }]])(
    '%j leaves them to the browser',
    async (body) => {
      const response = await logIn(await withAlice(env), body)
      expect({ ok: response.ok, cookies: cookiesOf(response) }).toEqual({
        ok: true,
        cookies: forgotten,
      })
    },
  )
})

test.each(['on', 'yes', 't', '1'])('a form’s ticked box remembers: %j', async (remember) => {
  const app = await withAlice()
  const body = new URLSearchParams({ ...LOGIN, remember })
  expect(cookiesOf(await app.request('login/', { method: 'POST', body }))).toEqual(names)
})

test('a passkey that needs a second step is remembered, too', async () => {
  const app = await withAlice({ ...FACTORS, PASSKEY_USER_VERIFICATION: 'preferred' })
  await seedFactor(app)
  await seedKey(app, 'phone')
  for (const [remember, kinds] of [
    [true, names],
    [false, forgotten],
  ] as const) {
    const { challenge, session_id } = await beginPasskeyLogin(app)
    const credential = assertionOf('phone', challenge, { flags: 1 })
    const begun = await app.post('passkeys/login/complete/', { credential, session_id, remember })
    const token = await memberOf(begun, 'ephemeral_token')
    const response = await app.post('mfa/verify/', { ephemeral_token: token, code: codeOf(app) })
    expect(cookiesOf(response)).toEqual(kinds)
    app.clock.advance(60)
  }
})

describe('a login that is not remembered', () => {
  async function refreshed(app: TestApp, response: Response): Promise<Response> {
    const Cookie = cookieHeaderOf(response)
    const csrf = /csrftoken=([^;]+)/.exec(Cookie)?.[1] ?? ''
    const headers = { Cookie, 'X-CSRFToken': csrf, Origin: 'https://auth.example.com' }
    return app.post('token/refresh/', {}, headers)
  }

  test('stays so when it is refreshed, and ends after its time however much it is used', async () => {
    const app = await withAlice()
    let login = await app.post('login/', LOGIN)
    for (let hour = 0; hour < 11; hour += 1) {
      app.clock.advance(HOUR)
      login = await refreshed(app, login)
      expect({ hour, status: login.status }).toEqual({ hour, status: 200 })
      const { acc, ref } = cookiesOf(login)
      expect([acc, ref]).toEqual(['session', 'session'])
    }
    app.clock.advance(HOUR)
    expect((await refreshed(app, login)).status).toBe(401)
  })

  test('one that is remembered lives as long as ever', async () => {
    const app = await withAlice()
    const login = await app.post('login/', { ...LOGIN, remember: true })
    app.clock.advance(20 * HOUR)
    const after = await refreshed(app, login)
    expect(after.status).toBe(200)
    expect(cookiesOf(after)).toMatchObject({ acc: 'lasts', ref: 'lasts' })
  })

  test.each([
    {},
    { LOGIN_IDLE_SECONDS: '36000', SESSION_MANAGEMENT: 'true', SESSION_DEVICES: 'true' },
  ])('its session ends, used or not, under %j', async (more) => {
    const app = await withAlice({ USE_JWT: 'false', TOKEN_MODEL: 'null', ...more })
    const headers = { Cookie: cookieHeaderOf(await app.post('login/', LOGIN)) }
    const statuses: number[] = []
    for (let hour = 0; hour < 13; hour += 1) {
      statuses.push((await app.request('user/', { headers })).status)
      await app.settle()
      app.clock.advance(HOUR)
    }
    expect(statuses).toEqual([...Array<number>(12).fill(200), 401])
  })

  test('its device’s token ends, used or not', async () => {
    const env = { USE_JWT: 'false', SESSION_LOGIN: 'false', TOKEN_PER_DEVICE: 'true' }
    const app = await withAlice({ ...env, LOGIN_IDLE_SECONDS: '36000' })
    const key = await memberOf(app.post('login/', LOGIN), 'key')
    const lasting = await memberOf(app.post('login/', { ...LOGIN, remember: true }), 'key')
    const status = async (one: string) =>
      (await app.request('user/', { headers: { Authorization: `Token ${one}` } })).status
    for (let hour = 0; hour < 12; hour += 1) {
      expect([hour, await status(key), await status(lasting)]).toEqual([hour, 200, 200])
      await app.settle()
      app.clock.advance(HOUR)
    }
    expect([await status(key), await status(lasting)]).toEqual([401, 200])
    expect((await app.deps().db.select().from(deviceTokens)).length).toBe(2)
  })

  test('a change of the password keeps what it is', async () => {
    const app = await withAlice()
    for (const remember of [true, false]) {
      const login = await app.post('login/', { ...LOGIN, remember })
      const Cookie = cookieHeaderOf(login)
      const csrf = /csrftoken=([^;]+)/.exec(Cookie)?.[1] ?? ''
      const headers = { Cookie, 'X-CSRFToken': csrf, Origin: 'https://auth.example.com' }
      const body = { new_password1: PASSWORD, new_password2: PASSWORD }
      const changed = await app.post('password/change/', body, headers)
      expect(changed.status).toBe(200)
      const kept = remember ? 'lasts' : 'session'
      const { acc, ref, sessionid } = cookiesOf(changed)
      expect({ remember, acc, ref, sessionid }).toMatchObject({ remember, sessionid: kept })
      expect([acc, ref].filter((one) => one !== undefined && one !== kept)).toEqual([])
    }
  })

  test.each([
    ['JWT', {}],
    ['session', { DEFAULT_AUTHENTICATION_CLASSES: '["SessionAuthentication"]' }],
  ])('a connection at a provider keeps what it is, by %s', async (_, env) => {
    const app = await withAlice({ ...SOCIAL_ENV, ...env })
    app.outside.setExchanges(facebookKnows(FAY))
    for (const remember of [true, false]) {
      const Cookie = cookieHeaderOf(await app.post('login/', { ...LOGIN, remember }))
      const csrf = /csrftoken=([^;]+)/.exec(Cookie)?.[1] ?? ''
      const headers = { Cookie, 'X-CSRFToken': csrf, Origin: 'https://auth.example.com' }
      const connected = await app.post('facebook/connect/', { access_token: 'fb-token' }, headers)
      expect(connected.status).toBe(200)
      const { acc, ref, sessionid } = cookiesOf(connected)
      const kept = remember ? 'lasts' : 'session'
      expect({ acc, ref, sessionid }).toEqual({ acc: kept, ref: kept, sessionid: kept })
    }
  })

  test('and by the token of a device', async () => {
    const env = { USE_JWT: 'false', TOKEN_PER_DEVICE: 'true', SESSION_LOGIN: 'false' }
    const app = await withAlice({ ...SOCIAL_ENV, ...env })
    app.outside.setExchanges(facebookKnows(FAY))
    const key = await memberOf(app.post('login/', LOGIN), 'key')
    const headers = { Authorization: `Token ${key}` }
    await app.post('facebook/connect/', { access_token: 'fb-token' }, headers)
    const lives = await app.deps().db.select({ endsAt: deviceTokens.expiresAt }).from(deviceTokens)
    expect(lives.filter(({ endsAt }) => endsAt === null)).toEqual([])
  })

  test('does not go on in a session that lasts, nor the other way round', async () => {
    const app = await withAlice({ USE_JWT: 'false', TOKEN_MODEL: 'null' })
    const first = await app.post('login/', { ...LOGIN, remember: true })
    const Cookie = cookieHeaderOf(first)
    const csrf = /csrftoken=([^;]+)/.exec(Cookie)?.[1] ?? ''
    const headers = { Cookie, 'X-CSRFToken': csrf, Origin: 'https://auth.example.com' }
    const second = await app.post('login/', LOGIN, headers)
    expect(cookiesOf(second)['sessionid']).toBe('session')
    expect(cookieHeaderOf(second)).not.toContain(/sessionid=([^;]+)/.exec(Cookie)?.[1])
    const rows = await app.deps().db.select().from(sessions).where(eq(sessions.userId, 1))
    expect(rows.length).toBe(2)
  })
})

test('what it means stands in the description of the API where the setting is on', async () => {
  const on = JSON.stringify((await answerOf((await withAlice()).request('openapi.json'))).body)
  const off = await withAlice({ REMEMBER_ME: 'false' })
  expect(on).toContain('"remember"')
  expect(JSON.stringify((await answerOf(off.request('openapi.json'))).body)).not.toContain(
    '"remember"',
  )
})
