import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { refusedBySqlite, type Pipeline } from '../support/broken-database.ts'

/** Answers the first calls in the database's place; the rest it answers itself. */
function answerFirst(app: TestApp, times: number, answer: (pipeline: Pipeline) => Response): void {
  let left = times
  app.outside.interceptDatabase(async (request, pass) => {
    left -= 1
    return left < 0 ? pass(request) : answer(await request.json())
  })
}

function locked(pipeline: Pipeline): Response {
  return refusedBySqlite(pipeline, {
    message: 'SQLite error: database is locked',
    code: 'SQLITE_BUSY',
  })
}

function tooMany(): Response {
  return new Response('Too many requests', { status: 429 })
}

async function rename(app: TestApp, name: string): Promise<void> {
  await app.deps().db.update(users).set({ firstName: name }).where(eq(users.username, 'ada'))
}

async function firstName(app: TestApp): Promise<string | undefined> {
  const [row] = await app.deps().db.select({ firstName: users.firstName }).from(users)
  return row?.firstName
}

test.each([
  ['locked', locked],
  ['asked by too many', tooMany],
])('a write is made again where the database was %s', async (_what, answer) => {
  const app = await createTestApp({ users: [aUser({ username: 'ada' })] })
  answerFirst(app, 3, answer)
  const { waited } = await app.costOf(() => rename(app, 'Ada'))
  expect(waited.roundTrips).toBe(4)
  expect(await firstName(app)).toBe('Ada')
})

test('a batch is made again as a whole where the database was locked', async () => {
  const app = await createTestApp({ users: [aUser({ username: 'ada' })] })
  answerFirst(app, 1, locked)
  const { db } = app.deps()
  await db.batch([
    db.update(users).set({ firstName: sql`${users.firstName} || 'A'` }),
    db.update(users).set({ firstName: sql`${users.firstName} || 'da'` }),
  ])
  expect(await firstName(app)).toBe('Ada')
})

test('a write whose answer was lost is not made again', async () => {
  const app = await createTestApp({ users: [aUser({ username: 'ada' })] })
  app.outside.interceptDatabase(async (request, pass) => {
    await pass(request)
    throw new TypeError('fetch failed')
  })
  const { waited } = await app.costOf(() => rename(app, 'Ada').catch(() => undefined))
  expect(waited.roundTrips).toBe(1)
  app.outside.interceptDatabase(undefined)
  expect(await firstName(app)).toBe('Ada')
})

test('a single read is made once more where its answer was lost', async () => {
  const app = await createTestApp({ users: [aUser({ username: 'ada', firstName: 'Ada' })] })
  let calls = 0
  app.outside.interceptDatabase((request, pass) => {
    calls += 1
    return calls === 1 ? Promise.reject(new TypeError('fetch failed')) : pass(request)
  })
  expect(await firstName(app)).toBe('Ada')
  expect(calls).toBe(2)
})
