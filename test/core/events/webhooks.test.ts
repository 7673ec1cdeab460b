import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { deleteAccount } from '../../../src/core/accounts/delete-account.ts'
import { finishDeletions } from '../../../src/core/accounts/leave.ts'
import { deliverWebhooks } from '../../../src/core/events/deliver-webhooks.ts'
import { replayDeliveries } from '../../../src/core/operator/replay-webhooks.ts'
import { listDeliveries } from '../../../src/core/events/webhook-deliveries.sql.ts'
import { deleteExpired, retentionOf } from '../../../src/db/expired.ts'
import { users } from '../../../src/db/schema/users.ts'
import { webhookDeliveries } from '../../../src/db/schema/webhooks.ts'
import { waitedFor } from '../../cost/waited.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { linkOf, takeMails } from '../../support/mail.ts'

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
const NEXT_SECRET = `whsec_${btoa('fedcba9876543210fedcba9876543210')}`
const URL_OF_CRM = 'https://crm.example.com/hooks'
const KEY = 'b'.repeat(40)
const BY_TOKEN = { Authorization: `Token ${KEY}` }
const PASSWORD = 'right-horse-staple'

type Given = { readonly events?: readonly string[]; readonly secrets?: readonly string[] }

function env(crm: Given = {}, more: Readonly<Record<string, unknown>> = {}) {
  const WEBHOOKS = { crm: { url: URL_OF_CRM, secrets: [SECRET], ...crm } }
  return { WEBHOOKS: JSON.stringify(WEBHOOKS), WEBHOOK_LOGIN_FAILED_PERCENT: '100', ...more }
}

function anApp(given: Readonly<Record<string, unknown>> = env()): Promise<TestApp> {
  // Receivers have the clock of the machine.
  return createTestApp({ env: given, users: [aUser({ tokenKey: KEY })], now: new Date() })
}

/** A receiver that answers so, and what it was sent. */
function receiver(answer: (request: Request) => Response | Promise<Response>) {
  const requests: Request[] = []
  const fetch = (...[input, init]: Parameters<typeof globalThis.fetch>) => {
    const request = new Request(input, init)
    requests.push(request.clone())
    return Promise.resolve(answer(request))
  }
  return { requests, fetch }
}

const ok = () => new Response('thanks', { status: 200 })

async function deliver(app: TestApp, fetch: typeof globalThis.fetch): Promise<number> {
  return deliverWebhooks({ ...app.deps(), fetch }, 200)
}

async function types(app: TestApp): Promise<readonly string[]> {
  await app.settle()
  const rows = await app
    .deps()
    .db.select({ type: webhookDeliveries.type })
    .from(webhookDeliveries)
    .orderBy(webhookDeliveries.id)
  return rows.map(({ type }) => type)
}

async function queueOne(app: TestApp, endpoint = 'crm'): Promise<void> {
  const { db, now } = app.deps()
  const row = { endpoint, messageId: 'msg_1', type: 'login', data: {}, createdAt: now }
  await db.insert(webhookDeliveries).values({ ...row, nextAttemptAt: now })
}

