import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const HEADERS = { Authorization: `Token ${KEY}` }
const LEAKED = 'better-horse-battery'
const DIGEST = createHash('sha1').update(LEAKED).digest('hex').toUpperCase()
const SENTENCE = 'This password has appeared in a data breach.'
const CHANGE = { new_password1: LEAKED, new_password2: LEAKED }
const SIGN_UP = { username: 'bob', email: 'bob@example.com', password1: LEAKED, password2: LEAKED }

let apps = 0

/** What an isolate knows goes by the service's URL. */
async function withService(
  answer: { readonly status?: number } | undefined,
  env: Record<string, unknown> = {},
): Promise<TestApp> {
  apps += 1
  const url = `https://range${apps}.example/`
  const app = await createTestApp({
    env: { PASSWORD_BREACH_CHECK: 'open', PASSWORD_BREACH_URL: url, ...env },
    users: [aUser({ tokenKey: KEY })],
  })
  if (answer !== undefined) {
    app.outside.addExchange({
      method: 'GET',
      url: url + DIGEST.slice(0, 5),
      status: answer.status ?? 200,
      body: `${DIGEST.slice(5)}:42`,
      contentType: 'text/plain',
    })
  }
  return app
}

test('a leaked password makes no account', async () => {
  const app = await withService({})
  expect(await answerOf(app.post('registration/', SIGN_UP))).toEqual({
    status: 400,
    body: { password1: [SENTENCE] },
  })
})

test('nor does it replace another, whether or not the old one is right', async () => {
  const app = await withService({}, { OLD_PASSWORD_FIELD_ENABLED: 'true' })
  const change = (oldPassword: string) =>
    answerOf(app.post('password/change/', { ...CHANGE, old_password: oldPassword }, HEADERS))
  expect(await change('right-horse-staple')).toEqual({
    status: 400,
    body: { new_password2: [SENTENCE] },
  })
  expect((await change('wrong-horse')).body).toEqual({
    old_password: ['Your old password was entered incorrectly. Please enter it again.'],
  })
  expect(app.outside.calls.length).toBe(1)
})

test('nor is it set by a mailed link; the link stays good', async () => {
  const app = await withService({})
  await app.post('password/reset/', { email: 'alice@example.com' })
  await app.settle()
  const [, uid = '', token = ''] = /([0-9a-z]+)\/([0-9a-z]+-[0-9a-f]+)\//.exec(
    app.mailbox[0]?.text ?? '',
  ) ?? ['']
  const confirm = (password: string) =>
    answerOf(
      app.post('password/reset/confirm/', {
        uid,
        token,
        new_password1: password,
        new_password2: password,
      }),
    )
  expect(await confirm(LEAKED)).toEqual({ status: 400, body: { new_password2: [SENTENCE] } })
  expect((await confirm('quite-another-horse')).status).toBe(200)
})

test('says it in the language of the client', async () => {
  const app = await withService({})
  const response = app.post('registration/', SIGN_UP, { 'Accept-Language': 'de' })
  expect((await answerOf(response)).body).toEqual({
    password1: ['Dieses Passwort ist in einem Datenleck aufgetaucht.'],
  })
})

test('a login asks nobody', async () => {
  const app = await withService(undefined)
  const login = { username: 'alice', password: 'right-horse-staple' }
  expect((await app.post('login/', login)).status).toBe(200)
  expect(app.outside.calls).toEqual([])
})

test('a password that is bad by itself is shown to nobody', async () => {
  const app = await withService(undefined)
  await app.post('registration/', { ...SIGN_UP, password1: 'password', password2: 'password' })
  expect(app.outside.calls).toEqual([])
})

test.each([
  ['open', 201],
  ['closed', 503],
])('while the service is away, %s answers a registration with %i', async (check, status) => {
  const app = await withService({ status: 500 }, { PASSWORD_BREACH_CHECK: check })
  const response = await app.post('registration/', SIGN_UP)
  expect(response.status).toBe(status)
  expect(response.headers.get('Retry-After')).toBe(status === 503 ? '5' : null)
  expect(app.log.some(({ event }) => event === 'breach_check_unavailable')).toBe(true)
})

test('with the check off, nobody is asked', async () => {
  const app = await withService(undefined, { PASSWORD_BREACH_CHECK: 'off' })
  expect((await app.post('registration/', SIGN_UP)).status).toBe(201)
  expect(app.outside.calls).toEqual([])
})
