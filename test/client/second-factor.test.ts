import { expect, test } from 'vitest'
import { createClient, memoryStorage, type Client, type Mode } from '../../src/client/client.ts'
import { makeCredential } from '../conformance/authenticator.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { assertionOf, codeOf, FACTORS, seedFactor, wrongCodeOf } from '../support/second-factor.ts'
import { SERVICE_URL, serviceFetch, type ServiceFetch } from './service.ts'

const ENV = {
  token: {},
  jwt: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' },
  cookie: {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    JWT_AUTH_COOKIE_USE_CSRF: 'false',
  },
} as const satisfies Record<Mode, Readonly<Record<string, string>>>

const LOGIN = { username: 'alice', password: 'right-horse-staple' }

type Setup = { readonly app: TestApp; readonly service: ServiceFetch; readonly client: Client }

async function setUp(mode: Mode = 'jwt', env = {}): Promise<Setup> {
  const app = await createTestApp({
    users: [aUser({ emailVerified: true })],
    env: { ...FACTORS, ...ENV[mode], MFA_TOTP_ACCEPTS_EARLY_CODES: 'true', ...env },
  })
  const service = serviceFetch(app)
  const storage = memoryStorage()
  const client = createClient({ url: SERVICE_URL, mode, storage, fetch: service.fetch })
  return { app, service, client }
}

/** A value that a test needs; a failure is the test's. */
function valueOf<Value>(answered: { readonly ok: true; readonly value: Value } | { ok: false }) {
  if (!answered.ok) throw new Error(JSON.stringify(answered))
  return answered.value
}

test.each(['token', 'jwt', 'cookie'] as const)(
  '%s: an app is set up, a login takes its code, and it is taken away',
  async (mode) => {
    const { app, client } = await setUp(mode)
    await client.login(LOGIN)
    await app.settle()
    expect(await client.secondFactor()).toEqual({
      ok: true,
      value: { mfa_enabled: false, created_at: null, last_used_at: null, recovery_codes_left: 0 },
    })
    const { secret, activation_token, ...pictures } = valueOf(await client.beginTotp())
    expect(pictures).toEqual({
      totp_url: expect.stringContaining(`secret=${secret}`),
      qr_code_data_uri: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
    })
    expect(await client.confirmTotp(activation_token, wrongCodeOf(app))).toMatchObject({
      ok: false,
      error: { kind: 'invalid', fields: { code: [expect.any(String)] } },
    })
    const codes = valueOf(await client.confirmTotp(activation_token, codeOf(app, -1, secret)))
    expect(codes).toHaveLength(10)
    await client.logout()

    const states: string[] = []
    const stop = client.subscribe((state) => states.push(state))
    const first = await client.login(LOGIN)
    if (first.ok || first.error.kind !== 'mfa_required') throw new Error('no second step')
    const { ephemeralToken } = first.error
    expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
    expect(states).not.toContain('logged_in')
    expect(await client.verifySecondFactor(ephemeralToken, wrongCodeOf(app))).toEqual({
      ok: false,
      error: { kind: 'invalid', fields: { code: ['Invalid code.'] }, messages: [] },
    })
    const entered = await client.verifySecondFactor(ephemeralToken, codes[0] ?? '')
    expect(entered).toMatchObject({ ok: true, value: { username: 'alice' } })
    expect(states.at(-1)).toBe('logged_in')
    stop()

    await app.settle()
    expect(await client.recoveryCodes()).toEqual({ ok: true, value: [] })
    expect(valueOf(await client.secondFactor()).recovery_codes_left).toBe(9)
    expect(valueOf(await client.regenerateRecoveryCodes())).toHaveLength(10)
    expect(await client.deactivateTotp(codeOf(app, 0, secret))).toEqual({
      ok: true,
      value: 'TOTP has been deactivated.',
    })
    expect(await client.login(LOGIN)).toMatchObject({ ok: true })
  },
)

