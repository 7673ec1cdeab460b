import { expect, test } from 'vitest'
import { waitedFor } from '../../cost/waited.ts'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { linkOf, takeMails } from '../../support/mail.ts'

const OK = { status: 200, body: { detail: 'ok' } }
const LIMITLESS = { ACCOUNT_RATE_LIMITS: 'false' }

async function recipientsOf(app: TestApp, email: unknown): Promise<readonly string[]> {
  expect(await answerOf(app.post('registration/resend-email/', { email }))).toEqual(OK)
  return (await takeMails(app)).map(({ to }) => to)
}

test.each(['false', 'true'])('mails a key (USE_JWT %s)', async (USE_JWT) => {
  const app = await createTestApp({
    env: { USE_JWT, PUBLIC_URL: 'https://auth.example.com' },
    users: [aUser({ emailVerified: false })],
  })
  const response = app.post('registration/resend-email/', { email: 'alice@example.com' })
  expect(await answerOf(response)).toEqual(OK)
  const mails = await takeMails(app)
  expect(mails.map(({ to }) => to)).toEqual(['alice@example.com'])
  expect(linkOf(mails[0])).toMatch(
    /^https:\/\/auth\.example\.com\/dj-rest-auth\/registration\/account-confirm-email\/MQ:/,
  )
})

test('says the same of verified and unknown addresses, and mails nobody', async () => {
  const app = await createTestApp({ env: LIMITLESS, users: [aUser()] })
  expect(await recipientsOf(app, 'alice@example.com')).toEqual([])
  expect(await recipientsOf(app, 'nobody@example.com')).toEqual([])
})

test('finds the address in any case, and mails it as the account has it', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: false })] })
  expect(await recipientsOf(app, 'Alice@EXAMPLE.com')).toEqual(['alice@example.com'])
})

test('mails accounts that have no address row yet', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: null })] })
  expect(await recipientsOf(app, 'alice@example.com')).toEqual(['alice@example.com'])
})

test('mails nobody whose account is deactivated and has no address row', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: null, isActive: false })] })
  expect(await recipientsOf(app, 'alice@example.com')).toEqual([])
})

test('without an address mails nobody', async () => {
  const app = await createTestApp({ users: [aUser({ emailVerified: false })] })
  expect(await answerOf(app.post('registration/resend-email/', {}))).toEqual(OK)
  expect(await takeMails(app)).toEqual([])
})

test('waits for one round trip, whether known or unknown', async () => {
  const app = await createTestApp({ env: LIMITLESS, users: [aUser({ emailVerified: false })] })
  const ask = (email: string) => () => app.post('registration/resend-email/', { email })
  const known = await waitedFor(app, ask('alice@example.com'))
  const unknown = await waitedFor(app, ask('nobody@example.com'))
  expect(known.roundTrips).toBe(1)
  expect(unknown.roundTrips).toBe(1)
})

test.each([
  [{ email: '' }, ['This field may not be blank.']],
  [{ email: null }, ['This field may not be null.']],
  [{ email: 'alice' }, ['Enter a valid email address.']],
  [{ email: {} }, ['Enter a valid email address.']],
])('refuses the fields %j', async (body, email) => {
  const app = await createTestApp()
  expect(await answerOf(app.post('registration/resend-email/', body))).toEqual({
    status: 400,
    body: { email },
  })
})

test('needs an address where ACCOUNT_SIGNUP_FIELDS does', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_SIGNUP_FIELDS: 'username*,email*,password1*,password2*' },
  })
  expect(await answerOf(app.post('registration/resend-email/', {}))).toEqual({
    status: 400,
    body: { email: ['This field is required.'] },
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await createTestApp()
  const response = await app.request('registration/resend-email/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const app = await createTestApp()
  const response = app.post('registration/resend-email', { email: 'a@example.com' })
  expect(await answerOf(response)).toEqual(OK)
})
