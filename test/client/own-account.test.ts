import { expect, test } from 'vitest'
import { createClient, memoryStorage, type Client } from '../../src/client/client.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { SERVICE_URL, serviceFetch } from './service.ts'

const LOGIN = { username: 'alice', password: 'right-horse-staple' }

type World = { readonly app: TestApp; readonly client: () => Client }

async function setUp(env: Readonly<Record<string, string>>): Promise<World> {
  const app = await createTestApp({
    users: [aUser()],
    env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ACCOUNT_RATE_LIMITS: 'false', ...env },
  })
  const { fetch } = serviceFetch(app)
  const client = () =>
    createClient({ url: SERVICE_URL, mode: 'jwt', storage: memoryStorage(), fetch })
  return { app, client }
}

function valueOf<Value>(answered: { readonly ok: true; readonly value: Value } | { ok: false }) {
  if (!answered.ok) throw new Error(JSON.stringify(answered))
  return answered.value
}

test('lists devices, names one, and ends the others', async () => {
  const { app, client } = await setUp({ SESSION_DEVICES: 'true' })
  const [here, there] = [client(), client()]
  await here.login(LOGIN)
  await there.login(LOGIN)
  await app.settle()
  const devices = valueOf(await here.devices())
  expect(devices.length).toBe(2)
  const own = devices.find((one) => one.is_current)
  expect(own).toMatchObject({
    kind: 'jwt',
    name: '',
    device: { browser: expect.any(String), system: expect.any(String) },
    expires_at: expect.stringMatching(/^\d{4}-/),
  })
  expect(await here.renameDevice(own?.id ?? '', 'My laptop')).toEqual({
    ok: true,
    value: undefined,
  })
  expect(await here.renameDevice('nobody’s', 'x')).toMatchObject({
    ok: false,
    error: { kind: 'not_found' },
  })
  expect(valueOf(await here.devices()).find((one) => one.is_current)?.name).toBe('My laptop')
  expect(await here.endOtherLogins()).toMatchObject({ ok: true })
  expect(await there.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
  expect(valueOf(await here.devices()).length).toBe(1)
})

test('says whether a login is to be remembered', async () => {
  const { app, client } = await setUp({ REMEMBER_ME: 'true' })
  const outlives = async (remember: boolean): Promise<boolean> => {
    const one = client()
    expect(await one.login({ ...LOGIN, remember })).toMatchObject({ ok: true })
    app.clock.advance(13 * 3600)
    return (await one.user()).ok
  }
  expect([await outlives(true), await outlives(false)]).toEqual([true, false])
})

test('undoes a change of address by the mail to the former one', async () => {
  const { app, client } = await setUp({ EMAIL_MANAGEMENT: 'true' })
  const one = client()
  await one.login(LOGIN)
  const { id } = valueOf(await one.addEmail('thief@example.com'))
  await app.settle()
  const keyOf = (path: string) =>
    new RegExp(`${path}/([^/\\s]+)/`).exec(app.mailbox.at(-1)?.text ?? '')?.[1] ?? ''
  await one.verifyEmail(keyOf('account-confirm-email'))
  await one.makeEmailPrimary(id ?? 0)
  await app.settle()
  const key = keyOf('undo-email')
  expect(await one.undoEmailChange(key)).toMatchObject({ ok: true, value: expect.any(String) })
  expect(await one.undoEmailChange(key)).toMatchObject({
    ok: false,
    error: { kind: 'invalid', fields: { key: [expect.any(String)] } },
  })
})

test('goes on where a provider gave no address', async () => {
  const { app, client } = await setUp({
    ...SOCIAL_ENV,
    SOCIAL_SIGNUP: 'true',
    SOCIALACCOUNT_EMAIL_REQUIRED: 'true',
  })
  const one = client()
  const { email: _none, ...nameless } = FAY
  app.outside.setExchanges(facebookKnows(nameless))
  const refused = await one.socialLogin('facebook', { access_token: 'fb-token' })
  const error = refused.ok ? undefined : refused.error
  if (error?.kind !== 'invalid') throw new Error(JSON.stringify(refused))
  expect(error).toEqual({
    kind: 'invalid',
    fields: {},
    messages: [expect.any(String)],
    signupToken: expect.any(String),
  })
  const token = error.signupToken ?? ''
  expect(await one.completeSocialSignUp(token, 'no address')).toMatchObject({
    ok: false,
    error: { fields: { email: [expect.any(String)] } },
  })
  expect(await one.completeSocialSignUp(token, 'fay@example.net')).toMatchObject({
    ok: true,
    value: { email: 'fay@example.net' },
  })
  expect(await one.user()).toMatchObject({ ok: true })
})
