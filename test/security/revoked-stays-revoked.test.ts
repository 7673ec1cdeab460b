import { describe, expect, test } from 'vitest'
import { deleteExpired, retentionOf } from '../../src/db/expired.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const PASSWORD = 'right-horse-staple'
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const DAY = 86_400

type Pair = { readonly access: string; readonly refresh: string }

async function logIn(app: TestApp): Promise<Pair> {
  const response = await app.post('login/', { username: 'alice', password: PASSWORD })
  await app.settle()
  return response.json()
}

async function refreshStatus(app: TestApp, refresh: string): Promise<number> {
  const { status } = await app.post('token/refresh/', { refresh })
  await app.settle()
  return status
}

function bearer(access: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${access}` }
}

async function runCron(app: TestApp): Promise<void> {
  const { db, now, settings } = app.deps()
  await deleteExpired(db, now, retentionOf(settings))
}

describe('SIMPLE_JWT_LEEWAY', () => {
  const env = { ...JWT, SIMPLE_JWT_LEEWAY: '60', REFRESH_TOKEN_GRACE_SECONDS: '0' }

  test('revives no refresh token of a login that was ended, though the cron handler ran', async () => {
    const app = await createTestApp({ env, users: [aUser()] })
    const { refresh } = await logIn(app)
    expect((await app.post('logout/', { refresh })).status).toBe(200)
    app.clock.advance(DAY + 10)
    await runCron(app)
    expect(await refreshStatus(app, refresh)).toBe(401)
  })

  test('revives no rotated refresh token', async () => {
    const app = await createTestApp({ env, users: [aUser()] })
    const { refresh } = await logIn(app)
    expect(await refreshStatus(app, refresh)).toBe(200)
    app.clock.advance(DAY + 10)
    await runCron(app)
    expect(await refreshStatus(app, refresh)).toBe(401)
  })
})

describe('a logout ends the login', () => {
  test('that the access token names, without a refresh token', async () => {
    const app = await createTestApp({ env: JWT, users: [aUser()] })
    const [here, elsewhere] = [await logIn(app), await logIn(app)]
    expect((await app.post('logout/', undefined, bearer(here.access))).status).toBe(200)
    expect(await refreshStatus(app, here.refresh)).toBe(401)
    expect(await refreshStatus(app, elsewhere.refresh)).toBe(200)
  })

  test('that an expired access token names', async () => {
    const app = await createTestApp({ env: JWT, users: [aUser()] })
    const { access, refresh } = await logIn(app)
    app.clock.advance(3600)
    expect((await app.post('logout/', undefined, bearer(access))).status).toBe(200)
    expect(await refreshStatus(app, refresh)).toBe(401)
  })

  test('that a rotated refresh token names', async () => {
    const app = await createTestApp({ env: JWT, users: [aUser()] })
    const { refresh } = await logIn(app)
    const next: Pair = await (await app.post('token/refresh/', { refresh })).json()
    await app.settle()
    expect((await app.post('logout/', { refresh })).status).toBe(200)
    expect(await refreshStatus(app, next.refresh)).toBe(401)
  })

  test('that a cookie names beside a blank in the body', async () => {
    const cookies = { JWT_AUTH_COOKIE: 'acc', JWT_AUTH_REFRESH_COOKIE: 'ref' }
    const app = await createTestApp({ env: { ...JWT, ...cookies }, users: [aUser()] })
    const { refresh } = await logIn(app)
    for (const blank of ['', null]) {
      const headers = { Cookie: `ref=${refresh}` }
      expect((await app.post('logout/', { refresh: blank }, headers)).status).toBe(200)
      expect(await refreshStatus(app, refresh)).toBe(401)
    }
  })

  test('even where it is refused for want of a refresh token', async () => {
    const env = { ...JWT, LOGOUT_WITHOUT_REFRESH_TOKEN: 'false' }
    const app = await createTestApp({ env, users: [aUser()] })
    const { access, refresh } = await logIn(app)
    expect((await app.post('logout/', undefined, bearer(access))).status).toBe(401)
    expect(await refreshStatus(app, refresh)).toBe(401)
  })
})

test('a forged token ends nobody’s login', async () => {
  const app = await createTestApp({ env: JWT, users: [aUser()] })
  const { access, refresh } = await logIn(app)
  const forged = `${access.slice(0, -4)}AAAA`
  expect((await app.post('logout/', { refresh: forged }, bearer(forged))).status).toBe(200)
  expect(await refreshStatus(app, refresh)).toBe(200)
})

describe('an old SECRET_KEY', () => {
  const OLD = 'old-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz'
  const rotated = { ...JWT, SECRET_KEY_FALLBACKS: OLD }
  const OWN_KEY = { SIMPLE_JWT_SIGNING_KEY: 'jwt-signing-key-0123456789-abcdefghijklmnop' }

  async function accessOf(env: Record<string, string>): Promise<string> {
    const app = await createTestApp({ env: { ...JWT, SECRET_KEY: OLD, ...env }, users: [aUser()] })
    return (await logIn(app)).access
  }

  test.each([
    ['verifies the JWTs that it signed', rotated, 200],
    ['verifies none where JWTs have a key of their own', { ...rotated, ...OWN_KEY }, 401],
    ['verifies none under exact', { ...rotated, DJANGO_COMPATIBILITY: 'exact' }, 401],
  ])('%s', async (_, env, status) => {
    const access = await accessOf({})
    const app = await createTestApp({ env, data: 'kept' })
    expect((await app.request('user/', { headers: bearer(access) })).status).toBe(status)
  })
})
