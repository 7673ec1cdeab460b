import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { emailConfirmations } from '../../src/db/schema/confirmations.ts'
import { users } from '../../src/db/schema/users.ts'
import {
  answerOf,
  claimsOf,
  cookieAttributesOf,
  cookieHeaderOf,
  memberOf,
  signTestToken,
} from '../support/answer.ts'
import { aUser, type TestApp } from '../support/app.ts'
import { linkOf, takeMails } from '../support/mail.ts'
import { ALICE, appIn, CAROL, CHANGE, JWT, KEY, type Mode, PASSWORD, statusOf } from './modes.ts'

const MODES: readonly Mode[] = ['exact', 'safe']
const AS_ALICE = { Authorization: `Token ${KEY}` }

describe('ACCOUNT_EMAIL_CONFIRMATION_HMAC off', () => {
  const verify = (app: TestApp, key: string) => app.post('registration/verify-email/', { key })
  const KEPT = { ACCOUNT_EMAIL_CONFIRMATION_HMAC: 'false' }

  async function keyOf(app: TestApp): Promise<string> {
    await app.post('registration/', CAROL)
    const [mail] = await takeMails(app)
    return /account-confirm-email\/([^/]+)\/$/.exec(linkOf(mail))?.[1] ?? ''
  }

  test.each(MODES)('%s: a key of the database works once, in any case', async (mode) => {
    const app = await appIn(mode, { ...KEPT, VERIFY_EMAIL_TWICE: 'false' })
    const key = await keyOf(app)
    expect(key).toMatch(/^[a-z0-9]{64}$/)
    expect(await statusOf(verify(app, key.toUpperCase()))).toBe(200)
    expect(await statusOf(verify(app, key))).toBe(404)
  })

  test('the key is kept hashed, and costs the use of it no further round trip', async () => {
    const app = await appIn('safe', KEPT)
    const key = await keyOf(app)
    const kept = await app.deps().db.select().from(emailConfirmations)
    expect(JSON.stringify(kept)).not.toContain(key)
    expect((await app.costOf(() => verify(app, key))).waited.roundTrips).toBe(1)
  })

  test.each([
    [86_399, 200],
    [86_400, 404],
  ])('%i seconds after it was sent it answers %i', async (seconds, status) => {
    const app = await appIn('exact', { ...KEPT, ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS: '1' })
    const key = await keyOf(app)
    app.clock.advance(seconds)
    expect(await statusOf(verify(app, key))).toBe(status)
  })

  test('signed keys are no keys then', async () => {
    const signing = await appIn('exact')
    await signing.post('registration/', CAROL)
    const [mail] = await takeMails(signing)
    const key = /account-confirm-email\/([^/]+)\/$/.exec(linkOf(mail))?.[1] ?? ''
    expect(await statusOf(verify(await appIn('exact', KEPT), key))).toBe(404)
  })
})

describe('ACCOUNT_DEFAULT_HTTP_PROTOCOL and PASSWORD_RESET_USE_SITES_DOMAIN', () => {
  const SITE = { PASSWORD_RESET_USE_SITES_DOMAIN: 'true', SITE_DOMAIN: 'app.example' }

  test.each<[string, Mode, Record<string, string>, string]>([
    ['the request decides', 'exact', {}, 'http://auth.test/'],
    ['https is forced', 'exact', { ACCOUNT_DEFAULT_HTTP_PROTOCOL: 'https' }, 'https://auth.test/'],
    ['the site changes nothing there', 'exact', SITE, 'http://auth.test/'],
    ['the site', 'safe', SITE, 'https://app.example/'],
    [
      'its scheme',
      'safe',
      { ...SITE, ACCOUNT_DEFAULT_HTTP_PROTOCOL: 'http' },
      'http://app.example/',
    ],
  ])('%s (%s)', async (_, mode, env, origin) => {
    const app = await appIn(mode, env)
    await app.request('http://auth.test/dj-rest-auth/password/reset/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'alice@example.com' }),
    })
    const [mail] = await takeMails(app)
    expect(linkOf(mail).startsWith(`${origin}dj-rest-auth/password/reset/confirm/`)).toBe(true)
  })
})

describe('ACCOUNT_PASSWORD_MIN_LENGTH', () => {
  const register = (app: TestApp, password: string) =>
    app.post('registration/', { ...CAROL, password1: password, password2: password })

  test.each<[Record<string, unknown>, number]>([
    [{}, 6],
    [{ ACCOUNT_PASSWORD_MIN_LENGTH: '11' }, 11],
  ])('where no validators are: %j', async (env, length) => {
    const app = await appIn('exact', { AUTH_PASSWORD_VALIDATORS: [], ...env })
    expect(await answerOf(register(app, 'é'.repeat(length - 1)))).toEqual({
      status: 400,
      body: {
        password1: [`This password is too short. It must contain at least ${length} characters.`],
      },
    })
    expect(await statusOf(register(app, 'é'.repeat(length)))).toBe(201)
  })

  test('validators replace it', async () => {
    const app = await appIn('exact', { ACCOUNT_PASSWORD_MIN_LENGTH: '60' })
    expect(await statusOf(register(app, PASSWORD))).toBe(201)
  })
})

