import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { authTokens } from '../../src/db/schema/credentials.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const OLD = 'old-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz'
const NEW = 'new-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz'
/** Before the rotation, during it, and when the old secret is gone. */
const BEFORE = { SECRET_KEY: OLD }
const DURING = { SECRET_KEY: NEW, SECRET_KEY_FALLBACKS: [OLD] }
const AFTER = { SECRET_KEY: NEW }

function logIn(app: TestApp): Promise<Response> {
  return app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
}

function next(env: Readonly<Record<string, unknown>>): Promise<TestApp> {
  return createTestApp({ env, data: 'kept' })
}

test('an auth token stays the same key, sealed anew at the next login', async () => {
  const before = await createTestApp({ env: BEFORE, users: [aUser()] })
  const { key } = (await (await logIn(before)).json()) as { key: string }
  await before.settle()
  const sealed = async (app: TestApp) =>
    (await app.deps().db.select({ sealedKey: authTokens.sealedKey }).from(authTokens))[0]?.sealedKey
  const sealedBefore = await sealed(before)
  const during = await next(DURING)
  expect(await (await logIn(during)).json()).toEqual({ key })
  await during.settle()
  expect(await sealed(during)).not.toBe(sealedBefore)
  const after = await next(AFTER)
  expect(await (await logIn(after)).json()).toEqual({ key })
  const user = await after.request('/user/', { headers: { Authorization: `Token ${key}` } })
  expect(user.status).toBe(200)
})

test('a session goes on and is bound to the new secret when it is used', async () => {
  const env = { SESSION_LOGIN: 'true', TOKEN_MODEL: 'null' }
  const before = await createTestApp({ env: { ...env, ...BEFORE }, users: [aUser()] })
  const login = await logIn(before)
  await before.settle()
  const session = /sessionid=[^;]+/.exec(login.headers.getSetCookie().join('; '))?.[0] ?? ''
  const read = (app: TestApp) => app.request('/user/', { headers: { Cookie: session } })
  const during = await next({ ...env, ...DURING })
  expect((await read(during)).status).toBe(200)
  await during.settle()
  expect((await read(await next({ ...env, ...AFTER }))).status).toBe(200)
})

test('a refresh token of the old secret is traded for one of the new', async () => {
  const env = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
  const before = await createTestApp({ env: { ...env, ...BEFORE }, users: [aUser()] })
  const { refresh } = (await (await logIn(before)).json()) as { refresh: string }
  await before.settle()
  const during = await next({ ...env, ...DURING })
  const traded = await during.post('/token/refresh/', { refresh })
  expect(traded.status).toBe(200)
  const successor = ((await traded.json()) as { refresh: string }).refresh
  await during.settle()
  const after = await next({ ...env, ...AFTER })
  expect((await after.post('/token/refresh/', { refresh })).status).toBe(401)
  expect((await after.post('/token/refresh/', { refresh: successor })).status).toBe(200)
})

test('reset links and verification keys of the old secret work during the rotation, not after it', async () => {
  const users = [aUser()]
  for (const [env, status] of [
    [DURING, 200],
    [AFTER, 400],
  ] as const) {
    const before = await createTestApp({ env: BEFORE, users })
    await before.post('/password/reset/', { email: 'alice@example.com' })
    await before.settle()
    const [, uid, token] = /confirm\/([^/\s]+)\/([^/\s]+)/.exec(before.mailbox[0]?.text ?? '') ?? []
    const app = await next(env)
    const response = await app.post('/password/reset/confirm/', {
      uid,
      token,
      new_password1: 'a-good-long-phrase',
      new_password2: 'a-good-long-phrase',
    })
    expect(response.status).toBe(status)
  }
})

test('an asymmetric key is rotated with both keys in the JWKS', async () => {
  const pair = async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    return { signing: await exportPKCS8(privateKey), verifying: await exportSPKI(publicKey) }
  }
  const [old, fresh] = [await pair(), await pair()]
  const env = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', SIMPLE_JWT_ALGORITHM: 'ES256' }
  const before = await createTestApp({
    env: { ...env, SIMPLE_JWT_SIGNING_KEY: old.signing },
    users: [aUser()],
  })
  const { access } = (await (await logIn(before)).json()) as { access: string }
  await before.settle()
  const during = await next({
    ...env,
    SIMPLE_JWT_SIGNING_KEY: fresh.signing,
    SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [old.verifying],
  })
  const jwks = await during.request('https://auth.example.com/.well-known/jwks.json')
  const { keys } = (await jwks.json()) as { keys: readonly { kid: string }[] }
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2)
  const read = (app: TestApp) =>
    app.request('/user/', { headers: { Authorization: `Bearer ${access}` } })
  expect((await read(during)).status).toBe(200)
  const after = await next({ ...env, SIMPLE_JWT_SIGNING_KEY: fresh.signing })
  expect((await read(after)).status).toBe(401)
})
