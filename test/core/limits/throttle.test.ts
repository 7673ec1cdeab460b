import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Count, KeyedRate } from '../../../src/core/limits/count.ts'
import { countedValues, purge, tallyThrottled } from '../../../src/core/limits/hits.sql.ts'
import {
  batchCounted,
  batchCountedByName,
  countQuietly,
  countRequest,
  releaseHits,
  selectCounted,
  wasCounted,
} from '../../../src/core/limits/throttle.sql.ts'
import type { Database } from '../../../src/db/open.ts'
import { eventCounts, throttleHits } from '../../../src/db/schema/limits.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp } from '../../support/app.ts'

const NOW = new Date('2027-03-04T05:06:07.500Z')
const HOUR = new Date('2027-03-04T05:00:00Z')
const later = (ms: number) => new Date(NOW.getTime() + ms)
const rate = (key: string, limit: number, windowMs = 60_000): KeyedRate => ({
  key,
  limit,
  windowMs,
})

let requests = 0
function count(rates: readonly KeyedRate[], more: Partial<Count> = {}): Count {
  requests += 1
  return { requestId: `request-${requests}`, action: 'knock', rates, now: NOW, ...more }
}

async function openDb(): Promise<Database> {
  const app = await createTestApp({ users: [aUser({ username: 'ada' })], now: NOW })
  return app.deps().db
}

async function keysIn(db: Database): Promise<readonly string[]> {
  const hits = await db.select({ key: throttleHits.key }).from(throttleHits)
  return hits.map(({ key }) => key).toSorted()
}

/** How often what happened in which hour. */
function talliesIn(db: Database) {
  return db.select().from(eventCounts)
}

const refusals = (number: number) => [{ kind: 'throttled_knock', hourAt: HOUR, count: number }]

/** What the statements of these tests ask. */
const names = (db: Database) => db.select({ username: users.username }).from(users)
const ADA = [{ username: 'ada' }]

test('a request counts in all of its rates or in none, and waits for the slowest that is used up', async () => {
  const db = await openDb()
  const both = (now: Date) => count([rate('a', 1, 1500), rate('b', 1, 60_000)], { now })
  expect(await countRequest(db, both(NOW))).toBeUndefined()
  expect(await countRequest(db, both(later(500)))).toBe(59.5)
  expect(
    await countRequest(db, count([rate('a', 1, 1500), rate('c', 1)], { now: later(500) })),
  ).toBe(1)
  expect(await keysIn(db)).toEqual(['a', 'b', 'refused'])
  expect(await talliesIn(db)).toEqual(refusals(2))
  // To the millisecond: in the window, and out of it.
  expect(await countRequest(db, count([rate('a', 1, 1500)], { now: later(1499) }))).toBe(0.001)
  expect(await countRequest(db, count([rate('a', 1, 1500)], { now: later(1500) }))).toBeUndefined()
  // The limit is a limit: of two, the second passes and the third does not.
  expect(await countRequest(db, count([rate('d', 2)]))).toBeUndefined()
  expect(await countRequest(db, count([rate('d', 2)]))).toBeUndefined()
  expect(await countRequest(db, count([rate('d', 2)]))).toBe(60)
  // A rate of nothing lets nobody pass.
  expect(await countRequest(db, count([rate('e', 0)]))).toBe(60)
  expect(await talliesIn(db)).toEqual(refusals(5))
})

test('a batch that is counted answers its own statements, and tells its hits', async () => {
  const db = await openDb()
  const counted = count([rate('a', 1)], {
    sight: {
      json: sql`(select count(*) from ${users} where username = ${sql.placeholder('who')})`,
      values: { who: 'ada' },
    },
  })
  const first = await batchCounted(db, counted, [
    names(db),
    db.select({ ok: sql`${wasCounted(counted)}` }).from(users),
  ])
  const hits = [{ rowid: expect.any(Number) as number, key: 'a' }]
  expect(first).toEqual({ kind: 'counted', results: [ADA, [{ ok: 1 }]], hits, sight: 1 })
  const again = count([rate('a', 1)])
  const asked: unknown[] = []
  const seen = db
    .select({ ok: sql`${wasCounted(again)}`.mapWith((ok) => asked.push(ok)) })
    .from(users)
  expect(await batchCounted(db, again, [seen])).toEqual({ kind: 'throttled', waitSeconds: 60 })
  expect(asked).toEqual([0])
  expect(await talliesIn(db)).toEqual(refusals(1))
})

