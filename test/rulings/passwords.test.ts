import { describe, expect, test } from 'vitest'
import { cookieValuesOf, memberOf } from '../support/answer.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { mailedReset } from '../support/mail.ts'
import {
  ALICE,
  appIn,
  CAROL,
  CHANGE,
  JWT,
  KEY,
  type Mode,
  NEW,
  PASSWORD,
  statusOf,
} from './modes.ts'

describe('REVOKE_TOKENS_ON_PASSWORD_CHANGE', () => {
  const change = (app: TestApp, headers: HeadersInit) =>
    app.post('password/change/', CHANGE, headers)
  const resetPassword = async (app: TestApp) => {
    await app.post('password/reset/', { email: 'alice@example.com' })
    const link = await mailedReset(app)
    const response = app.post('password/reset/confirm/', { ...link, ...CHANGE })
    expect(await statusOf(response)).toBe(200)
  }

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a change the auth token answers %i', async (mode, status) => {
    const app = await appIn(mode, { LOGOUT_ON_PASSWORD_CHANGE: 'true' })
    const headers = { Authorization: `Token ${KEY}` }
    expect(await statusOf(change(app, headers))).toBe(200)
    expect(await statusOf(app.request('user/', { headers }))).toBe(status)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a reset the auth token answers %i', async (mode, status) => {
    const app = await appIn(mode)
    await resetPassword(app)
    const headers = { Authorization: `Token ${KEY}` }
    expect(await statusOf(app.request('user/', { headers }))).toBe(status)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a reset tokens of another device answer %i', async (mode, status) => {
    const app = await appIn(mode, JWT)
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    await app.settle()
    app.clock.advance(2)
    await resetPassword(app)
    expect(await statusOf(app.request('user/', { headers }))).toBe(status)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(status)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a change tokens of the same second answer %i', async (mode, status) => {
    const app = await appIn(mode, JWT)
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    await app.settle()
    app.clock.advance(0.5)
    expect(await statusOf(change(app, headers))).toBe(200)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(status)
  })

  test('safe: who logs in after a change is let in', async () => {
    const app = await appIn('safe', JWT)
    await resetPassword(app)
    const login = app.post('login/', { username: 'alice', password: NEW })
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    expect(await statusOf(app.request('user/', { headers }))).toBe(200)
  })
})

describe('TRIM_PASSWORDS', () => {
  const PADDED = `  ${PASSWORD} `

  test.each<[Mode, string]>([
    ['exact', PASSWORD],
    ['safe', PADDED],
  ])('%s: a registered password with blanks around it', async (mode, stored) => {
    const app = await appIn(mode, {}, [])
    await app.post('registration/', { ...CAROL, password1: PADDED, password2: PADDED })
    const raw = await createTestApp({ env: { TRIM_PASSWORDS: 'false' }, data: 'kept' })
    expect(await statusOf(raw.post('login/', { username: 'carol', password: stored }))).toBe(200)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 400],
  ])('%s: a typed password with blanks around it answers %i', async (mode, status) => {
    const app = await appIn(mode)
    const login = app.post('login/', { username: 'alice', password: PADDED })
    expect(await statusOf(login)).toBe(status)
  })

  test('safe: a password of blanks is a password', async () => {
    const app = await appIn('safe', { AUTH_PASSWORD_VALIDATORS: '[]' })
    const both = { new_password1: '   ', new_password2: '   ' }
    const headers = { Authorization: `Token ${KEY}` }
    expect(await statusOf(app.post('password/change/', both, headers))).toBe(200)
    const login = app.post('login/', { username: 'alice', password: '   ' })
    expect(await statusOf(login)).toBe(200)
  })
})

describe('PASSWORD_CHANGE_CYCLES_SESSION', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', ['sessionid']],
    ['safe', []],
  ])('%s: cookies of a password change by token', async (mode, names) => {
    const app = await appIn(mode)
    const headers = { Authorization: `Token ${KEY}` }
    const response = await app.post('password/change/', CHANGE, headers)
    expect(Object.keys(cookieValuesOf(response))).toEqual(names)
  })
})
