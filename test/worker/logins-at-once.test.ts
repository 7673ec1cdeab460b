import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePassword } from '../../src/core/passwords/passwords.ts'
import { startWorker, type WorkerUnderTest } from './start-worker.ts'

/** What a deployment hashes with: 600,000 iterations, 72 ms of a core for each login. */
const PRODUCTION_COST = { PASSWORD_PBKDF2_CALLS: 6, PASSWORD_PBKDF2_ITERATIONS: 100_000 }
/** At once; on one core they take more than three deadlines of the database. */
const LOGINS = 256
/** Where all are hashed: longer than one deadline, and no longer, because it is somebody's core. */
const HASHED_LOGINS = 96
const USERS = 64
const PASSWORD = 'right-horse-staple'
const PATIENCE_MS = 400_000
/** What a database that is away is answered with; a full queue asks for more. */
const DATABASE_RETRY_AFTER = '5'

/** A worker as it is deployed: the default deadline, the default limits, the production cost. */
async function startAsDeployed(
  variables: Readonly<Record<string, string>>,
): Promise<WorkerUnderTest> {
  const worker = await startWorker({
    PASSWORD_PBKDF2_CALLS: String(PRODUCTION_COST.PASSWORD_PBKDF2_CALLS),
    PASSWORD_PBKDF2_ITERATIONS: String(PRODUCTION_COST.PASSWORD_PBKDF2_ITERATIONS),
    DATABASE_TIMEOUT_MS: '5000',
    USE_JWT: 'true',
    ...variables,
  })
  const deps = {
    settings: PRODUCTION_COST,
    randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
    elapsedMs: () => performance.now(),
  }
  const hash = await makePassword(deps, PASSWORD)
  await worker.sqld.client.batch(
    Array.from({ length: USERS }, (_, id) => ({
      sql: `insert into users (username, username_folded, email, email_folded, password, first_name, last_name,
        is_active, is_staff, is_superuser, date_joined_at) values (?, ?, '', '', ?, '', '', 1, 0, 0, 0)`,
      args: [`user${id}`, `user${id}`, hash],
    })),
    'write',
  )
  return worker
}

type Answer = { readonly status: number; readonly retryAfter: string | null; readonly ms: number }

/** All at once, each from an address of its own; every eighth names nobody. */
function logInAtOnce(worker: WorkerUnderTest, logins: number): Promise<readonly Answer[]> {
  return Promise.all(
    Array.from({ length: logins }, async (_, count) => {
      const begun = performance.now()
      const response = await worker.post(
        'login/',
        {
          username: isNobody(count) ? `nobody${count}` : `user${count % USERS}`,
          password: PASSWORD,
        },
        { 'CF-Connecting-IP': `192.0.2.${count % 256}` },
      )
      await response.text()
      return {
        status: response.status,
        retryAfter: response.headers.get('Retry-After'),
        ms: performance.now() - begun,
      }
    }),
  )
}

function longest(answers: readonly Answer[]): number {
  return Math.max(...answers.map(({ ms }) => ms))
}

function isNobody(count: number): boolean {
  return count % 8 === 7
}

async function countOf(worker: WorkerUnderTest, sql: string): Promise<number> {
  const { rows } = await worker.sqld.client.execute(sql)
  return Number(rows[0]?.[0])
}

/** What is written after the answers: nothing of it is lost, however busy the isolate was. */
async function expectNotes(worker: WorkerUnderTest, answers: readonly Answer[]): Promise<void> {
  const right = answers.filter(({ status }) => status === 200).length
  const wrong = answers.filter(({ status }) => status === 400).length
  const notes = () =>
    Promise.all([
      countOf(worker, "select count(*) from audit_events where kind = 'login'"),
      countOf(worker, 'select count(*) from refresh_families'),
      countOf(worker, "select coalesce(sum(count), 0) from event_counts where kind = 'login'"),
      countOf(
        worker,
        "select coalesce(sum(count), 0) from event_counts where kind = 'login_failed'",
      ),
    ])
  await expect.poll(notes, { timeout: 60_000 }).toEqual([right, right, right, wrong])
}

describe(`${LOGINS} logins at once, at 6 × 100,000 iterations`, () => {
  let worker: WorkerUnderTest
  beforeAll(async () => {
    worker = await startAsDeployed({})
  }, PATIENCE_MS)
  afterAll(() => worker.stop())

  test(
    'are each answered, or refused at once because too many wait; the database is not blamed',
    async () => {
      const answers = await logInAtOnce(worker, LOGINS)
      const refused = answers.filter(({ status }) => status === 503)
      const served = answers.filter(({ status }) => status !== 503)
      expect(served.filter(({ status }) => status !== 200 && status !== 400)).toEqual([])
      expect(refused.filter(({ retryAfter }) => retryAfter === DATABASE_RETRY_AFTER)).toEqual([])
      expect(served.length).toBeGreaterThan(64)
      expect(refused.length).toBeGreaterThan(0)
      // Before any work, so long before those are done who were taken.
      expect(longest(refused)).toBeLessThan(longest(served) / 2)
      await expectNotes(worker, answers)
      // Who was refused comes again, and nothing is left of the crowd.
      const again = await worker.post('login/', { username: 'user0', password: PASSWORD })
      expect(again.status).toBe(200)
    },
    PATIENCE_MS,
  )
})

describe(`${HASHED_LOGINS} logins at once that may wait as long as it takes`, () => {
  let worker: WorkerUnderTest
  beforeAll(async () => {
    worker = await startAsDeployed({ PASSWORD_QUEUE_MAX_MS: '600000' })
  }, PATIENCE_MS)
  afterAll(() => worker.stop())

  test(
    'are all answered, and all of their notes written',
    async () => {
      const answers = await logInAtOnce(worker, HASHED_LOGINS)
      const expected = answers.map((_, count) => (isNobody(count) ? 400 : 200))
      expect(answers.map(({ status }) => status)).toEqual(expected)
      await expectNotes(worker, answers)
    },
    PATIENCE_MS,
  )
})
