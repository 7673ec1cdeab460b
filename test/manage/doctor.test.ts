import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp } from '../support/app.ts'
import { checkWranglerConfig } from '../../src/manage/check-wrangler-config.ts'
import { manage } from './console.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'manage-doctor-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

type Check = {
  readonly name: string
  readonly status: string
  readonly detail: string
  readonly fix?: string
}

async function doctor(more: Readonly<Record<string, string>> = {}) {
  const app = await createTestApp({ users: [aUser()] })
  const { db } = app.deps()
  const env = {
    TURSO_DATABASE_URL: app.settings.TURSO_DATABASE_URL,
    SECRET_KEY: app.settings.SECRET_KEY,
    ...more,
  }
  const run = async () => {
    const ran = await manage({ env, directory }, 'doctor', '--json')
    const { checks } = ran.json() as { checks: readonly Check[] }
    return { code: ran.code, bad: checks.filter(({ status }) => status !== 'ok'), checks }
  }
  return { db, env, run }
}

test('a service that fares well has a mail transport to set, and nothing else', async () => {
  const { run } = await doctor()
  const { code, bad, checks } = await run()
  expect([code, bad.map(({ name }) => name)]).toEqual([0, ['mail']])
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['cron', 'outbox', 'password hashes', 'failed logins', 'clock']),
  )
})

test('each fault is found, and names what mends it', async () => {
  const { db, run } = await doctor({ ACCOUNT_RATE_LIMITS: 'false', MFA_ENABLED: 'true' })
  const longAgo = Date.now() - 3_600_000
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000
  await db.run(
    sql`insert into throttle_hits (key, request_id, hit_at, expires_at) values ('x', '', 1, ${longAgo})`,
  )
  await db.run(
    sql`insert into email_outbox (kind, address, context, idempotency_key, created_at, next_attempt_at)
      values ('confirm_email', 'a@example.com', '{}', 'k', ${longAgo}, ${longAgo})`,
  )
  await db.update(users).set({ password: 'md5$salt$0123456789abcdef', isStaff: true })
  await db.run(
    sql`insert into event_counts (kind, hour_at, count) values ('login', ${hour}, 10),
      ('login_failed', ${hour}, 900), ('refresh_token_reused', ${hour}, 2)`,
  )
  await db.run(
    sql`insert into webhook_deliveries (endpoint, message_id, type, data, attempts, created_at, failed_at)
      values ('crm', 'msg_1', 'login', '{}', 10, ${longAgo}, ${longAgo})`,
  )
  const { code, bad } = await run()
  expect(code).toBe(0)
  expect(bad.map(({ name }) => name)).toEqual([
    'mail',
    'cron',
    'outbox',
    'password hashes',
    'failed logins',
    'reused refresh tokens',
    'webhooks',
    'ACCOUNT_RATE_LIMITS',
    'staff',
  ])
  expect(bad.filter(({ fix }) => fix === undefined)).toEqual([])
})

test('says of how many accounts the hashes are, where there are more than it reads', async () => {
  const { db, run } = await doctor()
  const hashes = async () =>
    (await run()).checks.find(({ name }) => name === 'password hashes')?.detail
  expect(await hashes()).not.toContain('newest')
  await db.run(
    sql`insert into users (username, username_folded, email, email_folded, password, date_joined_at, is_active)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
      select 'n' || i, 'n' || i, '', '', '!', 0, 1 from n`,
  )
  expect(await hashes()).toBe('of the newest 10000 accounts 10000 unusable')
})

test('a transport whose bounces nobody hears is named, and those that tell are not', async () => {
  const { run } = await doctor({
    MAIL_TRANSPORTS: 'postmark,ses,cloudflare,http',
    POSTMARK_SERVER_TOKEN: 't',
    POSTMARK_WEBHOOK_CREDENTIALS: `postmark:${'0123456789abcdef'.repeat(2)}`,
    PUBLIC_URL: 'https://auth.example.com',
    DEFAULT_FROM_EMAIL: 'hello@example.com',
  })
  const { code, bad } = await run()
  expect([code, bad.map(({ name }) => name)]).toEqual([0, ['SES_TOPIC_ARNS', 'MAIL_EVENT_SECRETS']])
  expect(bad.every(({ fix }) => fix?.includes('docs/mail.md'))).toBe(true)
})

