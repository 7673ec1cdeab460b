import { describe, expect, test } from 'vitest'
import { users } from '../../src/db/schema/users.ts'
import { answerOf, cookieValuesOf, memberOf, type Answer } from '../support/answer.ts'
import { ALICE, appIn, CHANGE, COOKIES, JWT, type Mode, refused, statusOf } from './modes.ts'

describe('LOGOUT_WITHOUT_REFRESH_TOKEN', () => {
  test.each([
    ['true', 'Refresh token was not included in cookie data.'],
    ['false', 'Refresh token was not included in request data.'],
  ])('exact: JWT_AUTH_HTTPONLY %s: 401, yet cookies are cleared', async (httpOnly, detail) => {
    const app = await appIn('exact', { ...COOKIES, JWT_AUTH_HTTPONLY: httpOnly })
    const response = await app.post('logout/')
    expect(cookieValuesOf(response)).toEqual({ auth: '""', refresh: '""' })
    expect(await answerOf(response)).toEqual({ status: 401, body: { detail } })
  })

  test.each(['true', 'false'])('safe: JWT_AUTH_HTTPONLY %s: 200', async (httpOnly) => {
    const app = await appIn('safe', { ...COOKIES, JWT_AUTH_HTTPONLY: httpOnly })
    const response = await app.post('logout/')
    expect(cookieValuesOf(response)).toEqual({ auth: '""', refresh: '""' })
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: { detail: 'Successfully logged out.' },
    })
  })

  test('safe: the refresh cookie is revoked when it is there', async () => {
    const app = await appIn('safe', { ...COOKIES, JWT_AUTH_HTTPONLY: 'false' })
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    await app.settle()
    expect(await statusOf(app.post('logout/', undefined, { Cookie: `refresh=${refresh}` }))).toBe(
      200,
    )
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(401)
  })
})

describe('TOKEN_VERIFY_CHECKS_BLACKLIST', () => {
  test.each<[Mode, Answer]>([
    ['exact', { status: 200, body: {} }],
    ['safe', refused('safe', '')],
  ])('%s: token/verify/ of a blacklisted refresh token', async (mode, answer) => {
    const app = await appIn(mode, JWT)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    await app.settle()
    await app.post('logout/', { refresh })
    expect(await answerOf(app.post('token/verify/', { token: refresh }))).toEqual(answer)
  })
})

describe('REFRESH_CHECKS_REVOKE_CLAIM', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: a refresh after a password change answers %i', async (mode, status) => {
    const app = await appIn(mode, {
      ...JWT,
      SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true',
      REVOKE_TOKENS_ON_PASSWORD_CHANGE: 'false',
    })
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    expect(await statusOf(app.post('password/change/', CHANGE, headers))).toBe(200)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(status)
  })
})

describe('HONOUR_UPDATE_LAST_LOGIN', () => {
  test.each<[Mode, boolean]>([
    ['exact', false],
    ['safe', true],
  ])('%s: SIMPLE_JWT_UPDATE_LAST_LOGIN has an effect: %s', async (mode, isSet) => {
    const app = await appIn(mode, {
      ...JWT,
      SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true',
      SESSION_LOGIN: 'false',
    })
    await app.post('login/', ALICE)
    await app.settle()
    const [row] = await app.deps().db.select({ at: users.lastLoginAt }).from(users)
    expect(row?.at).toEqual(isSet ? app.clock.now() : null)
  })
})

describe('UNIFORM_JWT_ERRORS', () => {
  test.each<Mode>(['exact', 'safe'])('%s: what refused tokens are told', async (mode) => {
    const app = await appIn(mode, JWT)
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const access = await memberOf(login, 'access')
    const use = (token: string) => answerOf(app.post('token/refresh/', { refresh: token }))
    expect(await use('nonsense')).toEqual(refused(mode, 'Token is invalid'))
    expect(await use(access)).toEqual(refused(mode, 'Token has wrong type'))
    app.clock.advance(90_000)
    expect(await use(refresh)).toEqual(refused(mode, 'Token is expired'))
  })
})

describe('REFRESH_COOKIE_ONLY', () => {
  const use = async (mode: Mode) => {
    const app = await appIn(mode, { ...COOKIES, JWT_AUTH_COOKIE_USE_CSRF: 'false' })
    const { refresh } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = { Cookie: `refresh=${refresh}` }
    return statusOf(app.post('token/refresh/', { refresh: 'nonsense' }, headers))
  }

  test('exact: in HttpOnly mode the body beats the cookie', async () => {
    expect(await use('exact')).toBe(401)
  })

  test('safe: in HttpOnly mode only the cookie counts', async () => {
    expect(await use('safe')).toBe(200)
  })
})

describe('SIMPLE_JWT_ROTATE_REFRESH_TOKENS, SIMPLE_JWT_BLACKLIST_AFTER_ROTATION, REFRESH_TOKEN_FAMILIES', () => {
  test('exact: a refresh token lives until it ends', async () => {
    const app = await appIn('exact', JWT)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    for (let time = 0; time < 3; time += 1) {
      app.clock.advance(60)
      const { status, body } = await answerOf(app.post('token/refresh/', { refresh }))
      expect(status).toBe(200)
      expect(Object.keys(Object(body))).toEqual(['access', 'access_expiration'])
    }
  })

  test('safe: a refresh token is used once', async () => {
    const app = await appIn('safe', JWT)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    const successor = await memberOf(app.post('token/refresh/', { refresh }), 'refresh')
    expect(successor).not.toBe(refresh)
    await app.post('token/refresh/', { refresh: successor })
    app.clock.advance(60)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(401)
  })
})
