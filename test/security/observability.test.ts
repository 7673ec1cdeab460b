import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { rollUpEvents } from '../../src/core/audit/event-totals.sql.ts'
import { streamAudit } from '../../src/core/audit/stream.ts'
import { readCounters } from '../../src/core/mail/counters.sql.ts'
import { anAdminKey } from '../support/admin-key.ts'
import { deleteExpired, retentionOf } from '../../src/db/expired.ts'
import { platform } from '../../src/platform.ts'
import type { AdminScope } from '../../src/settings/admin-scopes.ts'
import { createService } from '../../src/service.ts'
import { searchAuditEvents } from '../../src/core/audit/search.sql.ts'
import type { LogLine } from '../../src/deps.ts'
import { deliverWaitingEmails } from '../../src/core/mail/deliver-later.ts'
import { aUser, createTestApp } from '../support/app.ts'

const PASSWORD = 'right-horse-staple'

test('/healthz is alive without, /readyz ready with the database', async () => {
  const app = await createTestApp()
  const at = (path: string) => app.request(`https://auth.example.com${path}`)
  const alive = await app.costOf(() => at('/healthz'))
  expect(alive.total.roundTrips).toBe(0)
  expect(await (await at('/healthz')).json()).toEqual({ status: 'ok' })
  const ready = await at('/readyz')
  expect(ready.status).toBe(200)
  expect(await ready.json()).toEqual({ status: 'ok', database: 'ok', migrations: 'current' })
  expect((await app.costOf(() => at('/readyz'))).total.roundTrips).toBe(1)
  app.outside.interceptDatabase(() => Promise.reject(new TypeError('fetch failed')))
  expect((await at('/healthz')).status).toBe(200)
  const away = await at('/readyz')
  expect(away.status).toBe(503)
  expect(away.headers.get('Retry-After')).toBe('5')
  app.outside.interceptDatabase(undefined)
})

test('/readyz is not ready before the newest migration, and says what to do', async () => {
  const app = await createTestApp()
  const ready = () => app.request('https://auth.example.com/readyz')
  const { db } = app.deps()
  const [row] = await db.all<{ newest: number }>(
    sql`select max(created_at) as newest from __drizzle_migrations`,
  )
  const newest = row?.newest ?? 0
  const move = (from: number, to: number) =>
    db.run(sql`update __drizzle_migrations set created_at = ${to} where created_at = ${from}`)
  await move(newest, 1)
  const behind = await ready()
  expect(behind.status).toBe(503)
  const detail =
    'The database lacks a table or a column that this version needs: npm run manage -- migrate'
  expect(await behind.json()).toEqual({
    status: 'unavailable',
    database: 'ok',
    migrations: 'behind',
    detail,
  })
  expect(app.log).toContainEqual({ level: 'error', event: 'not_ready', hint: detail })
  await move(1, newest + 1)
  expect(await (await ready()).json()).toMatchObject({ status: 'ok', migrations: 'newer' })
  await move(newest + 1, newest)
  await db.run(sql`alter table __drizzle_migrations rename to elsewhere`)
  expect((await ready()).status).toBe(503)
  await db.run(sql`alter table elsewhere rename to __drizzle_migrations`)
})

test('a deployment without tables says the one command that makes them', async () => {
  const app = await createTestApp()
  await app.deps().db.run(sql`alter table users rename to elsewhere`)
  const command = /npm run manage -- migrate$/
  const answer = await app.post('/login/', { username: 'alice', password: PASSWORD })
  expect(answer.status).toBe(503)
  expect(await answer.json()).toEqual({ detail: expect.stringMatching(command) })
  const page = await app.request('https://auth.example.com/dj-rest-auth/login/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/html,*/*' },
    body: JSON.stringify({ username: 'alice', password: PASSWORD }),
  })
  expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
  expect(await page.text()).toContain('npm run manage -- migrate</pre>')
  expect(app.log).toContainEqual(expect.objectContaining({ hint: expect.stringMatching(command) }))
  await app.deps().db.run(sql`alter table elsewhere rename to users`)
})