test('a device that is trusted is spared the second step', async () => {
  const { app, client } = await setUp('cookie', { MFA_TRUST_ENABLED: 'true' })
  await seedFactor(app)
  const first = await client.login(LOGIN)
  if (first.ok || first.error.kind !== 'mfa_required') throw new Error('no second step')
  const { ephemeralToken } = first.error
  const entered = await client.verifySecondFactor(ephemeralToken, codeOf(app), { trust: true })
  expect(entered).toMatchObject({ ok: true })
  await client.logout()
  expect(await client.login(LOGIN)).toMatchObject({ ok: true })
})

test('a token that is too old asks for another first step', async () => {
  const { client } = await setUp()
  expect(await client.verifySecondFactor('x', '123456')).toEqual({
    ok: false,
    error: {
      kind: 'invalid',
      fields: { ephemeral_token: ['Invalid or expired token.'] },
      messages: [],
    },
  })
})

test('a passkey is registered, renamed, logs in, and is deleted', async () => {
  const { app, client } = await setUp()
  await client.login(LOGIN)
  await app.settle()
  const creation = valueOf(await client.beginPasskey())
  expect(creation).toMatchObject({ rp: { id: 'app.example' }, user: { name: 'alice' } })
  const { challenge } = creation
  const credential = made(makeCredential({ action: 'create', key: 'one', challenge }))
  const added = valueOf(await client.addPasskey(credential, 'Phone'))
  expect(added).toMatchObject({ name: 'Phone', last_used_at: null })
  expect(await client.renamePasskey(added.id, 'Laptop')).toEqual({ ok: true, value: undefined })
  expect(valueOf(await client.passkeys())).toEqual([{ ...added, name: 'Laptop' }])
  await client.logout()

  const { session_id, options } = valueOf(await client.beginPasskeyLogin())
  expect(options).toEqual({
    challenge: expect.any(String),
    timeout: 300_000,
    rpId: 'app.example',
    allowCredentials: [],
    userVerification: 'required',
  })
  const assertion = made(assertionOf('one', options.challenge))
  expect(await client.completePasskeyLogin(session_id, assertion)).toMatchObject({
    ok: true,
    value: { username: 'alice' },
  })
  await app.settle()
  expect(await client.completePasskeyLogin(session_id, assertion)).toMatchObject({
    ok: false,
    error: { kind: 'invalid', messages: [expect.any(String)] },
  })
  expect(await client.deletePasskey(added.id)).toEqual({ ok: true, value: undefined })
  expect(await client.deletePasskey(added.id)).toMatchObject({
    ok: false,
    error: { kind: 'not_found' },
  })
})

function made(credential: unknown): object {
  if (typeof credential !== 'object' || credential === null) throw new Error('no credential')
  return credential
}

test('what wants a recent proof says so, and goes on after one', async () => {
  const { app, client } = await setUp()
  await client.login(LOGIN)
  await app.settle()
  app.clock.advance(301)
  expect(await client.beginTotp()).toEqual({
    ok: false,
    error: {
      kind: 'reauthentication_required',
      message: 'Please confirm that it is you, then try again.',
      flows: [{ id: 'reauthenticate' }],
    },
  })
  expect(await client.reauthenticate({ password: 'wrong' })).toMatchObject({
    ok: false,
    error: { kind: 'invalid', fields: { password: [expect.any(String)] } },
  })
  expect(await client.reauthenticate({ password: LOGIN.password })).toEqual({
    ok: true,
    value: undefined,
  })
  expect(await client.beginTotp()).toMatchObject({ ok: true })
})

test('an answer that is not of this service is broken', async () => {
  const client = createClient({
    url: SERVICE_URL,
    mode: 'jwt',
    storage: memoryStorage(),
    fetch: () => Promise.resolve(Response.json({ hello: 'world' })),
  })
  for (const answered of [
    await client.secondFactor(),
    await client.beginTotp(),
    await client.recoveryCodes(),
    await client.passkeys(),
    await client.beginPasskey(),
    await client.beginPasskeyLogin(),
  ]) {
    expect(answered).toMatchObject({ ok: false, error: { kind: 'broken' } })
  }
})