describe('is told:', () => {
  const registration = {
    username: 'bob',
    email: 'bob@example.com',
    password1: 'a-good-long-phrase',
    password2: 'a-good-long-phrase',
  }

  test('a registration, with whom it made', async () => {
    const app = await anApp()
    expect((await app.post('registration/', registration)).status).toBe(201)
    expect(await types(app)).toEqual(['user.created'])
    const { requests, fetch } = receiver(ok)
    expect(await deliver(app, fetch)).toBe(1)
    expect(await requests[0]?.json()).toEqual({
      type: 'user.created',
      timestamp: app.deps().now.toISOString(),
      data: { user: { id: 2, username: 'bob', email: 'bob@example.com', is_active: true } },
    })
    expect(await types(app)).toEqual([])
  })

  test('no registration that made nobody', async () => {
    const app = await anApp()
    expect((await app.post('registration/', { ...registration, username: 'alice' })).status).toBe(
      400,
    )
    expect(await types(app)).toEqual([])
  })

  test('a login, a wrong password, and nothing of names that nobody has', async () => {
    const app = await anApp()
    await app.post('login/', { username: 'alice', password: PASSWORD })
    await app.post('login/', { username: 'alice', password: 'wrong' })
    await app.post('login/', { username: 'nobody', password: 'wrong' })
    expect(await types(app)).toEqual(['login', 'login.failed'])
  })

  test('of failed logins as many as the setting says', async () => {
    const app = await anApp(env({}, { WEBHOOK_LOGIN_FAILED_PERCENT: '0' }))
    await app.post('login/', { username: 'alice', password: 'wrong' })
    expect(await types(app)).toEqual([])
  })

  test('a changed password and changed names, also where nothing is noted', async () => {
    const app = await anApp(env({}, { AUDIT_EVENTS: 'false' }))
    const passwords = { new_password1: 'quite-Another-9', new_password2: 'quite-Another-9' }
    const patch = { method: 'PATCH', body: JSON.stringify({ first_name: 'Al' }) }
    const headers = { ...BY_TOKEN, 'Content-Type': 'application/json' }
    expect((await app.request('user/', { ...patch, headers })).status).toBe(200)
    const taken = { method: 'PATCH', headers, body: JSON.stringify({ username: 'a b' }) }
    expect((await app.request('user/', taken)).status).toBe(400)
    expect((await app.post('password/change/', passwords, BY_TOKEN)).status).toBe(200)
    expect(await types(app)).toEqual(['user.updated', 'password.changed'])
  })

  test('a verified address, once', async () => {
    const app = await createTestApp({ env: env(), users: [aUser({ emailVerified: false })] })
    await app.post('registration/resend-email/', { email: 'alice@example.com' })
    const [mail] = await takeMails(app)
    const key = /\/([^/]+)\/$/.exec(linkOf(mail))?.[1]
    for (let use = 0; use < 2; use += 1) await app.post('registration/verify-email/', { key })
    expect(await types(app)).toEqual(['email.verified'])
  })

  test('that an account is gone, and whose it was', async () => {
    const app = await anApp()
    const { db, ...deps } = app.deps()
    await deleteAccount({ db, ...deps, actor: { kind: 'operator' } }, 1, 'operator')
    expect(await db.select({ data: webhookDeliveries.data }).from(webhookDeliveries)).toEqual([
      {
        data: {
          by: { kind: 'operator' },
          user: { id: 1, username: 'alice', email: 'alice@example.com', is_active: false },
        },
      },
    ])
  })

  test('that an owner has left, and was erased', async () => {
    const app = await anApp(env({}, { ACCOUNT_DELETION: 'hard', ACCOUNT_DELETION_GRACE_DAYS: '7' }))
    expect((await app.post('user/delete/', undefined, BY_TOKEN)).status).toBe(200)
    app.clock.advance(8 * 86_400)
    expect(await finishDeletions(app.deps())).toBe(1)
    expect(await types(app)).toEqual(['user.deactivated', 'user.deleted'])
    const { db } = app.deps()
    const rows = await db.select({ data: webhookDeliveries.data }).from(webhookDeliveries)
    expect(rows[1]?.data).toMatchObject({ user: { id: 1, username: 'alice' } })
  })

  test('what a filter takes, and to each who hears of it', async () => {
    const WEBHOOKS = {
      crm: { url: URL_OF_CRM, secrets: [SECRET], events: ['user.*'] },
      log: { url: 'https://log.example.com/', secrets: [SECRET] },
      deaf: { url: 'https://deaf.example.com/', secrets: [SECRET], events: ['token.reused'] },
    }
    const app = await anApp({ WEBHOOKS: JSON.stringify(WEBHOOKS) })
    await app.post('registration/', registration)
    await app.post('login/', { username: 'alice', password: PASSWORD })
    await app.settle()
    const { db } = app.deps()
    const rows = await db
      .select({ endpoint: webhookDeliveries.endpoint, type: webhookDeliveries.type })
      .from(webhookDeliveries)
      .orderBy(webhookDeliveries.id)
    expect(rows).toEqual([
      { endpoint: 'crm', type: 'user.created' },
      { endpoint: 'log', type: 'user.created' },
      { endpoint: 'log', type: 'login' },
    ])
  })

  test('no secret', async () => {
    const app = await anApp()
    await app.post('registration/', registration)
    await app.post('login/', { username: 'alice', password: PASSWORD })
    await app.settle()
    const { db } = app.deps()
    const told = JSON.stringify(await db.select().from(webhookDeliveries))
    const hashes = await db.select({ password: users.password }).from(users)
    for (const { password } of hashes) expect(told).not.toContain(password)
    expect(told).not.toMatch(new RegExp(`${PASSWORD}|${KEY}|a-good-long-phrase|whsec_`))
  })

  test('nothing at all without WEBHOOKS: not one statement more', async () => {
    const app = await anApp({})
    const statements: string[] = []
    app.outside.interceptDatabase(async (request, pass) => {
      statements.push(await request.clone().text())
      return pass(request)
    })
    await app.post('registration/', registration)
    await app.post('login/', { username: 'alice', password: PASSWORD })
    await app.settle()
    app.outside.interceptDatabase(undefined)
    expect(statements.join()).not.toContain('webhook_deliveries')
    expect(await deliverWebhooks(app.deps(), 200)).toBe(0)
  })

  test('in as many round trips', async () => {
    const app = await anApp()
    const { roundTrips } = await waitedFor(app, () => app.post('registration/', registration))
    expect(roundTrips).toBe(1)
  })
})