test('a mailbox that everybody reads, a weak secret and a database that is away fail', async () => {
  const { env, run } = await doctor({ DEV_MAILBOX: 'true', PUBLIC_URL: 'https://auth.example.com' })
  const open = await run()
  expect([open.code, open.bad.map(({ name }) => name)]).toEqual([1, ['mail', 'DEV_MAILBOX']])
  const weak = { ...env, SECRET_KEY: 'a'.repeat(40), TURSO_DATABASE_URL: 'http://127.0.0.1:1' }
  const ran = await manage({ env: weak, directory }, 'doctor')
  expect(ran.code).toBe(1)
  expect(ran.out).toMatch(/failed {3}SECRET_KEY: .*\n +openssl rand/)
  expect(ran.out).toMatch(/failed {3}database: .*\n +npx wrangler secret put TURSO_DATABASE_URL/)
})

test.each([
  ['neither', '', ['failed cron trigger', 'warning RATE_LIMITER']],
  [
    'a rare trigger',
    '[triggers]\ncrons = ["0 * * * *"]',
    ['warning cron trigger', 'warning RATE_LIMITER'],
  ],
  [
    'a binding without a limit',
    '[triggers]\ncrons = ["* * * * *"]\n[[ratelimits]]\nname = "RATE_LIMITER"',
    ['warning RATE_LIMITER'],
  ],
  [
    'both',
    '[triggers]\ncrons = ["* * * * *"]\n[[ratelimits]]\nname = "RATE_LIMITER"\nsimple = { limit = 600, period = 60 }',
    [],
  ],
])('wrangler.toml with %s', async (_, toml, expected) => {
  const own = mkdtempSync(join(tmpdir(), 'manage-doctor-'))
  writeFileSync(join(own, 'wrangler.toml'), toml)
  expect(
    checkWranglerConfig(own, undefined)
      .filter(({ status }) => status !== 'ok')
      .map(({ name, status, fix }) => [`${status} ${name}`, fix !== undefined]),
  ).toEqual(expected.map((one) => [one, true]))
  rmSync(own, { recursive: true })
})

test('an environment has bindings of its own, and the trigger of all', () => {
  const checks = checkWranglerConfig(fileURLToPath(new URL('../../', import.meta.url)), 'staging')
  expect(checks.map(({ name, status }) => [name, status])).toEqual([
    ['cron trigger', 'ok'],
    ['RATE_LIMITER', 'ok'],
  ])
  writeFileSync(join(directory, 'wrangler.toml'), '[triggers]\ncrons = ["* * * * *"]\n[env.b]')
  const [trigger, limiter] = checkWranglerConfig(directory, 'b')
  rmSync(join(directory, 'wrangler.toml'))
  expect([trigger?.status, limiter?.status]).toEqual(['ok', 'warning'])
  expect(limiter?.fix).toContain('[[env.b.ratelimits]]')
})

test('a terminal shows what is wrong in colours, a file does not', async () => {
  const { env } = await doctor()
  const onScreen = await manage({ env, directory, isTerminal: true }, 'doctor')
  expect(onScreen.out).toContain('\u001b[32mok      \u001b[0m settings')
  expect(onScreen.out).toContain('\u001b[33mwarning \u001b[0m mail')
  expect((await manage({ env, directory }, 'doctor')).out).not.toContain('\u001b')
})

test('long work says how far it is, and a migration what it would do', async () => {
  const { db, env } = await doctor()
  await db.run(
    sql`insert into throttle_hits (key, request_id, hit_at, expires_at) values ('x', '', 1, 1)`,
  )
  const purged = await manage({ env, directory, isTerminal: true }, 'purge')
  expect([purged.out, purged.said]).toEqual([
    'Deleted 1 expired row.\n',
    '\rDeleted 1 row so far\n',
  ])
  const planned = await manage({ env, directory }, 'migrate', '--dry-run', '--json')
  expect(planned.json()).toEqual({ pending: 0, deferred_indexes: 0, dry_run: true })
})

test('completion is a script that bash runs, and knows commands, their commands and options', async () => {
  const { env } = await doctor()
  const { out } = await manage({ env, directory }, 'completion', 'bash')
  const complete = (...words: readonly string[]) =>
    execFileSync('bash', [
      '-c',
      `${out}\nCOMP_WORDS=(manage ${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length}; _manage; echo "\${COMPREPLY[*]}"`,
    ])
      .toString()
      .trim()
      .split(' ')
  expect(complete('doc')).toEqual(['doctor'])
  expect(complete('user', 'set-')).toEqual(expect.arrayContaining(['set-email', 'set-staff']))
  expect(complete('user', 'delete', '--d')).toContain('--dry-run')
  expect((await manage({ env, directory }, 'completion', 'fish')).code).toBe(2)
})
