import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { emailOutbox, suppressedAddresses } from '../../src/db/schema/mail.ts'
import { createTestApp } from '../support/app.ts'
import { manage } from './console.ts'

let directory: string
/** A program of the operator's own that takes mails. */
const server = createServer((incoming, outgoing) => {
  const isGood = incoming.headers['webhook-signature'] !== undefined && incoming.url === '/send'
  outgoing.writeHead(isGood ? 200 : 403)
  outgoing.end(isGood ? '{"id":"m-1"}' : 'sender\u001b is not verified')
})

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'manage-mail-'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

function hookAt(path: string): Readonly<Record<string, string>> {
  const address = server.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  return {
    MAIL_TRANSPORTS: 'http',
    MAIL_HOOK_URL: `http://127.0.0.1:${port}${path}`,
    MAIL_HOOK_SECRETS: `whsec_${btoa('0123456789abcdef0123456789abcdef')}`,
  }
}

async function run(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const app = await createTestApp({ data: 'kept' })
  const { SECRET_KEY, TURSO_DATABASE_URL } = app.settings
  const whole = { SECRET_KEY, TURSO_DATABASE_URL, PUBLIC_URL: 'https://auth.example.com', ...env }
  return manage({ env: whole, directory }, 'mail', ...args)
}

test('mail test sends one and prints what was said', async () => {
  const sent = await run(hookAt('/send'), 'test', 'ada@example.com')
  expect(sent).toMatchObject({ code: 0, out: expect.stringContaining('has taken a mail') })
  expect(sent.out).toContain('127.0.0.1 answered 200: {"id":"m-1"}')
  const refused = await run(hookAt('/other'), 'test', 'ada@example.com', '--json')
  expect(refused.code).toBe(1)
  expect(refused.json()).toEqual({
    address: 'ada@example.com',
    outcome: 'held',
    reason: 'status 403',
    answers: [{ transport: '127.0.0.1', status: 403, body: 'sender\u001b is not verified' }],
  })
  const shown = await run(hookAt('/other'), 'test', 'ada@example.com')
  expect(shown.out).not.toContain('\u001b')
})

test('mail test says what is missing', async () => {
  expect(await run({}, 'test', 'ada@example.com')).toMatchObject({
    code: 1,
    said: expect.stringContaining('RESEND_API_KEY is not set'),
  })
  expect((await run({}, 'test', 'ada')).code).toBe(2)
  expect((await run({}, 'test')).code).toBe(2)
})

test('mail list shows what waits, and mail resend makes it due', async () => {
  const app = await createTestApp()
  const { db } = app.deps()
  const [now, hour] = [Date.now(), 3_600_000]
  await db.insert(emailOutbox).values({
    kind: 'password_reset',
    userId: null,
    address: 'ada@example.com',
    context: { origin: '' },
    idempotencyKey: 'k-1',
    attempts: 9,
    createdAt: new Date(now - 8 * hour),
    // Tried for the ninth time an hour ago: the pause after that is four hours and a bit.
    nextAttemptAt: new Date(now - hour + 256 * 60_000),
  })
  const { jsonLines } = await run({}, 'list', '--json')
  expect(jsonLines()).toMatchObject([{ id: 1, address: 'ada@example.com', attempts: 9 }])
  expect((await run({}, 'list')).out).toMatch(/password_reset\s+ada@example\.com/)
  expect((await run({}, 'resend', '1')).out).toContain('within a minute')
  expect((await run({}, 'resend', '1')).code).toBe(1)
  expect((await run({}, 'resend')).code).toBe(2)
  const [noted] = await db.select().from(auditEvents)
  expect(noted).toMatchObject({ kind: 'mail_resent', detail: { by: { kind: 'operator' } } })
})

test('mail test in development says where mails are', async () => {
  const ran = await run({ DEV_MAILBOX: 'true' }, 'test', 'ada@example.com')
  expect([ran.code, ran.said]).toEqual([1, expect.stringContaining('/dj-rest-auth/dev/mailbox/')])
})

test('mail suppressed lists who gets none, and mail lift lets them through', async () => {
  const app = await createTestApp()
  await app
    .deps()
    .db.insert(suppressedAddresses)
    .values([
      { emailFolded: 'ada@example.com', reason: 'bounced', suppressedAt: new Date(0) },
      { emailFolded: 'bob@example.com', reason: 'complained', suppressedAt: new Date(0) },
    ])
  const page = await run({}, 'suppressed', '--json', '--limit', '1')
  expect(page.jsonLines()).toEqual([
    {
      address: 'ada@example.com',
      reason: 'bounced',
      detail: '',
      since: '1970-01-01T00:00:00.000Z',
    },
  ])
  const next = await run({}, 'suppressed', '--after', 'ada@example.com')
  expect(next.out).toMatch(/bob@example\.com\s+complained/)
  expect((await run({}, 'lift', 'Ada@Example.com')).out).toContain('go out again')
  expect((await run({}, 'lift', 'ada@example.com')).code).toBe(1)
})
