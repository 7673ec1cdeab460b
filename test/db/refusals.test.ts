import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { refusedBySqlite } from '../support/broken-database.ts'

const PASSWORD = 'right-horse-staple'

function logIn(app: TestApp): Promise<Response> {
  return app.post('/login/', { username: 'ada', password: PASSWORD })
}

function aWorld(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  return createTestApp({ env, users: [aUser({ username: 'ada', password: PASSWORD })] })
}

/** Answers the first calls in the database's place; the rest it answers itself. */
function answerFirst(app: TestApp, times: number, answer: (request: Request) => Promise<Response>) {
  const calls = { count: 0 }
  app.outside.interceptDatabase((request, pass) => {
    calls.count += 1
    return calls.count <= times ? answer(request) : pass(request)
  })
  return calls
}

describe('a database that refuses to work is 503, and the log names its code', () => {
  test.each([
    ['BLOCKED', 'Operation was blocked: SQL write operations are forbidden'],
    ['SQLITE_FULL', 'SQLite error: database or disk is full'],
    ['SQLITE_READONLY', 'SQLite error: attempt to write a readonly database'],
    ['SQLITE_READONLY_DBMOVED', 'SQLite error: attempt to write a readonly database'],
    ['SQLITE_IOERR', 'SQLite error: disk I/O error'],
    ['SQLITE_IOERR_WRITE', 'SQLite error: disk I/O error'],
    ['SQLITE_LOCKED', 'SQLite error: database table is locked: users'],
    ['SQLITE_BUSY_SNAPSHOT', 'SQLite error: database is locked'],
    ['SQLITE_NOMEM', 'SQLite error: out of memory'],
    ['SQLITE_CANTOPEN', 'SQLite error: unable to open database file'],
    ['SQLITE_CORRUPT', 'SQLite error: database disk image is malformed'],
    ['SQLITE_PROTOCOL', 'SQLite error: locking protocol'],
    ['SQLITE_INTERRUPT', 'SQLite error: interrupted'],
    ['STREAM_EXPIRED', 'The stream has expired due to inactivity'],
    ['TRANSACTION_TIMEOUT', 'Transaction timed-out'],
    ['TX_TIMEOUT', 'interactive transaction timed out'],
    ['WRITES_BLOCKED', 'your plan is exhausted'],
    ['SQLITE_NOLFS', 'SQLite error: large file support is disabled'],
    ['REPLICATION_LAG2', 'a code that no server of today says'],
  ])('%s', async (code, message) => {
    const app = await aWorld()
    answerFirst(app, Infinity, async (request) =>
      refusedBySqlite(await request.json(), { code, message }),
    )
    const response = await logIn(app)
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toMatch(/^\d+$/)
    expect(app.log).toContainEqual(expect.objectContaining({ status: 503, code }))
  })

  test.each([
    [
      400,
      '{"message":"The stream has expired due to inactivity","code":"STREAM_EXPIRED"}',
      'STREAM_EXPIRED',
    ],
    [400, 'Received an invalid baton: missing stream', 'SERVER_ERROR'],
    [401, 'Unauthorized', 'SERVER_ERROR'],
    [404, 'Namespace `db` doesn’t exist', 'SERVER_ERROR'],
    [500, 'Internal error', 'SERVER_ERROR'],
    [200, '{"results":[]}', 'HRANA_PROTO_ERROR'],
  ])('by HTTP: %s %s', async (status, body, code) => {
    const app = await aWorld()
    answerFirst(app, Infinity, () => Promise.resolve(new Response(body, { status })))
    const response = await logIn(app)
    expect(response.status).toBe(503)
    expect(app.log).toContainEqual(expect.objectContaining({ status: 503, code }))
  })

  test.each([
    ['SQLITE_UNKNOWN', 'SQLite error: no such function: frob'],
    ['SQLITE_ERROR', 'SQLite error: near "frob": syntax error'],
    ['SQL_PARSE_ERROR', 'SQL string could not be parsed: near FROB'],
    ['ARGS_INVALID', 'Arguments do not match SQL parameters'],
  ])('our own mistake is still 500: %s', async (code, message) => {
    const app = await aWorld()
    const error = { code, message }
    answerFirst(app, Infinity, async (request) => refusedBySqlite(await request.json(), error))
    expect((await logIn(app)).status).toBe(500)
  })
})

