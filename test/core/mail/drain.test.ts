import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { drainOutbox, type DrainLimits } from '../../../src/core/mail/drain.ts'
import { emailOutbox, mailProblems } from '../../../src/db/schema/mail.ts'
import type { EmailMessage, SendBatch, SendEmail, SendOutcome } from '../../../src/email-message.ts'
import type { EmailKind } from '../../../src/i18n/languages/email-kinds.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const SENT: SendOutcome = { kind: 'sent' }
const BUSY: SendOutcome = { kind: 'busy', reason: 'status 429', retryAfterSeconds: 1 }
const DOWN: SendOutcome = { kind: 'failed', reason: 'TimeoutError' }

async function anApp(): Promise<TestApp> {
  const env = { PUBLIC_URL: 'https://auth.example.com', ACCOUNT_EMAIL_SUBJECT_PREFIX: '' }
  return createTestApp({ env, users: [aUser({ emailVerified: false })] })
}

/** Puts mails into the outbox as an earlier request left them. */
async function queue(
  app: TestApp,
  count: number,
  { kind = 'password_reset', triedBy = null }: { kind?: EmailKind; triedBy?: string | null } = {},
): Promise<void> {
  const { db, now } = app.deps()
  await db.run(sql`insert into ${emailOutbox}
      (kind, user_id, address, context, idempotency_key, created_at, next_attempt_at, tried_by)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    select ${kind}, 1, 'alice@example.com', '{"origin":"","language":"en"}',
      ${`${kind}-${triedBy ?? 'tried'}-`} || i, cast(${now.getTime()} as integer), cast(${now.getTime()} as integer),
      ${triedBy} from n`)
}

/** A provider with a clock: it takes so many requests a second, and each takes it so long. */
function provider(
  app: TestApp,
  { perSecond = 1000, ms = 0 }: { readonly perSecond?: number; readonly ms?: number } = {},
) {
  const taken: EmailMessage[] = []
  const keys: string[] = []
  const requests = new Map<number, number>()
  let refused = 0
  const answer = (messages: readonly EmailMessage[], key: string): SendOutcome => {
    app.clock.advance(ms / 1000)
    const second = Math.floor(app.clock.now().getTime() / 1000)
    const count = requests.get(second) ?? 0
    if (count >= perSecond) {
      refused += 1
      return BUSY
    }
    requests.set(second, count + 1)
    taken.push(...messages)
    keys.push(key)
    return SENT
  }
  const sendEmail: SendEmail = (message) =>
    Promise.resolve(answer([message], message.idempotencyKey))
  const sendBatch: SendBatch = (messages, key) => Promise.resolve(answer(messages, key))
  return { taken, keys, refused: () => refused, sendEmail, sendBatch }
}

function limits(app: TestApp, given: Partial<DrainLimits> = {}): DrainLimits {
  return {
    requests: 1_000,
    ms: 50_000,
    emails: 10_000,
    pause: (ms) => {
      app.clock.advance(ms / 1000)
      return Promise.resolve()
    },
    ...given,
  }
}

function waiting(app: TestApp): Promise<number> {
  return app.deps().db.$count(emailOutbox)
}

function kindsOf(messages: readonly EmailMessage[]): readonly string[] {
  return messages.map(({ idempotencyKey }) => idempotencyKey.split('-')[0] ?? '')
}

