import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { users } from '../../../src/db/schema/users.ts'
import { deliverWaitingEmails } from '../../../src/core/mail/deliver-later.ts'
import type { EmailMessage, SendEmail } from '../../../src/email-message.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { linkOf, takeMails } from '../../support/mail.ts'

type Outcome = Awaited<ReturnType<SendEmail>>

/** A provider that answers what the test says, and what it was given. */
function provider(outcome: Outcome) {
  const given: EmailMessage[] = []
  const state = { outcome, given }
  const sendEmail: SendEmail = (message) => {
    given.push(message)
    return Promise.resolve(state.outcome)
  }
  return { state, sendEmail }
}

const AWAY: Outcome = { kind: 'failed', reason: 'away' }
const ENV = { ACCOUNT_RATE_LIMITS: 'false' }

async function withWaitingMail(outcome: Outcome = AWAY) {
  const { state, sendEmail } = provider(outcome)
  const app = await createTestApp({
    env: ENV,
    users: [aUser({ emailVerified: false })],
    sendEmail,
  })
  await app.post('registration/resend-email/', { email: 'alice@example.com' })
  await app.settle()
  return { app, state }
}

function waiting(app: TestApp) {
  const { kind, attempts } = emailOutbox
  return app.deps().db.select({ kind, attempts }).from(emailOutbox)
}

test('a mail that was sent waits no more', async () => {
  const app = await createTestApp({ env: ENV, users: [aUser()] })
  await app.post('password/reset/', { email: 'alice@example.com' })
  expect(await takeMails(app)).toHaveLength(1)
  expect(await waiting(app)).toEqual([])
})

test('a mail that could not be sent is sent later, under the same key', async () => {
  const { app, state } = await withWaitingMail()
  expect(await deliverWaitingEmails(app.deps())).toBe(0)
  app.clock.advance(61)
  state.outcome = { kind: 'sent' }
  expect(await deliverWaitingEmails(app.deps())).toBe(1)
  expect(await waiting(app)).toEqual([])
  const [first, second, ...more] = state.given
  expect(more).toEqual([])
  expect(second?.idempotencyKey).toBe(first?.idempotencyKey)
  expect(second?.to).toBe('alice@example.com')
})

test('mints the link when it sends, so that waiting does not age it', async () => {
  const { app, state } = await withWaitingMail()
  app.clock.advance(86_400)
  state.outcome = { kind: 'sent' }
  await deliverWaitingEmails(app.deps())
  const key = /\/([^/]+)\/$/.exec(linkOf(state.given[1]))?.[1]
  app.clock.advance(3 * 86_400 - 1)
  const response = await app.post('registration/verify-email/', { key })
  expect(response.status).toBe(200)
})

test('pauses grow', async () => {
  const { app, state } = await withWaitingMail()
  const pauses: number[] = []
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    let minutes = 0
    while ((await deliverWaitingEmails(app.deps())) === 0) {
      app.clock.advance(60)
      minutes += 1
    }
    pauses.push(minutes)
  }
  expect(pauses).toEqual([1, 1, 2, 4, 8])
  expect(state.given).toHaveLength(6)
})

test('gives a mail up after twelve tries, and says so', async () => {
  const { app, state } = await withWaitingMail()
  for (let attempt = 0; attempt < 20; attempt += 1) {
    app.clock.advance(7 * 3_600)
    await deliverWaitingEmails(app.deps())
  }
  expect(await waiting(app)).toEqual([])
  expect(state.given).toHaveLength(13)
  expect(app.log).toContainEqual(
    expect.objectContaining({ level: 'error', event: 'email_given_up', kind: 'confirm_email' }),
  )
})

test('gives a mail up at once that the provider refuses for good', async () => {
  const { app } = await withWaitingMail({ kind: 'refused', reason: 'no such address' })
  expect(await waiting(app)).toEqual([])
  expect(app.log).toContainEqual(expect.objectContaining({ event: 'email_given_up' }))
})

test('never gives up what the operator can mend', async () => {
  const reason = 'status 403 validation_error'
  const { app } = await withWaitingMail({ kind: 'held', reason })
  for (let attempt = 0; attempt < 20; attempt += 1) {
    app.clock.advance(7 * 3_600)
    await deliverWaitingEmails(app.deps())
  }
  expect(await waiting(app)).toHaveLength(1)
  expect(app.log).toContainEqual(
    expect.objectContaining({ level: 'error', event: 'email_held', reason }),
  )
})

test('logs no address and no secret', async () => {
  const { app } = await withWaitingMail()
  expect(JSON.stringify(app.log)).not.toMatch(/alice|example\.com|MQ:/)
})

