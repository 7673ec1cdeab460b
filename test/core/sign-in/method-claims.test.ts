import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { BY_MAIL, codeFromMail, confirmCode, requestCode } from '../../support/mailed.ts'
import {
  codeOf,
  FACTORS,
  firstStep,
  passkeyLogin,
  seedFactor,
  seedKey,
  verify,
} from '../../support/second-factor.ts'

const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const LOGGED_IN_AT = 1_804_136_767

function claimApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  return createTestApp({
    users: [aUser()],
    env: {
      ...FACTORS,
      ...BY_MAIL,
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      JWT_AUTH_METHOD_CLAIMS: 'true',
      PASSKEY_USER_VERIFICATION: 'preferred',
      ...env,
    },
  })
}

type Pair = { readonly access: string; readonly refresh: string }

async function claimsOf(response: Response): Promise<unknown> {
  const { access } = (await response.json()) as Pair
  const { amr, acr, auth_time } = decodeJwt(access)
  return { amr, acr, auth_time }
}

const WAYS: Readonly<Record<string, (app: TestApp) => Promise<Response>>> = {
  password: (app) => app.post('/login/', LOGIN),
  'mailed code': async (app) => {
    const handle = await requestCode(app)
    return confirmCode(app, handle, await codeFromMail(app))
  },
  'password and one-time code': async (app) => {
    await seedFactor(app)
    return verify(app, await firstStep(app), codeOf(app))
  },
  'passkey, user verified': async (app) => {
    await seedKey(app, 'laptop')
    return passkeyLogin(app, 'laptop', { flags: 5 })
  },
  'passkey, user present': async (app) => {
    await seedKey(app, 'laptop')
    return passkeyLogin(app, 'laptop', { flags: 1 })
  },
}

test.each([
  ['password', ['pwd'], 'aal1'],
  ['mailed code', ['otp'], 'aal1'],
  ['password and one-time code', ['pwd', 'otp', 'mfa'], 'aal2'],
  ['passkey, user verified', ['swk', 'user', 'mfa'], 'aal2'],
  ['passkey, user present', ['swk'], 'aal1'],
] as const)('tokens of a login by %s say %j', async (name, amr, acr) => {
  const app = await claimApp()
  const response = await WAYS[name]?.(app)
  if (response === undefined) throw new Error(`no way ${name}`)
  expect(await claimsOf(response)).toEqual({ amr, acr, auth_time: LOGGED_IN_AT })
})

test('a refresh keeps what they say of the login', async () => {
  const app = await claimApp()
  const { refresh } = (await (await app.post('/login/', LOGIN)).json()) as Pair
  await app.settle()
  app.clock.advance(600)
  const refreshed = await app.post('/token/refresh/', { refresh })
  expect(await claimsOf(refreshed)).toEqual({ amr: ['pwd'], acr: 'aal1', auth_time: LOGGED_IN_AT })
})

test('nothing without the setting', async () => {
  const app = await claimApp({ JWT_AUTH_METHOD_CLAIMS: 'false' })
  expect(await claimsOf(await app.post('/login/', LOGIN))).toEqual({})
})