test('without a count, the statements alone are run', async () => {
  expect(countedValues(undefined)).toEqual({})
  const db = await openDb()
  expect(await batchCounted(db, undefined, [names(db)])).toEqual({
    kind: 'counted',
    results: [ADA],
    hits: [],
  })
  expect(await selectCounted(db, undefined, names(db))).toEqual({
    kind: 'counted',
    results: ADA,
    hits: [],
  })
  expect(await db.select({ ok: sql`${wasCounted(undefined)}` }).from(users)).toEqual([{ ok: 1 }])
  expect(await keysIn(db)).toEqual([])
})

test('by name, and alone, statements answer the same; refused, they answer nothing', async () => {
  const db = await openDb()
  const hits = [{ rowid: expect.any(Number) as number, key: 'a' }]
  const ask = () =>
    batchCountedByName(db, count([rate('a', 2)]), { all: names(db), more: [names(db)] })
  expect(await ask()).toEqual({ kind: 'counted', results: { all: ADA, more: [ADA] }, hits })
  const select = () => selectCounted(db, count([rate('a', 2)]), names(db))
  expect(await select()).toEqual({ kind: 'counted', results: ADA, hits })
  const refused = { kind: 'throttled', waitSeconds: 60 }
  expect(await ask()).toEqual(refused)
  expect(await select()).toEqual(refused)
  await expect(batchCountedByName(db, count([rate('b', 2)]), {})).rejects.toThrow(
    'A batch of nothing.',
  )
})

test('what has expired goes with the next request, some at a time, or is left to others', async () => {
  const db = await openDb()
  const expired = Array.from({ length: 10 }, (_, index) => rate(`old-${index}`, 1, 1000))
  await countRequest(db, count([...expired, rate('young', 1)]))
  const now = later(1000)
  await batchCounted(db, count([rate('a', 1)], { now, isPurgedLater: true }), [names(db)])
  expect(await keysIn(db)).toHaveLength(12)
  await batchCounted(db, count([rate('b', 1)], { now }), [names(db)])
  expect(await keysIn(db)).toHaveLength(5)
  await purge(db, later(999))
  expect(await keysIn(db)).toHaveLength(5)
  await purge(db, now)
  expect(await keysIn(db)).toEqual(['a', 'b', 'young'])
})

test('a refusal is tallied in its batch, or by whoever counts', async () => {
  const db = await openDb()
  const full = rate('a', 0)
  await batchCounted(db, count([full], { isTalliedLater: true }), [names(db)])
  expect(await talliesIn(db)).toEqual([])
  const later1 = count([full], { isTalliedLater: true })
  await batchCounted(db, later1, [names(db)])
  await tallyThrottled(db, later1)
  expect(await talliesIn(db)).toEqual(refusals(1))
  await batchCounted(db, count([full]), [names(db)])
  expect(await talliesIn(db)).toEqual(refusals(2))
  // Of a counted one there is nothing to tally, and its answers stand where they stood.
  const counted = await batchCounted(db, count([rate('b', 1)], { isTalliedLater: true }), [
    names(db),
  ])
  expect(counted).toMatchObject({ kind: 'counted', results: [ADA] })
  expect(await talliesIn(db)).toEqual(refusals(2))
})

test('quietly, nothing is refused: it is counted, or tallied, and only where the condition holds', async () => {
  const db = await openDb()
  const knock = async (holds: boolean, now = NOW) => {
    const counted = count([rate('a', 1)], { now })
    const statements = countQuietly(db, counted, holds ? sql`1` : sql`0`)
    const [, , rows] = await db.batch([
      ...statements,
      db.select({ ok: sql`${wasCounted(counted)}` }).from(users),
    ])
    return rows[0]?.ok
  }
  expect(await knock(false)).toBe(0)
  expect(await keysIn(db)).toEqual([])
  expect(await talliesIn(db)).toEqual([])
  expect(await knock(true)).toBe(1)
  expect(await talliesIn(db)).toEqual([])
  expect(await knock(true)).toBe(0)
  expect(await knock(false)).toBe(0)
  expect(await keysIn(db)).toEqual(['a'])
  expect(await talliesIn(db)).toEqual(refusals(1))
})