describe('what was refused untouched is tried again', () => {
  test.each([
    [200, 'SQLITE_LOCKED', 'SQLite error: database table is locked'],
    [200, 'SQLITE_BUSY', 'SQLite error: database is locked'],
    [400, 'STREAM_EXPIRED', 'The stream has expired due to inactivity'],
    [400, '', 'Received an invalid baton: missing stream'],
    [429, '', 'Too many requests'],
  ])('%s %s', async (status, code, message) => {
    const app = await aWorld()
    const calls = answerFirst(app, 1, async (request) =>
      status === 200
        ? refusedBySqlite(await request.json(), { code, message })
        : new Response(code === '' ? message : JSON.stringify({ code, message }), { status }),
    )
    expect((await logIn(app)).status).toBe(200)
    expect(calls.count).toBeGreaterThan(1)
  })

  test.each(['BLOCKED', 'SQLITE_FULL', 'SQLITE_IOERR'])('but not %s', async (code) => {
    const app = await aWorld()
    const calls = answerFirst(app, Infinity, async (request) =>
      refusedBySqlite(await request.json(), { code, message: '' }),
    )
    await logIn(app)
    expect(calls.count).toBe(1)
  })
})

describe('a call has one deadline', () => {
  async function durationOf(work: () => Promise<unknown>): Promise<number> {
    const begun = performance.now()
    await work()
    return performance.now() - begun
  }
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const tooMany = () => new Response('Too many requests', { status: 429 })

  test('and no second try after a slow refusal', async () => {
    const app = await aWorld({ DATABASE_TIMEOUT_MS: '1500' })
    const calls = answerFirst(app, Infinity, async () => {
      await wait(900)
      return tooMany()
    })
    const ms = await durationOf(async () => {
      expect((await logIn(app)).status).toBe(503)
    })
    expect(calls.count).toBe(1)
    expect(ms).toBeLessThan(1500)
  })

  test('half of which a lock is waited for, however slowly each try is refused', async () => {
    const app = await aWorld({ DATABASE_TIMEOUT_MS: '4000' })
    const locked = async (request: Request): Promise<Response> => {
      await wait(800)
      const error = { code: 'SQLITE_BUSY', message: 'SQLite error: database is locked' }
      return refusedBySqlite(await request.json(), error)
    }
    const twice = answerFirst(app, 2, locked)
    expect((await logIn(app)).status).toBe(200)
    expect(twice.count).toBeGreaterThan(2)
    await app.settle()
    const always = answerFirst(app, Infinity, locked)
    const ms = await durationOf(async () => {
      expect((await logIn(app)).status).toBe(503)
    })
    expect(always.count).toBe(3)
    expect(ms).toBeLessThan(4000)
  })

  test('within which all pauses lie, however short it is', async () => {
    const database = openDatabase({
      url: 'http://database.invalid',
      authToken: undefined,
      timeoutMs: 500,
      fetch: () => Promise.resolve(tooMany()),
    })
    const ms = await durationOf(async () => {
      await expect(database.run('select 1')).rejects.toThrow()
    })
    expect(ms).toBeLessThan(650)
  })

  test('within which all tries lie', async () => {
    const app = await aWorld({ DATABASE_TIMEOUT_MS: '800' })
    const calls = answerFirst(app, Infinity, async () => {
      await wait(150)
      return tooMany()
    })
    const ms = await durationOf(async () => {
      expect((await logIn(app)).status).toBe(503)
    })
    expect(calls.count).toBeGreaterThan(1)
    expect(calls.count).toBeLessThan(6)
    expect(ms).toBeLessThan(2000)
  })

  test('that hangs is 503 when it is over', async () => {
    const app = await aWorld({ DATABASE_TIMEOUT_MS: '300' })
    app.outside.interceptDatabase(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
          })
        }),
    )
    expect((await logIn(app)).status).toBe(503)
  })

  test('which does not run while the isolate is busy with something else', async () => {
    const app = await aWorld({ DATABASE_TIMEOUT_MS: '200' })
    app.outside.interceptDatabase(async (request, pass) => {
      const answer = await pass(request)
      // As when somebody else's password is hashed: neither answers nor timers are looked at.
      const end = performance.now() + 600
      while (performance.now() < end);
      await wait(1)
      return answer
    })
    expect((await logIn(app)).status).toBe(200)
  })
})
