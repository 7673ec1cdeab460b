import { describe, expect, test } from 'vitest'
import { claimsOf, memberOf, signTestToken } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

/** SIMPLE_JWT_USER_ID_FIELD = username: names change hands, and with them must go no token. */

const PASSWORD = 'right-horse-staple'
const ENV = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  SIMPLE_JWT_USER_ID_FIELD: 'username',
  ACCOUNT_RATE_LIMITS: 'false',
}
const MODES = ['exact', 'safe'] as const

type Pair = { readonly access: string; readonly refresh: string }

const appIn = (DJANGO_COMPATIBILITY: string, env: Record<string, unknown> = {}) =>
  createTestApp({
    env: { ...ENV, DJANGO_COMPATIBILITY, ...env },
    users: [aUser(), aUser({ username: 'mallory', email: 'mallory@example.com' })],
  })

async function login(app: TestApp, username: string): Promise<Pair> {
  const response = await app.post('login/', { username, password: PASSWORD })
  const refresh = await memberOf(response.clone(), 'refresh')
  return { access: await memberOf(response, 'access'), refresh }
}

const bearer = ({ access }: Pick<Pair, 'access'>) => ({ Authorization: `Bearer ${access}` })

async function rename(app: TestApp, pair: Pair, username: string): Promise<number> {
  const response = await app.request('user/', {
    method: 'PATCH',
    headers: { ...bearer(pair), 'Content-Type': 'application/json' },
    body: JSON.stringify({ username }),
  })
  return response.status
}

/** Whether a pair still opens anything: the own account, or another pair. */
async function opens(app: TestApp, pair: Pair): Promise<readonly number[]> {
  const user = await app.request('user/', { headers: bearer(pair) })
  const renewed = await app.post('token/refresh/', { refresh: pair.refresh })
  return [user.status, renewed.status]
}

describe.each(MODES)('%s', (mode) => {
  test('tokens work as long as the name does', async () => {
    const app = await appIn(mode)
    expect(await opens(app, await login(app, 'alice'))).toEqual([200, 200])
  })

  test('who takes a name that somebody gave up is not opened by their tokens', async () => {
    const app = await appIn(mode)
    const old = await login(app, 'alice')
    expect(await rename(app, await login(app, 'alice'), 'alice2')).toBe(200)
    app.clock.advance(60)
    expect(await rename(app, await login(app, 'mallory'), 'alice')).toBe(200)
    expect(await opens(app, old)).toEqual([401, 401])
    app.clock.advance(1)
    expect(await opens(app, await login(app, 'alice'))).toEqual([200, 200])
  })

  test('who registers a name that somebody gave up is not opened by their tokens', async () => {
    const app = await appIn(mode)
    const old = await login(app, 'alice')
    expect(await rename(app, await login(app, 'alice'), 'alice2')).toBe(200)
    app.clock.advance(60)
    const registered = await app.post('registration/', {
      username: 'alice',
      email: 'new@example.com',
      password1: PASSWORD,
      password2: PASSWORD,
    })
    expect(registered.status).toBe(201)
    expect(await opens(app, old)).toEqual([401, 401])
  })

  test('a rename ends the tokens, and they do not come back with the name', async () => {
    const app = await appIn(mode)
    const old = await login(app, 'alice')
    expect(await rename(app, old, 'alice2')).toBe(200)
    expect(await opens(app, old)).toEqual([401, 401])
    app.clock.advance(1)
    expect(await rename(app, await login(app, 'alice2'), 'alice')).toBe(200)
    expect(await opens(app, old)).toEqual([401, 401])
  })

  test('other changes, and the same name again, end nothing', async () => {
    const app = await appIn(mode, { ALLOW_OWN_USERNAME: 'true' })
    const pair = await login(app, 'alice')
    expect(await rename(app, pair, 'alice')).toBe(200)
    expect(await opens(app, pair)).toEqual([200, 200])
  })
})

test('safe: the id stands beside the name, and both must fit', async () => {
  const app = await appIn('safe')
  const { access } = await login(app, 'alice')
  const claims = claimsOf(access)
  expect(claims).toMatchObject({ user_id: 'alice', account_id: '1' })
  for (const account_id of ['2', 'alice', undefined]) {
    const forged = await signTestToken(app.settings, { ...claims, account_id })
    const user = await app.request('user/', { headers: bearer({ access: forged }) })
    expect(user.status).toBe(401)
  }
})

test('a logout ends the login that such tokens name', async () => {
  const app = await appIn('safe')
  const pair = await login(app, 'alice')
  expect((await app.post('logout/', {}, bearer(pair))).status).toBe(200)
  expect(await opens(app, pair)).toEqual([401, 401])
})