describe('a message', () => {
  test('is signed with every secret, so that one can be replaced', async () => {
    const app = await anApp(env({ secrets: [SECRET, NEXT_SECRET] }))
    await queueOne(app)
    const { requests, fetch } = receiver(ok)
    await deliver(app, fetch)
    const [request] = requests
    expect(request?.redirect).toBe('manual')
    const headers = Object.fromEntries(request?.headers.entries() ?? [])
    const body = (await request?.text()) ?? ''
    for (const secret of [SECRET, NEXT_SECRET]) {
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'login' })
    }
    expect(headers['webhook-id']).toBe('msg_1')
  })

  test('is read by the receiver of docs/webhooks.md', async () => {
    const app = await anApp()
    await queueOne(app)
    const { requests, fetch } = receiver(ok)
    await deliver(app, fetch)
    const docs = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8')
    const [, code = ''] = /```js\n([^]*?)```/.exec(docs) ?? []
    const directory = mkdtempSync(join(tmpdir(), 'receiver-'))
    const path = join(directory, 'receiver.mjs')
    writeFileSync(path, code)
    try {
      type Receiver = {
        readonly readWebhook: (
          request: Request,
          secret: string,
          seconds?: number,
        ) => Promise<unknown>
      }
      const { readWebhook }: Receiver = await import(path)
      const [request] = requests
      if (request === undefined) throw new Error('Nothing was sent.')
      expect(await readWebhook(request.clone(), SECRET)).toMatchObject({
        id: 'msg_1',
        type: 'login',
      })
      await expect(readWebhook(request.clone(), NEXT_SECRET)).rejects.toThrow('not ours')
      const later = Date.now() / 1000 + 301
      await expect(readWebhook(request.clone(), SECRET, later)).rejects.toThrow('old')
      const { url, headers } = request
      const forged = new Request(url, { method: 'POST', headers, body: '{}' })
      await expect(readWebhook(forged, SECRET)).rejects.toThrow('not ours')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  test('comes again under its id, after pauses that grow, and is given up and replayed', async () => {
    const app = await anApp()
    await queueOne(app)
    const bad = receiver(() => new Response('no', { status: 500 }))
    const hours: number[] = []
    for (let tries = 0; tries < 10; tries += 1) {
      const before = app.clock.now().getTime()
      while ((await deliver(app, bad.fetch)) === 0) app.clock.advance(1_800)
      hours.push(Math.round((app.clock.now().getTime() - before) / 3_600_000))
    }
    expect(hours).toEqual([0, 1, 1, 1, 2, 5, 10, 14, 20, 24])
    const ids = bad.requests.map(({ headers }) => headers.get('webhook-id'))
    expect(new Set(ids)).toEqual(new Set(['msg_1']))
    app.clock.advance(30 * 86_400)
    expect(await deliver(app, bad.fetch)).toBe(0)
    const { db } = app.deps()
    expect(await listDeliveries(db, { limit: 9, isFailed: true })).toMatchObject([
      { attempts: 10, nextAttemptAt: null, lastReason: 'status 500' },
    ])
    expect(app.log).toContainEqual(
      expect.objectContaining({ event: 'webhook_given_up', endpoint: 'crm', reason: 'status 500' }),
    )
    expect(await replayDeliveries(app.deps(), 'all')).toBe(1)
    const good = receiver(ok)
    expect(await deliver(app, good.fetch)).toBe(1)
    expect(good.requests[0]?.headers.get('webhook-id')).toBe('msg_1')
  })

  test('of which nobody replays it is deleted in the end', async () => {
    const app = await anApp()
    await queueOne(app)
    await deliver(app, receiver(() => new Response(null, { status: 410 })).fetch)
    const { db, now } = app.deps()
    await deleteExpired(db, now, retentionOf(app.settings))
    expect(await db.$count(webhookDeliveries)).toBe(1)
    const later = new Date(now.getTime() + 91 * 86_400_000)
    await deleteExpired(db, later, retentionOf(app.settings))
    expect(await db.$count(webhookDeliveries)).toBe(0)
  })

  test('goes to a receiver once, however many handlers run', async () => {
    const app = await anApp()
    for (let n = 0; n < 30; n += 1) await queueOne(app)
    const { requests, fetch } = receiver(ok)
    const counts = await Promise.all(Array.from({ length: 4 }, () => deliver(app, fetch)))
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(30)
    expect(requests).toHaveLength(30)
  })
})

describe('a receiver that', () => {
  type Answer = () => Response | Promise<Response>
  const late = (): Promise<Response> => Promise.reject(new DOMException('late', 'TimeoutError'))
  const moved = (): Response =>
    new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } })
  const busy = (): Response =>
    new Response(null, { status: 503, headers: { 'retry-after': '7200' } })

  test.each<readonly [string, Answer, string, number]>([
    ['is slow', late, 'TimeoutError', 60],
    ['is dead', () => Promise.reject(new TypeError('fetch failed')), 'TypeError', 60],
    ['sends us elsewhere', moved, 'status 302', 60],
    ['has a fault', () => new Response('<html>', { status: 500 }), 'status 500', 60],
    ['is busy and says for how long', busy, 'status 503', 7_200],
  ])('%s loses nothing', async (_what, answer, reason, seconds) => {
    const app = await anApp()
    await queueOne(app)
    const { requests, fetch } = receiver(answer)
    expect(await deliver(app, fetch)).toBe(1)
    expect(requests.map(({ url }) => url)).toEqual([URL_OF_CRM])
    const [row] = await app.deps().db.select().from(webhookDeliveries)
    expect(row?.lastReason).toBe(reason)
    const waitMs = (row?.nextAttemptAt?.getTime() ?? 0) - app.deps().now.getTime()
    expect(waitMs).toBe(seconds * 1000)
  })

  test('wants no more is not asked again', async () => {
    const app = await anApp()
    await queueOne(app)
    await deliver(app, receiver(() => new Response(null, { status: 410 })).fetch)
    const [row] = await app.deps().db.select().from(webhookDeliveries)
    expect(row).toMatchObject({ nextAttemptAt: null, lastReason: 'status 410' })
  })

  test('says yes is believed, whatever it says besides, and its words are not kept', async () => {
    const app = await anApp()
    await queueOne(app)
    await deliver(app, receiver(() => new Response('{"error":"no"}', { status: 200 })).fetch)
    expect(await app.deps().db.$count(webhookDeliveries)).toBe(0)
  })

  test('is away holds up no other, and is asked three times a run', async () => {
    const WEBHOOKS = {
      crm: { url: URL_OF_CRM, secrets: [SECRET] },
      log: { url: 'https://log.example.com/', secrets: [SECRET] },
    }
    const app = await anApp({ WEBHOOKS: JSON.stringify(WEBHOOKS) })
    for (let n = 0; n < 5; n += 1) {
      await queueOne(app)
      await queueOne(app, 'log')
    }
    const { requests, fetch } = receiver(({ url }) =>
      url === URL_OF_CRM ? new Response(null, { status: 500 }) : ok(),
    )
    expect(await deliver(app, fetch)).toBe(8)
    expect(requests.filter(({ url }) => url === URL_OF_CRM)).toHaveLength(3)
    const { db } = app.deps()
    expect(await db.$count(webhookDeliveries, eq(webhookDeliveries.endpoint, 'log'))).toBe(0)
    const untouched = eq(webhookDeliveries.attempts, 0)
    expect(await db.$count(webhookDeliveries, untouched)).toBe(2)
  })
})
