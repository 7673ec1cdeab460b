import { expect, test } from 'vitest'
import { requestPasswordReset } from '../../src/core/accounts/request-reset.ts'
import { resendVerification } from '../../src/core/accounts/verify-email.ts'
import { eventCounts, throttleHits } from '../../src/db/schema/limits.ts'
import { waitedFor } from '../cost/waited.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

/** The service's own limits by sender are out of the way: an attacker has as many addresses as it takes. */
const MANY_SENDERS = {
  ACCOUNT_RATE_LIMITS: { signup: null, reset_password: null, confirm_email: null },
}
const PASSWORD = 'a-good-long-phrase'
/** Pauses between requests of a day; 1 is every second of it. */
const SECONDS_APART = 120
const CONTEXT = { origin: '' }

function register(app: TestApp, username: string, email: string): Promise<Response> {
  return app.post('registration/', { username, email, password1: PASSWORD, password2: PASSWORD })
}

/** Mails by address, once everything deferred is done. */
async function mailsTo(app: TestApp, address: string): Promise<number> {
  await app.settle()
  return app.mailbox.filter(({ to }) => to.toLowerCase() === address).length
}

test('a day of reset requests from everywhere mails a victim at most twenty times', async () => {
  const app = await createTestApp({ env: MANY_SENDERS, users: [aUser()] })
  for (let second = 0; second < 86_400; second += SECONDS_APART) {
    const client = { address: `198.51.100.${second % 250}`, country: '', userAgent: '' }
    const deps = { ...app.deps(), client }
    const outcome = await requestPasswordReset(deps, 'alice@example.com', CONTEXT)
    expect(outcome).toEqual({ kind: 'requested' })
    app.clock.advance(SECONDS_APART)
  }
  expect(await mailsTo(app, 'alice@example.com')).toBe(20)
  expect(await app.deps().db.$count(throttleHits)).toBeLessThan(80)
})

test('a burst of resets is one mail, known address or not answered alike', async () => {
  const app = await createTestApp({ env: MANY_SENDERS, users: [aUser()] })
  const answers = await Promise.all(
    ['alice@example.com', 'Alice@EXAMPLE.com', 'nobody@example.com'].flatMap((email) =>
      Array.from({ length: 5 }, async () => {
        const response = await app.post('password/reset/', { email })
        return { status: response.status, body: await response.text() }
      }),
    ),
  )
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]?.status).toBe(200)
  expect(await mailsTo(app, 'alice@example.com')).toBe(1)
  const counts = await app.deps().db.select().from(eventCounts)
  // Of either address one request was within the rate.
  expect(counts.find(({ kind }) => kind === 'throttled_send_email')?.count).toBe(13)
})

test('a request over the rate waits for as many round trips as one within it', async () => {
  const app = await createTestApp({ env: MANY_SENDERS, users: [aUser()] })
  for (const email of ['alice@example.com', 'alice@example.com', 'nobody@example.com']) {
    const { roundTrips } = await waitedFor(app, () => app.post('password/reset/', { email }))
    expect(roundTrips).toBe(1)
  }
})

test('registrations are tallied: made, without their mail, and refused', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_RATE_LIMITS: { signup: '3/m/ip', send_email: '2/h/key' } },
  })
  const statuses: number[] = []
  for (let n = 0; n < 5; n += 1) {
    statuses.push((await register(app, `bot${n}`, 'victim@example.com')).status)
    await app.settle()
  }
  expect(statuses).toEqual([201, 201, 201, 429, 429])
  const counts = await app.deps().db.select().from(eventCounts)
  expect(Object.fromEntries(counts.map(({ kind, count }) => [kind, count]))).toEqual({
    registered: 3,
    throttled_send_email: 1,
    throttled_signup: 2,
  })
})

test('verification mails are limited, however many accounts claim the address', async () => {
  const app = await createTestApp({ env: MANY_SENDERS })
  for (let n = 0; n < 8; n += 1) {
    expect((await register(app, `bot${n}`, 'victim@example.com')).status).toBe(201)
    app.clock.advance(31)
  }
  expect(await mailsTo(app, 'victim@example.com')).toBe(5)
})

test('an owner hears of the first tries of others, and answers stay the same', async () => {
  const env = { ...MANY_SENDERS, ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
  const app = await createTestApp({ env, users: [aUser()] })
  const bodies: string[] = []
  for (let n = 0; n < 8; n += 1) {
    bodies.push(await (await register(app, `bot${n}`, 'alice@example.com')).text())
    app.clock.advance(31)
  }
  expect(new Set(bodies).size).toBe(1)
  expect(await mailsTo(app, 'alice@example.com')).toBe(5)
})

test('a resend has a budget of its own: sign-ups of others do not use it up', async () => {
  const app = await createTestApp({ env: MANY_SENDERS })
  for (let n = 0; n < 8; n += 1) await register(app, `bot${n}`, 'victim@example.com')
  await register(app, 'victim', 'victim@example.com')
  expect(await mailsTo(app, 'victim@example.com')).toBe(1)
  for (let n = 0; n < 3; n += 1) await resendVerification(app.deps(), 'victim@example.com', CONTEXT)
  await app.settle()
  const texts = app.mailbox.slice(1).map(({ text }) => text)
  expect(texts).toHaveLength(3)
  expect(texts.some((text) => text.includes('victim'))).toBe(true)
})

test('no name of an address stands in the table', async () => {
  const app = await createTestApp({ env: MANY_SENDERS, users: [aUser()] })
  await app.post('password/reset/', { email: 'alice@example.com' })
  expect(JSON.stringify(await app.deps().db.select().from(throttleHits))).not.toContain('alice')
})

test('exact mode, or `send_email: null`, mails whenever it is asked', async () => {
  const env = { ACCOUNT_RATE_LIMITS: { ...MANY_SENDERS.ACCOUNT_RATE_LIMITS, send_email: null } }
  for (const variables of [
    { DJANGO_COMPATIBILITY: 'exact', LINKS_FROM_REQUEST_HOST: 'true' },
    env,
  ]) {
    const app = await createTestApp({ env: variables, users: [aUser()] })
    for (let n = 0; n < 3; n += 1) await app.post('password/reset/', { email: 'alice@example.com' })
    expect(await mailsTo(app, 'alice@example.com')).toBe(3)
  }
})