test('10,000 mails that nobody can have taken go out in one run, a hundred a request', async () => {
  const app = await anApp()
  await queue(app, 10_000, { triedBy: '' })
  const resend = provider(app, { perSecond: 2, ms: 100 })
  const deps = { ...app.deps(), ...resend }
  expect(await drainOutbox(deps, limits(app, { ms: 300_000 }))).toBe(10_000)
  expect(await waiting(app)).toBe(0)
  expect(new Set(resend.taken.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(10_000)
  expect(resend.keys).toHaveLength(100)
  expect(deps.elapsedMs()).toBeLessThanOrEqual(60_000)
})

test('a minute of registrations does not delay a reset mail', async () => {
  const app = await anApp()
  await queue(app, 300, { kind: 'confirm_email' })
  await queue(app, 1, { kind: 'password_reset' })
  const resend = provider(app, { perSecond: 2 })
  const { sendEmail } = resend
  await drainOutbox({ ...app.deps(), sendEmail }, limits(app))
  expect(kindsOf(resend.taken)[0]).toBe('password_reset')
  // Two a second for most of a minute.
  expect(resend.taken.length).toBeGreaterThan(80)
  expect(await waiting(app)).toBe(301 - resend.taken.length)
})

test('no kind starves another: of each claim every kind has its share', async () => {
  const app = await anApp()
  await queue(app, 200, { kind: 'password_reset' })
  await queue(app, 200, { kind: 'confirm_email' })
  await queue(app, 200, { kind: 'password_changed' })
  const resend = provider(app)
  const { sendEmail } = resend
  await drainOutbox({ ...app.deps(), sendEmail }, limits(app, { emails: 25 }))
  const kinds = kindsOf(resend.taken)
  const shares = [...new Set(kinds)].map((kind) => [kind, kinds.filter((k) => k === kind).length])
  expect(Object.fromEntries(shares)).toEqual({
    password_reset: 12,
    password_changed: 11,
    confirm_email: 2,
  })
})

test('two runs at once send nothing twice', async () => {
  const app = await anApp()
  await queue(app, 150, { triedBy: '' })
  await queue(app, 60, { kind: 'password_changed' })
  const resend = provider(app)
  const runs = await Promise.all(
    Array.from({ length: 3 }, () => drainOutbox({ ...app.deps(), ...resend }, limits(app))),
  )
  expect(runs.reduce((sum, one) => sum + one, 0)).toBe(210)
  expect(new Set(resend.taken.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(210)
  expect(resend.taken).toHaveLength(210)
  expect(await waiting(app)).toBe(0)
})

describe('a provider that', () => {
  test('says when it takes more is waited for, and asked no more often than it wants', async () => {
    const app = await anApp()
    await queue(app, 10)
    const resend = provider(app, { perSecond: 2 })
    await drainOutbox({ ...app.deps(), sendEmail: resend.sendEmail }, limits(app))
    expect(resend.taken).toHaveLength(10)
    expect(resend.refused()).toBeLessThanOrEqual(5)
  })

  test('is away is asked three times, and the others keep their tries', async () => {
    const app = await anApp()
    await queue(app, 100)
    let asked = 0
    const sendEmail: SendEmail = () => {
      asked += 1
      return Promise.resolve(DOWN)
    }
    const deps = { ...app.deps(), sendEmail }
    expect(await drainOutbox(deps, limits(app))).toBe(3)
    expect(asked).toBe(3)
    const { attempts } = emailOutbox
    const rows = await deps.db.select({ attempts }).from(emailOutbox)
    expect(rows.filter((row) => row.attempts === 1)).toHaveLength(3)
    // Somebody else is tried in the next run.
    app.clock.advance(60)
    const resend = provider(app)
    await drainOutbox({ ...app.deps(), sendEmail: resend.sendEmail }, limits(app))
    expect(resend.taken.length).toBeGreaterThanOrEqual(97)
  })

  test('is slow is not asked past the end of a claim', async () => {
    const app = await anApp()
    await queue(app, 40)
    const resend = provider(app, { ms: 9_000 })
    const deps = { ...app.deps(), sendEmail: resend.sendEmail }
    await drainOutbox(deps, limits(app))
    expect(deps.elapsedMs()).toBeLessThan(60_000)
    expect(resend.taken).toHaveLength(40 - (await waiting(app)))
  })

  test('refuses a batch because of one of it gets them one by one', async () => {
    const app = await anApp()
    await queue(app, 20, { triedBy: '' })
    const resend = provider(app)
    const sendBatch: SendBatch = () => Promise.resolve({ kind: 'refused', reason: 'status 422' })
    const sendEmail: SendEmail = (message) =>
      message.idempotencyKey.endsWith('-7')
        ? Promise.resolve({ kind: 'refused', reason: 'status 422 (recipient)' })
        : resend.sendEmail(message)
    await drainOutbox({ ...app.deps(), sendEmail, sendBatch }, limits(app))
    expect(resend.taken).toHaveLength(19)
    expect(await waiting(app)).toBe(0)
    expect(app.log.filter(({ event }) => event === 'email_given_up')).toHaveLength(1)
  })
})

test('a batch whose answer got lost goes again under the same key, with the same mails', async () => {
  const app = await anApp()
  await queue(app, 30, { triedBy: '' })
  const seen: { key: string; mails: number }[] = []
  let outcome: SendOutcome = DOWN
  const sendBatch: SendBatch = (messages, key) => {
    seen.push({ key, mails: messages.length })
    return Promise.resolve(outcome)
  }
  const sendEmail: SendEmail = () => Promise.resolve(SENT)
  await drainOutbox({ ...app.deps(), sendEmail, sendBatch }, limits(app))
  await queue(app, 5, { kind: 'password_changed', triedBy: '' })
  app.clock.advance(61)
  outcome = SENT
  await drainOutbox({ ...app.deps(), sendEmail, sendBatch }, limits(app))
  expect(seen.map(({ mails }) => mails).toSorted((a, b) => a - b)).toEqual([5, 30, 30])
  const [first, second] = seen.filter(({ mails }) => mails === 30)
  expect(second?.key).toBe(first?.key)
  expect(await waiting(app)).toBe(0)
})

test('what may have been taken alone never joins a batch', async () => {
  const app = await anApp()
  await queue(app, 3)
  await queue(app, 3, { kind: 'password_changed', triedBy: '' })
  const resend = provider(app)
  await drainOutbox({ ...app.deps(), ...resend }, limits(app))
  const alone = resend.keys.filter((key) => !key.startsWith('batch-'))
  expect(alone.toSorted()).toEqual([1, 2, 3].map((n) => `password_reset-tried-${n}`))
  expect(resend.keys).toHaveLength(4)
})

test('a run keeps within the requests that an invocation may make', async () => {
  const app = await anApp()
  await queue(app, 500)
  const resend = provider(app)
  const deps = { ...app.deps(), sendEmail: resend.sendEmail }
  await drainOutbox(deps, limits(app, { requests: 40 }))
  expect(deps.roundTrips() + resend.taken.length).toBeLessThanOrEqual(40)
  expect(resend.taken.length).toBeGreaterThan(30)
})

test('why mails wait is remembered until one is taken', async () => {
  const app = await anApp()
  await queue(app, 5)
  const held: SendOutcome = { kind: 'held', reason: 'status 403 validation_error' }
  const { db } = app.deps()
  await drainOutbox({ ...app.deps(), sendEmail: () => Promise.resolve(held) }, limits(app))
  expect(await db.select().from(mailProblems)).toMatchObject([
    { kind: 'held', reason: held.reason },
  ])
  app.clock.advance(16 * 60)
  const resend = provider(app)
  await drainOutbox({ ...app.deps(), sendEmail: resend.sendEmail }, limits(app))
  expect(resend.taken).toHaveLength(5)
  expect(await db.select().from(mailProblems)).toEqual([])
})

test('every kind is found by the index, however many mails of others wait', async () => {
  const app = await anApp()
  const statements: string[] = []
  app.outside.interceptDatabase(async (request, pass) => {
    statements.push(await request.clone().text())
    return pass(request)
  })
  await drainOutbox(app.deps(), limits(app))
  app.outside.interceptDatabase(undefined)
  const claim = statements.find((text) => text.includes('row_number'))
  expect(claim).toBeDefined()
  const { db } = app.deps()
  const plan = await db.all<{ readonly detail: string }>(
    sql`explain query plan select id from (select id, batch_key, next_attempt_at from ${emailOutbox}
      where kind = 'confirm_email' and next_attempt_at <= 1 order by next_attempt_at, id limit 100)`,
  )
  expect(plan.map(({ detail }) => detail).join('\n')).toMatch(
    /USING (?:COVERING )?INDEX email_outbox_kind_next_attempt_at_idx/,
  )
  expect(plan.map(({ detail }) => detail).join('\n')).not.toContain('TEMP B-TREE')
})
