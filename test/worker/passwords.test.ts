import { afterAll, beforeAll, expect, test } from 'vitest'
import vectors from '../vectors/passwords.json' with { type: 'json' }
import { startWorker, type WorkerUnderTest } from './start-worker.ts'

const { verified } = vectors

const AT_ONCE = 4
/** The dearest hash takes seconds of CPU, and there are eighty. */
const PATIENCE_MS = 300_000

/** What takes long, or takes no more than 72 bytes of a password. */
const DEAR = /\$m=102400|\$(?:6x|\d)\d{5,}|\$12\$|^scrypt\$1\d{4}|^bcrypt\$/

let worker: WorkerUnderTest

beforeAll(async () => {
  worker = await startWorker({ ACCOUNT_RATE_LIMITS: 'false' })
  await worker.sqld.client.batch(
    verified.map(({ encoded }, index) => ({
      sql: 'insert into users (username, username_folded, password, date_joined_at) values (?, ?, ?, 0)',
      args: [`user${index}`, `user${index}`, encoded],
    })),
    'write',
  )
})
afterAll(() => worker.stop())

/** Runs `work` on every vector, a few at once. */
async function forEachVector(
  work: (
    vector: { readonly password: string; readonly encoded: string },
    username: string,
  ) => Promise<void>,
): Promise<void> {
  const left = verified.map((vector, index) => ({ vector, username: `user${index}` }))
  const player = async (): Promise<void> => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      await work(one.vector, one.username)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, player))
}

async function logIn(username: string, password: string): Promise<number> {
  const response = await worker.post('login/', { username, password })
  await response.arrayBuffer()
  return response.status
}

test(
  'no other password logs in',
  async () => {
    const statuses: Record<string, number> = {}
    await forEachVector(async ({ password, encoded }, username) => {
      if (DEAR.test(encoded)) return
      statuses[encoded] = await logIn(username, `${password}!`)
    })
    expect(Object.keys(statuses).length).toBeGreaterThan(40)
    expect(Object.entries(statuses).filter(([, status]) => status !== 400)).toEqual([])
  },
  PATIENCE_MS,
)

test(
  'the password of every hash that a real Django made logs in, and gets a hash of ours',
  async () => {
    const statuses: Record<string, number> = {}
    await forEachVector(async ({ password, encoded }, username) => {
      statuses[encoded] = await logIn(username, password)
    })
    expect(Object.keys(statuses)).toHaveLength(verified.length)
    expect(Object.entries(statuses).filter(([, status]) => status !== 200)).toEqual([])
    const { rows } = await worker.sqld.client.execute(
      "select password from users where password not glob 'pbkdf2_sha256$1000$*'",
    )
    expect(rows).toEqual([])
  },
  PATIENCE_MS,
)
