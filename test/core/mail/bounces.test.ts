import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { deliverWaitingEmails } from '../../../src/core/mail/deliver-later.ts'
import { liftSuppression } from '../../../src/core/mail/lift-suppression.ts'
import { listSuppressions } from '../../../src/core/mail/suppressions.sql.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { eventCounts } from '../../../src/db/schema/limits.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
const OLD_SECRET = `whsec_${btoa('fedcba9876543210fedcba9876543210')}`
const ENV = { RESEND_WEBHOOK_SECRETS: [SECRET], ACCOUNT_RATE_LIMITS: 'false' }

function anApp(options: TestAppOptions = {}): Promise<TestApp> {
  return createTestApp({ env: ENV, users: [aUser()], ...options })
}

function bounce(type: string, to: readonly string[] = ['Alice@Example.com']) {
  return {
    type: 'email.bounced',
    created_at: '2026-11-29T10:00:00Z',
    data: { email_id: 'e-1', to, bounce: { type, subType: 'General', message: 'alice is gone' } },
  }
}

const COMPLAINT = { type: 'email.complained', data: { to: ['Ada <alice@example.com>'] } }

type Sent = {
  readonly id?: string
  readonly secret?: string
  readonly at?: Date
  readonly body?: string
}

/** Sends an event as Resend does. */
function tell(app: TestApp, event: unknown, sent: Sent = {}): Promise<Response> {
  const { id = 'msg_1', secret = SECRET, at = new Date() } = sent
  const payload = JSON.stringify(event)
  return app.request('webhooks/resend/', {
    method: 'POST',
    headers: {
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': new Webhook(secret).sign(id, at, payload),
    },
    body: sent.body ?? payload,
  })
}

async function mailedTo(app: TestApp): Promise<number> {
  const before = app.mailbox.length
  const response = await app.post('password/reset/', { email: 'alice@example.com' })
  expect(response.status).toBe(200)
  await app.settle()
  return app.mailbox.length - before
}

test.each([
  ['a permanent bounce', bounce('Permanent'), 0],
  ['a complaint', COMPLAINT, 0],
  ['a transient bounce', bounce('Transient'), 1],
  ['a bounce of no kind', bounce('Undetermined'), 1],
  ['a bounce of somebody else', bounce('Permanent', ['bob@example.com']), 1],
  ['a delivery', { type: 'email.delivered', data: { to: ['alice@example.com'] } }, 1],
  ['an event of tomorrow', { type: 'email.teleported' }, 1],
  ['no event at all', [], 1],
])('after %s', async (_what, event, mails) => {
  const app = await anApp()
  const response = await tell(app, event)
  expect(response.status).toBe(Array.isArray(event) ? 401 : 204)
  expect(await mailedTo(app)).toBe(mails)
  expect(await app.deps().db.$count(emailOutbox)).toBe(0)
})

test('the answer is the same for a mailbox that gets no mails, and the log names nobody', async () => {
  const app = await anApp()
  const ask = async (email: string) => (await app.post('password/reset/', { email })).text()
  const before = await ask('alice@example.com')
  await tell(app, bounce('Permanent'))
  expect(await ask('alice@example.com')).toBe(before)
  expect(await ask('nobody@example.com')).toBe(before)
  await app.settle()
  expect(app.log).toContainEqual(
    expect.objectContaining({ event: 'email_bounced', detail: 'Permanent General', addresses: 1 }),
  )
  expect(app.log).toContainEqual(expect.objectContaining({ event: 'email_suppressed' }))
  expect(JSON.stringify(app.log)).not.toMatch(/alice/i)
  const counts = await app.deps().db.select().from(eventCounts)
  expect(counts.find(({ kind }) => kind === 'email_bounced')?.count).toBe(1)
})

test('mails that wait stop, too', async () => {
  const app = await anApp()
  await app
    .deps()
    .db.insert(emailOutbox)
    .values({
      kind: 'password_reset',
      userId: 1,
      address: 'alice@example.com',
      context: { origin: '' },
      idempotencyKey: 'old',
      createdAt: app.deps().now,
      nextAttemptAt: app.deps().now,
    })
  await tell(app, bounce('Permanent'))
  expect(await deliverWaitingEmails(app.deps())).toBe(1)
  expect(app.mailbox).toEqual([])
  expect(await app.deps().db.$count(emailOutbox)).toBe(0)
})

describe('is refused:', () => {
  const now = new Date()
  test.each([
    ['another secret', { secret: OLD_SECRET }],
    ['another body', { body: JSON.stringify(bounce('Permanent', ['bob@example.com'])) }],
    ['a message of six minutes ago', { at: new Date(now.getTime() - 360_000) }],
    ['a message of the future', { at: new Date(now.getTime() + 360_000) }],
  ])('%s', async (_what, sent) => {
    const app = await anApp()
    const response = await tell(app, bounce('Permanent'), sent)
    expect(response.status).toBe(401)
    expect(await mailedTo(app)).toBe(1)
  })

  test('no signature', async () => {
    const app = await anApp()
    const response = await app.post('webhooks/resend/', bounce('Permanent'))
    expect(response.status).toBe(401)
  })

  test('a body that never ends', async () => {
    const app = await anApp()
    const response = await tell(app, { type: 'x'.repeat(70_000) })
    expect(response.status).toBe(413)
  })
})

test('while a secret is replaced, both are good', async () => {
  const env = { ...ENV, RESEND_WEBHOOK_SECRETS: `${SECRET},${OLD_SECRET}` }
  const app = await anApp({ env })
  expect((await tell(app, COMPLAINT, { secret: OLD_SECRET })).status).toBe(204)
  expect(await mailedTo(app)).toBe(0)
})

test('a message that is played again does not undo what an operator did', async () => {
  const app = await anApp()
  await tell(app, bounce('Permanent'), { id: 'msg_7' })
  const { db } = app.deps()
  expect(await listSuppressions(db, { limit: 9, after: '' })).toMatchObject([
    { emailFolded: 'alice@example.com', reason: 'bounced', detail: 'Permanent General' },
  ])
  expect(await liftSuppression(app.deps(), 'Alice@example.com')).toBe('changed')
  expect(await liftSuppression(app.deps(), 'alice@example.com')).toBe('unchanged')
  expect((await tell(app, bounce('Permanent'), { id: 'msg_7' })).status).toBe(204)
  expect(await mailedTo(app)).toBe(1)
  await tell(app, bounce('Permanent'), { id: 'msg_8' })
  expect(await mailedTo(app)).toBe(0)
})

test('is not there without a secret, and takes nothing but POST', async () => {
  const app = await createTestApp({ users: [aUser()] })
  expect((await tell(app, COMPLAINT)).status).toBe(404)
  const other = await anApp({ data: 'kept' })
  expect((await other.request('webhooks/resend/')).status).toBe(404)
})