test('/metrics counts what happened, for whoever has the token', async () => {
  const app = await createTestApp({
    env: { METRICS_TOKEN: 'let-me-see', ACCOUNT_RATE_LIMITS: { login_failed: '2/m/key' } },
    users: [aUser()],
    sendEmail: () => Promise.resolve({ kind: 'failed', reason: 'down' }),
  })
  await app.post('/login/', { username: 'alice', password: PASSWORD })
  await app.settle()
  for (const name of ['alice', 'alice', 'alice', 'nobody']) {
    await app.post('/login/', { username: name, password: 'guess' })
  }
  await app.post('/password/reset/', { email: 'alice@example.com' })
  await app.settle()
  app.clock.advance(90)
  const read = (headers: HeadersInit) =>
    app.request('https://auth.example.com/metrics', { headers })
  expect((await read({})).status).toBe(404)
  expect((await read({ Authorization: 'Bearer wrong' })).status).toBe(404)
  const text = await (await read({ Authorization: 'Bearer let-me-see' })).text()
  const numbers = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(numbers).toEqual([
    'rest_auth_events_total{kind="login"} 1',
    'rest_auth_events_total{kind="login_failed"} 3',
    'rest_auth_events_total{kind="refresh_token_reused"} 0',
    'rest_auth_events_total{kind="rights_changed"} 0',
    'rest_auth_events_total{kind="impersonated"} 0',
    'rest_auth_events_total{kind="email_bounced"} 0',
    'rest_auth_events_total{kind="email_complained"} 0',
    'rest_auth_events_total{kind="throttled_login"} 1',
    'rest_auth_events_24h{kind="login"} 1',
    'rest_auth_events_24h{kind="login_failed"} 3',
    'rest_auth_events_24h{kind="throttled_login"} 1',
    'rest_auth_emails_waiting 1',
    'rest_auth_oldest_email_seconds 90',
  ])
})

test('/metrics is read by a machine’s key with the scope for it, and by no other', async () => {
  const app = await createTestApp({ env: { ADMIN_API: 'true' } })
  const deps = app.deps()
  const keyWith = (scope: AdminScope) => anAdminKey(deps, [scope])
  const status = async (authorization: string) => {
    const headers = { Authorization: authorization }
    const answer = await app.request('https://auth.example.com/metrics', { headers })
    return answer.status
  }
  expect(await status(`Bearer ${await keyWith('counters:read')}`)).toBe(200)
  expect(await status(`Bearer ${await keyWith('users:read')}`)).toBe(404)
  expect(await status('Bearer rae_admin_AAAA')).toBe(404)
  expect(await status('Bearer undefined')).toBe(404)
  expect(await status('')).toBe(404)
})

test('a counter never goes down, though hours are deleted, and each hour counts once', async () => {
  const app = await createTestApp({ env: { AUDIT_RETENTION_DAYS: '1' } })
  const { db, settings } = app.deps()
  const hourMs = 3_600_000
  const first = Math.floor(app.deps().now.getTime() / hourMs) * hourMs
  const add = async (count: number) => {
    const at = Math.floor(app.deps().now.getTime() / hourMs) * hourMs
    await db.run(
      sql`insert into event_counts (kind, hour_at, count) values ('login', ${at}, ${count})
        on conflict (kind, hour_at) do update set count = count + excluded.count`,
    )
  }
  const total = async () => (await readCounters(db, app.deps().now)).totals['login']
  await add(5)
  expect(await total()).toBe(5)
  for (let hour = 1; hour <= 60; hour += 1) {
    app.clock.advance(3_600)
    const { now } = app.deps()
    await add(1)
    await Promise.all([rollUpEvents(db, now), rollUpEvents(db, now)])
    await deleteExpired(db, now, retentionOf(settings))
    expect(await total()).toBe(5 + hour)
  }
  const [oldest] = await db.all<{ at: number }>(sql`select min(hour_at) as at from event_counts`)
  expect(oldest?.at).toBeGreaterThan(first)
})

test('SERVER_TIMING says how long each call of the database took, and is off by default', async () => {
  const login = async (env: Readonly<Record<string, unknown>>) => {
    const app = await createTestApp({ env, users: [aUser()] })
    const answer = await app.post('/login/', { username: 'alice', password: PASSWORD })
    const early = await app.request('https://auth.example.com/healthz')
    return [answer.headers.get('Server-Timing'), early.headers.get('Server-Timing')]
  }
  expect(await login({})).toEqual([null, null])
  const [timing, none] = await login({ SERVER_TIMING: 'true' })
  expect(timing).toMatch(/^db;dur=\d+(?:, db;dur=\d+)*$/)
  expect(none ?? '').toBe('')
})