describe('REGISTER_PERMISSION_CLASSES', () => {
  const classes = (...names: string[]) => ({
    REGISTER_PERMISSION_CLASSES: names.map((name) => `rest_framework.permissions.${name}`),
  })
  const STRANGER = {
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  }
  const NOT_STAFF = {
    status: 403,
    body: { detail: 'You do not have permission to perform this action.' },
  }

  test.each([
    [['IsAdminUser']],
    [['AllowAny', 'IsAdminUser']],
    [['IsAuthenticated', 'IsAdminUser']],
  ])('%j: staff alone registers others', async (names) => {
    const app = await appIn('exact', classes(...names))
    expect(await answerOf(app.post('registration/', CAROL))).toEqual(STRANGER)
    expect(await answerOf(app.post('registration/', CAROL, AS_ALICE))).toEqual(NOT_STAFF)
    await app.deps().db.update(users).set({ isStaff: true }).where(eq(users.username, 'alice'))
    expect(await statusOf(app.post('registration/', CAROL, AS_ALICE))).toBe(201)
  })

  test('staff is known from the round trip that finds the caller', async () => {
    const app = await appIn('safe', classes('IsAdminUser'))
    const { waited } = await app.costOf(() => app.post('registration/', CAROL, AS_ALICE))
    expect(waited.roundTrips).toBe(1)
  })

  test('IsAuthenticatedOrReadOnly shows strangers no fields', async () => {
    const app = await appIn('exact', classes('IsAuthenticatedOrReadOnly'))
    expect(await answerOf(app.post('registration/', CAROL))).toEqual(STRANGER)
    const options = (headers: HeadersInit) =>
      answerOf(app.request('registration/', { method: 'OPTIONS', headers }))
    expect((await options({})).body).not.toHaveProperty('actions')
    expect((await options(AS_ALICE)).body).toHaveProperty('actions.POST')
  })

  test('an empty list lets everybody in', async () => {
    const app = await appIn('exact', { REGISTER_PERMISSION_CLASSES: [] })
    expect(await statusOf(app.post('registration/', CAROL))).toBe(201)
  })
})

describe('SIMPLE_JWT_TOKEN_TYPE_CLAIM null', () => {
  const TYPELESS = { ...JWT, SIMPLE_JWT_TOKEN_TYPE_CLAIM: null }

  test('exact: tokens have no type, and any claim of that name is copied', async () => {
    const app = await appIn('exact', TYPELESS)
    const login = app.post('login/', ALICE)
    expect(Object.keys(claimsOf(await memberOf(login, 'refresh')))).toEqual([
      'exp',
      'iat',
      'jti',
      'user_id',
    ])
    const now = Math.floor(app.clock.now().getTime() / 1000)
    const claims = { exp: now + 500, iat: now - 9, jti: 'a', user_id: '1', token_type: 'odd' }
    const refresh = await signTestToken(app.settings, claims)
    const renewed = claimsOf(await memberOf(app.post('token/refresh/', { refresh }), 'access'))
    expect(renewed).toMatchObject({ token_type: 'odd', iat: now, exp: now + 300 })
  })

  test('safe: is refused at the start, for an access token would renew itself', async () => {
    await expect(appIn('safe', TYPELESS)).rejects.toThrow(
      'SIMPLE_JWT_TOKEN_TYPE_CLAIM cannot be null: an access token would pass for a refresh token',
    )
  })
})

describe('SIMPLE_JWT_CHECK_USER_IS_ACTIVE', () => {
  test.each<[Mode, string, number]>([
    ['exact', 'true', 401],
    ['exact', 'false', 200],
    ['safe', 'true', 401],
    ['safe', 'false', 200],
  ])('%s, %s: a deactivated user’s refresh answers %i', async (mode, check, status) => {
    const env = { ...JWT, SIMPLE_JWT_CHECK_USER_IS_ACTIVE: check }
    const app = await appIn(mode, env)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    await app.settle()
    await app.deps().db.update(users).set({ isActive: false })
    const renewed = app.post('token/refresh/', { refresh })
    expect(await statusOf(renewed)).toBe(status)
    await app.settle()
    if (status !== 200 || mode === 'exact') return
    const next = await memberOf(renewed, 'refresh')
    expect(await statusOf(app.post('token/refresh/', { refresh: next }))).toBe(200)
  })
})