describe('sends nothing', () => {
  test('about an address that was verified meanwhile', async () => {
    const { app, state } = await withWaitingMail()
    await app.deps().db.update(emailAddresses).set({ isVerified: true })
    app.clock.advance(61)
    await deliverWaitingEmails(app.deps())
    expect(state.given).toHaveLength(1)
    expect(await waiting(app)).toEqual([])
  })

  test('about an address that is gone', async () => {
    const { app, state } = await withWaitingMail()
    await app.deps().db.delete(emailAddresses)
    app.clock.advance(61)
    await deliverWaitingEmails(app.deps())
    expect(state.given).toHaveLength(1)
    expect(await waiting(app)).toEqual([])
  })

  test('about an account that is gone', async () => {
    const { app, state } = await withWaitingMail()
    await app.deps().db.delete(users).where(eq(users.id, 1))
    app.clock.advance(61)
    await deliverWaitingEmails(app.deps())
    expect(state.given).toHaveLength(1)
    expect(await waiting(app)).toEqual([])
  })
})

test('of many senders at once one sends', async () => {
  const { app, state } = await withWaitingMail()
  app.clock.advance(61)
  state.outcome = { kind: 'sent' }
  const counts = await Promise.all(
    Array.from({ length: 6 }, () => deliverWaitingEmails(app.deps())),
  )
  expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 1])
  expect(state.given).toHaveLength(2)
})

describe('where nothing is set up that sends', () => {
  const RESET = { kind: 'password_reset', attempts: 0 }

  async function withoutTransport(env: Readonly<Record<string, string>> = {}) {
    const app = await createTestApp({
      env: { ...ENV, ...env },
      users: [aUser()],
      sendEmail: 'of settings',
    })
    for (const email of ['alice@example.com', 'nobody@example.com']) {
      expect((await app.post('password/reset/', { email })).status).toBe(200)
    }
    await app.settle()
    return app
  }

  test('mails wait, and the log says for what, but neither whose they are nor what is in them', async () => {
    const app = await withoutTransport()
    expect(await waiting(app)).toEqual([RESET])
    expect(app.log.filter(({ event }) => event !== 'request')).toEqual([
      { level: 'error', event: 'emails_wait', emails: 1, reason: 'RESEND_API_KEY is not set' },
    ])
    expect(JSON.stringify(app.log)).not.toMatch(/alice|example\.com|Password|confirm\/|https?:/)
  })

  test('a key alone sends nothing before links have an address, and everything else works', async () => {
    const app = await withoutTransport({ RESEND_API_KEY: 're_key', PUBLIC_URL: '' })
    expect(await waiting(app)).toEqual([RESET])
    expect(app.log.filter(({ event }) => event !== 'request')).toEqual([
      { level: 'error', event: 'emails_wait', emails: 1, reason: 'PUBLIC_URL is not set' },
    ])
  })

  test('no try is counted, however long it takes, and then they are sent', async () => {
    const app = await withoutTransport()
    app.log.length = 0
    for (let day = 0; day < 20; day += 1) {
      app.clock.advance(86_400)
      expect(await deliverWaitingEmails(app.deps())).toBe(0)
    }
    expect(app.log).toHaveLength(20)
    expect(await waiting(app)).toEqual([RESET])
    const { state, sendEmail } = provider({ kind: 'sent' })
    expect(await deliverWaitingEmails({ ...app.deps(), sendEmail })).toBe(1)
    expect(state.given.map(({ to }) => to)).toEqual(['alice@example.com'])
    expect(await waiting(app)).toEqual([])
  })

  test('the mailbox of development takes them, and the log shows them there', async () => {
    const app = await withoutTransport({ DEV_MAILBOX: 'true' })
    expect(await waiting(app)).toEqual([])
    const [entry, ...more] = app.log.filter(({ event }) => event === 'email')
    expect(more).toEqual([])
    expect(entry?.['text']).toContain('http://localhost:8787/dj-rest-auth/password/reset/confirm/')
  })
})

test('a provider that throws loses nothing', async () => {
  const app = await createTestApp({
    env: ENV,
    users: [aUser()],
    sendEmail: () => Promise.reject(new Error('secret')),
  })
  const response = await app.post('password/reset/', { email: 'alice@example.com' })
  expect(response.status).toBe(200)
  await app.settle()
  expect(await waiting(app)).toEqual([{ kind: 'password_reset', attempts: 0 }])
  expect(JSON.stringify(app.log)).not.toContain('secret')
})

test('a reset is tried again while sign-ups use up the rate, a sign-up waits for the next run', async () => {
  const busy: Outcome = { kind: 'busy', reason: 'status 429', retryAfterSeconds: 0.01 }
  const asked: string[] = []
  const app = await createTestApp({
    env: ENV,
    users: [aUser({ emailVerified: false })],
    sendEmail: ({ idempotencyKey }) => {
      asked.push(idempotencyKey.split('-')[0] ?? '')
      return Promise.resolve(asked.length % 3 === 0 ? { kind: 'sent' } : busy)
    },
  })
  await app.post('password/reset/', { email: 'alice@example.com' })
  await app.settle()
  expect(asked).toEqual(['password_reset', 'password_reset', 'password_reset'])
  expect(await waiting(app)).toEqual([])
  await app.post('registration/resend-email/', { email: 'alice@example.com' })
  await app.settle()
  expect(asked).toHaveLength(4)
  expect(await waiting(app)).toEqual([{ kind: 'confirm_email', attempts: 0 }])
})