describe('audit events elsewhere', () => {
  type Point = { indexes: string[]; blobs: string[]; doubles: number[] }

  async function streaming(env: Readonly<Record<string, unknown>>) {
    const app = await createTestApp({ env, users: [aUser()] })
    const points: Point[] = []
    const dataset = { writeDataPoint: (point: Point) => points.push(point) }
    const logIn = async (password: string) => {
      await app.post('/login/', { username: 'alice', password })
      await app.settle()
    }
    const run = (bindings: object = {}) => streamAudit(app.deps(), bindings)
    const lines = () => app.log.filter(({ event }) => event === 'audit')
    return { app, points, dataset, logIn, run, lines }
  }

  test('go into the log, each once, from when they are asked for', async () => {
    const { logIn, run, lines } = await streaming({ AUDIT_LOG: 'true' })
    await logIn('guess')
    expect(await run()).toBe(0)
    await logIn('guess')
    await logIn(PASSWORD)
    expect(await run()).toBe(2)
    expect(await run()).toBe(0)
    expect(lines()).toMatchObject([
      { id: 2, kind: 'login_failed', user_id: 1, happened_at: expect.stringMatching(/Z$/) },
      { id: 3, kind: 'login', user_id: 1, client: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ])
    expect(JSON.stringify(lines())).not.toMatch(/guess|192\.0\.2|alice/)
  })

  test('go into the dataset that is bound, and both know how far they are', async () => {
    const { logIn, run, points, dataset, lines } = await streaming({ AUDIT_LOG: 'true' })
    await run({ AUDIT_DATASET: dataset })
    await logIn('guess')
    expect(await run()).toBe(1)
    await logIn('guess')
    expect(await run({ AUDIT_DATASET: dataset })).toBe(3)
    expect(lines()).toHaveLength(2)
    expect(points.map(({ indexes, doubles }) => [indexes, doubles.slice(0, 2)])).toEqual([
      [['login_failed'], [1, 1]],
      [['login_failed'], [2, 1]],
    ])
    expect(points[0]?.blobs).toHaveLength(8)
  })

  test('are no more at once than an invocation may write, and none is lost', async () => {
    const { app, run, points, dataset } = await streaming({})
    await run({ AUDIT_DATASET: dataset })
    await app.deps().db.run(
      sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 600)
        insert into audit_events (kind, user_id, detail, happened_at)
        select 'login', 1, json_object('user_agent', printf('%.*c', 9000, 'x')), i from n`,
    )
    const counts = [await run({ AUDIT_DATASET: dataset }), await run({ AUDIT_DATASET: dataset })]
    expect([...counts, await run({ AUDIT_DATASET: dataset })]).toEqual([250, 250, 100])
    expect(new Set(points.map(({ doubles }) => doubles[0])).size).toBe(600)
    const longest = Math.max(...points.map(({ blobs }) => blobs.join('').length))
    expect(longest).toBeLessThan(16_000)
  })

  test('are nobody’s where nobody asks', async () => {
    const { run, app } = await streaming({})
    const { total } = await app.costOf(() => run())
    expect(total.roundTrips).toBe(0)
  })
})

test('a log line holds no longer value than a log takes', () => {
  const lines: string[] = []
  const { log } = console
  console.log = (line: string) => lines.push(line)
  try {
    const long = 'x'.repeat(1_000_000)
    platform.log({ level: 'info', event: 'test', detail: long, other: long })
  } finally {
    console.log = log
  }
  expect(lines[0]?.length).toBeLessThan(20_000)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'test' })
})

test('without a token there is no /metrics', async () => {
  const app = await createTestApp()
  expect((await app.request('https://auth.example.com/metrics')).status).toBe(404)
})

test('what happens to accounts is noted, in order, without address, name or secret', async () => {
  const app = await createTestApp({
    env: { OLD_PASSWORD_FIELD_ENABLED: 'true' },
    users: [aUser()],
    client: { address: '203.0.113.7', country: 'NL', userAgent: 'Test/1' },
  })
  await app.post('/login/', { username: 'alice', password: 'guess' })
  await app.settle()
  const login = await app.post('/login/', { username: 'alice', password: PASSWORD })
  await app.settle()
  const { key } = (await login.json()) as { key: string }
  await app.post(
    '/password/change/',
    {
      old_password: PASSWORD,
      new_password1: 'a-good-long-phrase',
      new_password2: 'a-good-long-phrase',
    },
    { Authorization: `Token ${key}` },
  )
  await app.post('/registration/', {
    username: 'bob',
    password1: 'a-good-long-phrase',
    password2: 'a-good-long-phrase',
  })
  await app.settle()
  const { events } = await searchAuditEvents(app.deps().db, { limit: 10 })
  expect(events.map(({ kind, userId }) => [kind, userId])).toEqual([
    ['registered', 2],
    ['password_changed', 1],
    ['login', 1],
    ['login_failed', 1],
  ])
  expect(events[0]?.detail).toEqual({
    client: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    country: 'NL',
    user_agent: 'Test/1',
  })
  expect(JSON.stringify(events)).not.toMatch(/203\.0\.113|alice|bob|phrase|staple/)
  const { events: failures } = await searchAuditEvents(app.deps().db, {
    kind: 'login_failed',
    limit: 10,
  })
  expect(failures).toHaveLength(1)
})

test('a flood is stopped before the database is asked', async () => {
  const app = await createTestApp({ users: [aUser()] })
  const keys: string[] = []
  const log: LogLine[] = []
  const flooded = createService(app.settings, () => ({
    fetch: () => Promise.reject(new Error('nothing may be asked')),
    now: () => app.clock.now(),
    randomBytes: (length) => new Uint8Array(length),
    defer: () => undefined,
    log: (line) => log.push(line),
    client: { address: '192.0.2.1', country: '', userAgent: '' },
    limitFlood: (key) => {
      keys.push(key)
      return Promise.resolve(false)
    },
  }))
  const response = await flooded.fetch(new Request('https://auth.example.com/dj-rest-auth/user/'))
  expect(response.status).toBe(429)
  expect(response.headers.get('Retry-After')).toBe('60')
  expect(keys).toEqual(['192.0.2.1'])
  expect(log).toMatchObject([{ event: 'request', status: 429, error: 'throttled' }])
})

test('every request is one line of the log with the id of its answer, and no line tells a secret', async () => {
  const app = await createTestApp({
    env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', ACCOUNT_EMAIL_VERIFICATION: 'mandatory' },
    users: [aUser()],
    client: { address: '203.0.113.7' },
  })
  const secrets: string[] = [PASSWORD, 'new-secret-phrase', '203.0.113.7', app.settings.SECRET_KEY]
  const answers: Response[] = []
  const post = async (path: string, body: unknown, headers: HeadersInit = {}) => {
    const answer = await app.post(path, body, headers)
    answers.push(answer)
    await app.settle()
    return answer
  }
  const login = await post('/login/', { username: 'alice', password: PASSWORD })
  const { access, refresh } = (await login.json()) as { access: string; refresh: string }
  secrets.push(access, refresh)
  await post('/token/refresh/', { refresh })
  await post('/token/verify/', { token: access })
  await post('/login/', { username: 'alice', password: 'new-secret-phrase' })
  await post('/password/reset/', { email: 'alice@example.com' })
  await post('/registration/', {
    username: 'bob',
    email: 'bob@example.com',
    password1: 'new-secret-phrase',
    password2: 'new-secret-phrase',
  })
  app.outside.interceptDatabase(() =>
    Promise.reject(new TypeError('fetch failed: new-secret-phrase')),
  )
  await post('/login/', { username: 'alice', password: PASSWORD })
  app.outside.interceptDatabase(undefined)
  for (const { text } of app.mailbox) {
    secrets.push(...text.split(/[\s/]+/).filter((word) => word.length > 30))
  }
  const lines = app.log.filter(({ event }) => event === 'request')
  expect(lines.map((line) => line['request_id'])).toEqual(
    answers.map(({ headers }) => headers.get('X-Request-Id')),
  )
  const whole = JSON.stringify(app.log)
  for (const secret of secrets) expect(whole).not.toContain(secret)
  expect(whole).not.toMatch(/alice|bob|example\.com/)
  expect(secrets.length).toBeGreaterThan(6)
})

test('mails that nothing sends leave no word of theirs in the log', async () => {
  const env = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory', ACCOUNT_RATE_LIMITS: 'false' }
  const app = await createTestApp({ env, users: [aUser()], sendEmail: 'of settings' })
  const password = 'new-secret-phrase'
  const bob = { username: 'bob', email: 'bob@example.com', password1: password }
  await app.post('/registration/', { ...bob, password2: password })
  await app.post('/registration/', { ...bob, username: 'bobby', password2: password })
  await app.post('/registration/resend-email/', { email: 'bob@example.com' })
  await app.post('/password/reset/', { email: 'alice@example.com' })
  await app.settle()
  await deliverWaitingEmails(app.deps())
  const lines = app.log.filter(({ event }) => event === 'emails_wait')
  expect(lines.map(({ emails }) => emails)).toEqual([1, 1, 1, 1, 1, 5])
  expect(Object.keys(lines[0] ?? {})).toEqual(['level', 'event', 'emails', 'reason'])
  expect(JSON.stringify(app.log)).not.toMatch(/alice|bob|example\.com|https?:|pages\//)
})

test('/readyz says why mails wait, and since when, and nothing of them', async () => {
  const held = { kind: 'held', reason: 'status 403 validation_error' } as const
  const app = await createTestApp({ users: [aUser()], sendEmail: () => Promise.resolve(held) })
  const ready = async () => (await app.request('https://auth.example.com/readyz')).json()
  const { now } = app.deps()
  await app.post('password/reset/', { email: 'nobody@example.com' })
  await app.settle()
  expect(await ready()).toEqual({ status: 'ok', database: 'ok', migrations: 'current' })
  await app.post('password/reset/', { email: 'alice@example.com' })
  await app.settle()
  expect(await ready()).toEqual({
    status: 'ok',
    database: 'ok',
    migrations: 'current',
    mail: { status: 'waiting', reason: held.reason, since: now.toISOString() },
  })
})
