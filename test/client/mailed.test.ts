import { expect, test } from 'vitest'
import { createClient, memoryStorage, type Client } from '../../src/client/client.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { BY_MAIL, codeFromMail, otherThan } from '../support/mailed.ts'
import { SERVICE_URL, serviceFetch } from './service.ts'

const ALICE = 'alice@example.com'

async function setUp(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly app: TestApp; readonly client: Client }> {
  const app = await createTestApp({
    users: [aUser({ emailVerified: true })],
    env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ACCOUNT_RATE_LIMITS: 'false', ...env },
  })
  const storage = memoryStorage()
  const { fetch } = serviceFetch(app)
  return { app, client: createClient({ url: SERVICE_URL, mode: 'jwt', storage, fetch }) }
}

function valueOf<Value>(answered: { readonly ok: true; readonly value: Value } | { ok: false }) {
  if (!answered.ok) throw new Error(JSON.stringify(answered))
  return answered.value
}

test('logs in by a mailed code', async () => {
  const { app, client } = await setUp(BY_MAIL)
  const handle = valueOf(await client.requestLoginCode(ALICE))
  const code = await codeFromMail(app)
  expect(await client.confirmLoginCode(handle, otherThan(code))).toEqual({
    ok: false,
    error: { kind: 'invalid', fields: { code: ['Invalid code.'] }, messages: [] },
  })
  expect(await client.confirmLoginCode(handle, code)).toMatchObject({
    ok: true,
    value: { username: 'alice' },
  })
  expect(await client.user()).toMatchObject({ ok: true })
})

test('goes on with a mailed code after a password, and after a registration', async () => {
  const { app, client } = await setUp({
    ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
    ACCOUNT_EMAIL_VERIFICATION: 'none',
  })
  const first = await client.login({ username: 'alice', password: 'right-horse-staple' })
  expect(first).toEqual({
    ok: false,
    error: { kind: 'code_required', handle: expect.any(String) as unknown },
  })
  const { handle } = (first as { readonly error: { readonly handle: string } }).error
  expect(await client.user()).toMatchObject({ ok: false })
  expect(await client.confirmLoginCode(handle, await codeFromMail(app))).toMatchObject({
    ok: true,
    value: { username: 'alice' },
  })
  const registered = await client.register({
    username: 'bob',
    email: 'bob@example.com',
    password1: 'another-horse-staple',
    password2: 'another-horse-staple',
  })
  const value = valueOf(registered)
  expect(value).toEqual({ kind: 'code_required', handle: expect.any(String) as unknown })
  const second = value.kind === 'code_required' ? value.handle : ''
  expect(await client.confirmLoginCode(second, await codeFromMail(app))).toMatchObject({
    ok: true,
    value: { username: 'bob' },
  })
})

test('logs in by a mailed link', async () => {
  const { app, client } = await setUp(BY_MAIL)
  expect(await client.requestLoginLink(ALICE)).toEqual({
    ok: true,
    value: 'If the address is known, a mail is on its way.',
  })
  await app.settle()
  const key = /#([\w-]+)$/m.exec(app.mailbox.at(-1)?.text ?? '')?.[1] ?? ''
  expect(await client.confirmLoginLink(key)).toMatchObject({ ok: true })
  expect(await client.confirmLoginLink(key)).toMatchObject({
    ok: false,
    error: { fields: { key: [expect.any(String)] } },
  })
})

test('verifies an address and resets a password by mailed codes', async () => {
  const { app, client } = await setUp({
    ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
    ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true',
    ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true',
  })
  const password = 'first-horse-staple'
  const email = 'bob@example.com'
  const registered = valueOf(
    await client.register({ username: 'bob', email, password1: password, password2: password }),
  )
  expect(registered).toEqual({
    kind: 'verification_sent',
    message: 'Verification e-mail sent.',
    handle: expect.any(String),
  })
  await codeFromMail(app)
  const handle = valueOf(await client.resendVerificationCode(email))
  expect(await client.verifyEmailByCode(handle, await codeFromMail(app))).toEqual({
    ok: true,
    value: 'ok',
  })
  const reset = valueOf(await client.requestPasswordResetCode(email))
  const passwords = { new_password1: 'second-horse-staple', new_password2: 'second-horse-staple' }
  expect(
    await client.confirmPasswordReset({
      handle: reset,
      code: await codeFromMail(app),
      ...passwords,
    }),
  ).toMatchObject({ ok: true })
  expect(await client.login({ email, password: passwords.new_password1 })).toMatchObject({
    ok: true,
  })
})

test('manages the own addresses', async () => {
  const { app, client } = await setUp({ EMAIL_MANAGEMENT: 'true' })
  await client.login({ username: 'alice', password: 'right-horse-staple' })
  const added = valueOf(await client.addEmail('alice@example.net'))
  expect(added).toEqual({
    id: expect.any(Number),
    email: 'alice@example.net',
    verified: false,
    primary: false,
  })
  expect(valueOf(await client.emails())).toEqual([
    { id: expect.any(Number), email: ALICE, verified: true, primary: true },
    added,
  ])
  const id = added.id ?? 0
  expect(await client.resendEmail(id)).toMatchObject({ ok: true })
  await app.settle()
  const key = /account-confirm-email\/([\w:.-]+)\/$/m.exec(app.mailbox.at(-1)?.text ?? '')?.[1]
  expect(await client.verifyEmail(key ?? '')).toMatchObject({ ok: true })
  expect(await client.makeEmailPrimary(id)).toEqual({
    ok: true,
    value: { ...added, verified: true, primary: true },
  })
  expect(await client.removeEmail(id)).toMatchObject({
    ok: false,
    error: { kind: 'invalid', fields: { email: [expect.any(String)] } },
  })
  const former = valueOf(await client.emails()).find(({ email }) => email === ALICE)?.id ?? 0
  expect(await client.removeEmail(former)).toEqual({ ok: true, value: undefined })
})

test('takes the own data along and leaves, after a recent proof; a mailed key undoes it', async () => {
  const { app, client } = await setUp({ ACCOUNT_DELETION: 'soft', DATA_EXPORT: 'true' })
  const login = { username: 'alice', password: 'right-horse-staple' }
  await client.login(login)
  await app.settle()
  expect(JSON.stringify(valueOf(await client.exportData()))).toContain(ALICE)
  app.clock.advance(301)
  expect(await client.deleteAccount()).toMatchObject({
    ok: false,
    error: { kind: 'reauthentication_required' },
  })
  await client.reauthenticate({ password: login.password })
  expect(await client.deleteAccount()).toEqual({
    ok: true,
    value: { deleteAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
  })
  expect(await client.user()).toMatchObject({ ok: false, error: { kind: 'unauthenticated' } })
  await app.settle()
  const key = /undo-deletion\/([^/\s]+)\/?$/m.exec(app.mailbox.at(-1)?.text ?? '')?.[1] ?? ''
  expect(await client.undoDeletion(key)).toMatchObject({ ok: true })
  expect(await client.login(login)).toMatchObject({ ok: true })
})