const ACCOUNTS = {
  id: sql`(select id from ${users} where username = ${sql.placeholder('who')})`,
  values: { who: 'ada' },
}
const ofNobody = { ...ACCOUNTS, values: { who: 'nobody' } }

test('an account counts by its number, nobody by what was typed, or not at all', async () => {
  const db = await openDb()
  const rates = [rate('knock', 1)]
  const byAccount = (accounts: typeof ACCOUNTS, unknownKey?: string) =>
    count([], { accountRates: { accounts, rates, ...(unknownKey && { unknownKey }) } })
  const known = byAccount(ACCOUNTS, 'x')
  const asked = db.select({ ok: sql`${wasCounted(known)}` }).from(users)
  expect(await batchCounted(db, known, [asked])).toMatchObject({
    results: [[{ ok: 1 }]],
    hits: [{ key: 'knock:user:1' }],
  })
  const refused = byAccount(ACCOUNTS)
  const seen: unknown[] = []
  const ask = db
    .select({ ok: sql`${wasCounted(refused)}`.mapWith((ok) => seen.push(ok)) })
    .from(users)
  expect(await batchCounted(db, refused, [ask])).toEqual({ kind: 'throttled', waitSeconds: 60 })
  expect(seen).toEqual([0])
  expect(await countRequest(db, byAccount(ofNobody, 'x'))).toBeUndefined()
  expect(await countRequest(db, byAccount(ofNobody, 'x'))).toBe(60)
  expect(await countRequest(db, byAccount(ofNobody, 'y'))).toBeUndefined()
  const uncounted = await batchCounted(db, byAccount(ofNobody), [names(db)])
  expect(uncounted).toEqual({ kind: 'counted', results: [ADA], hits: [] })
  expect(await keysIn(db)).toEqual(['knock:name:x', 'knock:name:y', 'knock:user:1'])
})

test('a device that the account knows has a counter of its own, as long as its tokens are of the version', async () => {
  const db = await openDb()
  const from = (device: { userId: number; version: number; deviceId: string }) =>
    count([rate('client', 9)], {
      accountRates: { accounts: ACCOUNTS, rates: [rate('knock', 1)], device },
    })
  const phone = { userId: 1, version: 0, deviceId: 'phone' }
  expect(await countRequest(db, from(phone))).toBeUndefined()
  expect(await countRequest(db, from(phone))).toBe(60)
  expect(await countRequest(db, from({ ...phone, deviceId: 'pad' }))).toBeUndefined()
  // Another account's device, and one of before a revocation, count as anybody's.
  expect(await countRequest(db, from({ ...phone, userId: 2 }))).toBeUndefined()
  expect(await countRequest(db, from({ ...phone, version: 5 }))).toBe(60)
  await db.update(users).set({ tokensRevokedAt: new Date(5) })
  expect(await countRequest(db, from({ ...phone, version: 5 }))).toBe(60)
  expect(await countRequest(db, from({ ...phone, version: 5, deviceId: 'new' }))).toBeUndefined()
  const keys = (await keysIn(db)).filter((key) => key.startsWith('knock'))
  expect(keys).toEqual([
    'knock:user:1',
    'knock:user:1:d:new',
    'knock:user:1:d:pad',
    'knock:user:1:d:phone',
  ])
})

test('hits are taken back by their place and their key', async () => {
  const db = await openDb()
  const counted = await batchCounted(db, count([rate('a', 1), rate('b', 1)]), [names(db)])
  if (counted.kind !== 'counted') throw new Error('there is room')
  const [a, b] = counted.hits
  if (a === undefined || b === undefined) throw new Error('two were counted')
  await releaseHits(db, [{ rowid: a.rowid, key: 'b' }])
  expect(await keysIn(db)).toEqual(['a', 'b'])
  await releaseHits(db, [a])
  expect(await keysIn(db)).toEqual(['b'])
  expect(await countRequest(db, count([rate('a', 1)]))).toBeUndefined()
})