describe('NOTIFY_OF_EVERY_CHANGE', () => {
  test.each<[Mode, number]>([
    ['exact', 0],
    ['safe', 1],
  ])('%s: a password change with ACCOUNT_EMAIL_NOTIFICATIONS', async (mode, mails) => {
    const app = await appIn(mode, { ACCOUNT_EMAIL_NOTIFICATIONS: 'true' })
    await app.post('password/change/', CHANGE, AS_ALICE)
    expect(await takeMails(app)).toHaveLength(mails)
  })
})

describe('RESEND_COUNTS', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 429],
  ])('%s: a second resend at once', async (mode, status) => {
    const env = { ACCOUNT_RATE_LIMITS: { confirm_email: '1/180s/key' } }
    const app = await appIn(mode, env, [aUser({ emailVerified: false })])
    const resend = () => app.post('registration/resend-email/', { email: 'alice@example.com' })
    expect(await statusOf(resend())).toBe(200)
    expect(await statusOf(resend())).toBe(status)
  })
})

describe('FOLD_USERNAMES', () => {
  const names: readonly (readonly [string, string, number, number])[] = [
    ['alice', 'ALICE', 400, 400],
    ['éa', 'Éa', 201, 400],
    ['straße', 'STRASSE', 201, 400],
    ['ﬁne', 'fine', 201, 400],
  ]

  test.each(names)(
    '%s keeps %s from being taken: exact %i, safe %i',
    async (has, takes, ...statuses) => {
      for (const [index, mode] of MODES.entries()) {
        const app = await appIn(mode, {}, [aUser({ username: has })])
        const registered = app.post('registration/', { ...CAROL, username: takes })
        expect(await statusOf(registered)).toBe(statuses[index])
      }
    },
  )

  test.each<[string, string, number, number]>([
    ['alice', 'ALICE', 200, 200],
    ['éa', 'Éa', 400, 200],
    ['ﬁne', 'fine', 400, 200],
    ['ﬁne', 'ﬁne', 200, 200],
  ])('%s logs in as %s: exact %i, safe %i', async (has, typed, ...statuses) => {
    for (const [index, mode] of MODES.entries()) {
      const app = await appIn(mode, {}, [aUser({ username: has })])
      expect(await statusOf(app.post('login/', { username: typed, password: PASSWORD }))).toBe(
        statuses[index],
      )
    }
  })

  test('exact: a user may take a name that differs by more than ASCII', async () => {
    const app = await appIn('exact', {}, [
      aUser({ tokenKey: KEY }),
      aUser({ username: 'éa', email: 'ea@example.com' }),
    ])
    const change = (username: string) =>
      app.request('user/', {
        method: 'PATCH',
        headers: { ...AS_ALICE, 'Content-Type': 'application/json' },
        body: JSON.stringify({ username }),
      })
    expect(await statusOf(change('éA'))).toBe(400)
    expect(await statusOf(change('Éa'))).toBe(200)
  })
})

describe('what Python reads as a number', () => {
  test.each([
    ['١', 'token'],
    ['０1', 'token'],
    ['+1', 'token'],
    ['0_1', 'token'],
    ['1_', 'uid'],
    ['-1', 'uid'],
    ['00000000000001', 'uid'],
  ])('a uid of %s is wrong in its %s', async (uid, field) => {
    const app = await appIn('exact')
    const answer = await answerOf(
      app.post('password/reset/confirm/', { ...CHANGE, uid, token: 'x' }),
    )
    expect(answer).toEqual({ status: 400, body: { [field]: ['Invalid value'] } })
  })
})

describe('paths', () => {
  test.each(['login//', 'user//', 'password/reset//', 'registration//', 'sessions//'])(
    '%s is nothing',
    async (path) => {
      for (const mode of MODES) {
        const app = await appIn(mode)
        expect(await statusOf(app.request(path))).toBe(404)
        expect(await statusOf(app.post(path, {}))).toBe(404)
      }
    },
  )
})

describe('SESSION_EXPIRE_AT_BROWSER_CLOSE', () => {
  test.each<[string, string]>([
    ['true', 'HttpOnly; Path=/; SameSite=Lax'],
    [
      'false',
      'expires=Thu, 18 Mar 2027 05:06:07 GMT; HttpOnly; Max-Age=1209600; Path=/; SameSite=Lax',
    ],
  ])('%s: the session cookie is %s', async (close, attributes) => {
    const app = await appIn('exact', { SESSION_EXPIRE_AT_BROWSER_CLOSE: close })
    const login = await app.post('login/', ALICE)
    expect(cookieAttributesOf(login)['sessionid']).toBe(attributes)
    // The session itself ends by SESSION_COOKIE_AGE.
    const headers = { Cookie: cookieHeaderOf(login) }
    expect(await statusOf(app.request('user/', { headers }))).toBe(200)
    app.clock.advance(1_209_600)
    expect(await statusOf(app.request('user/', { headers }))).toBe(401)
  })
})
