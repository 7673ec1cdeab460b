import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { withRateGuard } from '../../../src/core/limits/counting.sql.ts'
import { databaseOver, type Database } from '../../../src/db/open.ts'
import { throttleHits } from '../../../src/db/schema/limits.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Count } from '../../../src/core/limits/count.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ADA = aUser({ username: 'ada', firstName: '' })
const BOB = aUser({ username: 'bob' })

function countOf(app: TestApp, limit: number): Count {
  const { now } = app.deps()
  const rates = [{ key: 'scope:ip:somebody', limit, windowMs: 60_000 }]
  return { requestId: crypto.randomUUID(), action: 'scope', rates, now }
}

async function hitCount(app: TestApp): Promise<number> {
  const hits = await app.deps().db.select().from(throttleHits)
  return hits.filter(({ key }) => key !== 'refused').length
}

async function firstName(app: TestApp): Promise<string | undefined> {
  const [row] = await app.deps().db.select().from(users).where(eq(users.username, 'ada'))
  return row?.firstName
}

function rename(db: ReturnType<TestApp['deps']>['db'], name: string) {
  return db.update(users).set({ firstName: name }).where(eq(users.username, 'ada'))
}

test('the first query counts and answers as ever; those after it only answer', async () => {
  const app = await createTestApp({ users: [ADA] })
  const { db, waitSeconds } = withRateGuard(app.deps().db, countOf(app, 1))
  const read = () => db.select({ username: users.username }).from(users)
  expect((await app.costOf(async () => await read())).waited).toEqual({
    roundTrips: 1,
    statements: 3,
  })
  expect(await read()).toEqual([{ username: 'ada' }])
  expect((await app.costOf(waitSeconds)).waited).toEqual({ roundTrips: 0, statements: 0 })
  expect(await hitCount(app)).toBe(1)
})

test('queries that are made at once count once', async () => {
  const app = await createTestApp({ users: [ADA] })
  const { db, waitSeconds } = withRateGuard(app.deps().db, countOf(app, 1))
  const names = await Promise.all(
    [1, 2, 3].map(() => db.select({ username: users.username }).from(users)),
  )
  expect(names).toEqual([1, 2, 3].map(() => [{ username: 'ada' }]))
  expect(await waitSeconds()).toBeUndefined()
  expect(await hitCount(app)).toBe(1)
})

test('of a refused request no query is run, whether it is the first or comes later', async () => {
  const app = await createTestApp({ users: [ADA] })
  const used = withRateGuard(app.deps().db, countOf(app, 1))
  expect(await used.waitSeconds()).toBeUndefined()
  const { db, isDecided, waitSeconds } = withRateGuard(app.deps().db, countOf(app, 1))
  const outcomes = await Promise.allSettled([
    rename(db, 'First'),
    rename(db, 'At once'),
    db.batch([rename(db, 'In a batch')]),
  ])
  await expect(rename(db, 'Later')).rejects.toHaveProperty(
    'cause.message',
    'The request was refused before it asked.',
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(isDecided()).toBe(true)
  expect(await waitSeconds()).toBe(60)
  expect(await firstName(app)).toBe('')
  expect(await hitCount(app)).toBe(1)
})

test('a batch that fails for its own reason has counted nothing, and the next one counts', async () => {
  const app = await createTestApp({ users: [ADA, BOB] })
  const { db, isDecided, waitSeconds } = withRateGuard(app.deps().db, countOf(app, 1))
  const clash = db.update(users).set({ id: 1 }).where(eq(users.username, 'bob'))
  await expect(db.batch([rename(db, 'Half'), clash])).rejects.toThrow('UNIQUE')
  expect(isDecided()).toBe(false)
  expect(await hitCount(app)).toBe(0)
  await rename(db, 'Ada')
  expect(isDecided()).toBe(true)
  expect(await waitSeconds()).toBeUndefined()
  expect(await firstName(app)).toBe('Ada')
  expect(await hitCount(app)).toBe(1)
})

test('a query that is made while the request is being counted counts nothing more', async () => {
  const app = await createTestApp({ users: [ADA] })
  const { db, waitSeconds } = withRateGuard(app.deps().db, countOf(app, 5))
  const [wait] = await Promise.all([waitSeconds(), rename(db, 'Meanwhile').execute()])
  expect(wait).toBeUndefined()
  expect(await firstName(app)).toBe('Meanwhile')
  expect(await hitCount(app)).toBe(1)
})

test('asking twice at once counts once', async () => {
  const app = await createTestApp({ users: [ADA] })
  const { waitSeconds } = withRateGuard(app.deps().db, countOf(app, 1))
  expect(await Promise.all([waitSeconds(), waitSeconds()])).toEqual([undefined, undefined])
  expect(await hitCount(app)).toBe(1)
})

test('a batch counts with its statements, and answers them alone', async () => {
  const app = await createTestApp({ users: [ADA] })
  const { db, waitSeconds } = withRateGuard(app.deps().db, countOf(app, 1))
  const names = () => db.select({ username: users.username }).from(users)
  const answers = [[{ username: 'ada' }], [{ username: 'ada' }]]
  expect(await db.batch([names(), names()])).toEqual(answers)
  expect(await waitSeconds()).toBeUndefined()
  expect(await db.batch([names(), names()])).toEqual(answers)
  expect(await hitCount(app)).toBe(1)
})

/** The same database, with something done when a batch of it has failed. */
function withFailures(db: Database, work: () => Promise<unknown>): Database {
  const { $client: client } = db
  return databaseOver({
    execute: client.execute,
    batch: async (statements) => {
      try {
        return await client.batch(statements)
      } catch (error) {
        await work()
        throw error
      }
    },
  })
}

test('a request that has room again when it is asked why it had none passes', async () => {
  const app = await createTestApp({ users: [ADA] })
  const { db: plain } = app.deps()
  expect(await withRateGuard(plain, countOf(app, 1)).waitSeconds()).toBeUndefined()
  const given = withFailures(plain, async () => {
    await plain.delete(throttleHits)
  })
  const { db, waitSeconds } = withRateGuard(given, countOf(app, 1))
  await rename(db, 'Ada')
  expect(await waitSeconds()).toBeUndefined()
  expect(await firstName(app)).toBe('Ada')
  expect(await hitCount(app)).toBe(1)
})

test('once it is counted, queries do not wait for each other', async () => {
  const app = await createTestApp()
  const begun: (() => void)[] = []
  const { $client: client } = app.deps().db
  const slow = databaseOver({
    execute: (statement) =>
      new Promise((resolve) => {
        begun.push(() => {
          resolve(client.execute(statement))
        })
      }),
    batch: (statements) => client.batch(statements),
  })
  const { db, waitSeconds } = withRateGuard(slow, countOf(app, 1))
  await waitSeconds()
  const reads = [1, 2].map(() => db.select({ id: users.id }).from(users).execute())
  await new Promise(setImmediate)
  expect(begun).toHaveLength(2)
  for (const go of begun) go()
  expect(await Promise.all(reads)).toEqual([[], []])
})

test('a database that answers nothing is an error', async () => {
  const app = await createTestApp()
  const silent = databaseOver({
    execute: () => Promise.reject(new Error('not asked')),
    batch: () => Promise.resolve([]),
  })
  const { db } = withRateGuard(silent, countOf(app, 1))
  await expect(db.select({ id: users.id }).from(users)).rejects.toHaveProperty(
    'cause.message',
    'The database answered nothing.',
  )
})
