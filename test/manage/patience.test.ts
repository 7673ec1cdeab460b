import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { isDeadline } from '../../src/db/constraint.ts'
import type { Database } from '../../src/db/open.ts'
import type { Io } from '../../src/manage/command.ts'
import { openCommandDeps } from '../../src/manage/environment.ts'

/** How long an operator's command waits for a database that takes a call and does not answer. */

let silent: Server
let asked: () => void = () => undefined

beforeAll(async () => {
  silent = createServer(() => {
    asked()
  })
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
})
afterAll(() => {
  silent.closeAllConnections()
  silent.close()
})
afterEach(() => {
  vi.useRealTimers()
})

const nobody = () => Promise.resolve(undefined)

function openDeps(env: Readonly<Record<string, string>> = {}) {
  const { port } = silent.address() as AddressInfo // it listens on TCP
  const io: Io = {
    env: { TURSO_DATABASE_URL: `http://127.0.0.1:${port}`, SECRET_KEY: 'k'.repeat(40), ...env },
    directory: tmpdir(),
    out: () => undefined,
    say: () => undefined,
    isScreen: false,
    hasColors: false,
    ask: nobody,
    askHidden: nobody,
    input: Readable.from([]),
    readLine: () => Promise.resolve(''),
  }
  return openCommandDeps({ json: false, 'secrets-file': '/dev/null' }, io)
}

/** Seconds after which a call fails, to ten of them. */
async function patienceOf(db: Database): Promise<number> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { promise: sent, resolve } = Promise.withResolvers<void>()
  asked = resolve
  const call = db.run('delete from users').then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  await sent
  for (let seconds = 10; seconds < 2000; seconds += 10) {
    await vi.advanceTimersByTimeAsync(10_000)
    // What the abort of the call leads to comes by other ways than timers.
    const failed = await Promise.race([call, setImmediate(undefined)])
    if (failed === undefined) continue
    expect(isDeadline(failed.error)).toBe(true)
    return seconds
  }
  throw new Error('It never failed.')
}

test('a call may take a minute', async () => {
  expect(await patienceOf(openDeps().deps.db)).toBe(60)
})

test('what makes tables and indexes may take ten', async () => {
  expect(await patienceOf(openDeps().schemaDb)).toBe(600)
})

test('who sets a longer deadline gets it', async () => {
  expect(await patienceOf(openDeps({ DATABASE_TIMEOUT_MS: '300000' }).deps.db)).toBe(300)
})
