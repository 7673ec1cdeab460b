import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorker, type WorkerUnderTest } from './start-worker.ts'

const REQUESTS = 500
const IN_FLIGHT = 64
const USERS = 20
const PASSWORD = 'right-horse-staple'
const PATIENCE_MS = 180_000

let worker: WorkerUnderTest
const accessTokens: string[] = []
/** One refresh token a request: a spent one is refused, and rightly so. */
const refreshTokens: string[] = []

beforeAll(async () => {
  worker = await startWorker({
    // A busy machine's longest queue of hashes is no failure.
    PASSWORD_QUEUE_MAX_MS: '600000',
    USE_JWT: 'true',
    JWT_AUTH_HTTPONLY: 'false',
    ACCOUNT_RATE_LIMITS: 'false',
  })
  for (let user = 0; user < USERS; user += 1) {
    const { access } = await post(user, 'registration/', registration(`user${user}`), 201)
    accessTokens.push(access)
  }
  for (let count = 0; count < REQUESTS / 4; count += 1) {
    refreshTokens.push((await logIn(count)).refresh)
  }
}, PATIENCE_MS)
afterAll(() => worker.stop())

type Pair = { readonly access: string; readonly refresh: string }

/** The binding that stops floods counts by address; nobody sends all of this from one. */
function from(count: number): Readonly<Record<string, string>> {
  return { 'CF-Connecting-IP': `192.0.2.${count % 256}` }
}

async function post(count: number, path: string, body: unknown, status: number): Promise<Pair> {
  const response = await worker.post(path, body, from(count))
  const text = await response.text()
  if (response.status !== status) throw new Error(`${path}: ${response.status} ${text}`)
  return JSON.parse(text)
}

function logIn(count: number): Promise<Pair> {
  return post(count, 'login/', { username: `user${count % USERS}`, password: PASSWORD }, 200)
}

function registration(username: string): Readonly<Record<string, string>> {
  const email = `${username}@example.com`
  return { username, email, password1: PASSWORD, password2: PASSWORD }
}

async function readUser(count: number): Promise<void> {
  const authorization = `Bearer ${accessTokens[count % USERS]}`
  const headers = { Authorization: authorization, ...from(count) }
  const response = await worker.request('user/', { headers })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`user/: ${response.status} ${text}`)
}

/** A quarter each of logins, reads, refreshes and registrations. */
async function ask(count: number): Promise<void> {
  switch (count % 4) {
    case 0:
      await logIn(count)
      return
    case 1:
      await readUser(count)
      return
    case 2:
      await post(count, 'token/refresh/', { refresh: refreshTokens.pop() }, 200)
      return
    default:
      await post(count, 'registration/', registration(`new${count}`), 201)
  }
}

test(
  `serves ${REQUESTS} requests, ${IN_FLIGHT} in flight, without one failure`,
  async () => {
    const failures: string[] = []
    let next = 0
    let inFlight = 0
    let most = 0
    const player = async (): Promise<void> => {
      while (next < REQUESTS) {
        const count = next
        next += 1
        inFlight += 1
        most = Math.max(most, inFlight)
        await ask(count).catch((error: unknown) => failures.push(String(error)))
        inFlight -= 1
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, player))
    expect(failures).toEqual([])
    expect(most).toBe(IN_FLIGHT)

    const { rows } = await worker.sqld.client.execute('select count(*) as n from users')
    expect(rows[0]?.['n']).toBe(USERS + REQUESTS / 4)
    await expect.poll(() => worker.mails.length, { timeout: 60_000 }).toBe(USERS + REQUESTS / 4)
  },
  PATIENCE_MS,
)
