import { expect, test } from 'vitest'
import { HashingBusy, inTurn, withHashing } from '../../../src/core/passwords/hash-queue.ts'
import { parseSettings } from '../../../src/settings/parse.ts'

const SETTINGS = parseSettings({
  SECRET_KEY: 'queue-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:8080',
  PASSWORD_QUEUE_MAX_MS: '1000',
})
const BEGIN = new Date('2026-01-01T00:00:00Z')

function depsAt(now: Date, elapsedMs = () => performance.now()) {
  return { settings: SETTINGS, now, elapsedMs }
}

/** A hash that takes as long as a test says. */
function makeHash() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { hash: () => promise, finish: resolve }
}

/** Lets the queue learn that a hash takes so long. */
async function teach(ms: number): Promise<void> {
  for (let count = 0; count < 60; count += 1) {
    const times = [0, ms]
    await inTurn(
      () => times.shift() ?? ms,
      () => Promise.resolve(),
    )
  }
}

test('hashes one password at a time, in the order of asking', async () => {
  const order: string[] = []
  const hash = (name: string) => async () => {
    order.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    order.push(`${name} ends`)
  }
  await Promise.all(
    ['a', 'b', 'c'].map((name) => inTurn(performance.now.bind(performance), hash(name))),
  )
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('lets input and output proceed before a hash', async () => {
  let isDone = false
  setTimeout(() => {
    isDone = true
  }, 0)
  let wasDone: boolean | undefined
  await inTurn(
    () => 0,
    () => {
      wasDone = isDone
      return Promise.resolve()
    },
  )
  expect(wasDone).toBe(true)
})

test('a hash that fails gives the turn to the next', async () => {
  const failing = inTurn(
    () => 0,
    () => Promise.reject(new Error('no such hash')),
  )
  const next = inTurn(
    () => 0,
    () => Promise.resolve('hashed'),
  )
  await expect(failing).rejects.toThrow('no such hash')
  expect(await next).toBe('hashed')
})

test('a turn that is never taken is given up', { timeout: 10_000 }, async () => {
  const stuck = makeHash()
  const first = inTurn(() => 0, stuck.hash)
  const begun = performance.now()
  expect(
    await inTurn(
      () => 0,
      () => Promise.resolve('hashed'),
    ),
  ).toBe('hashed')
  expect(performance.now() - begun).toBeLessThan(5_000)
  stuck.finish()
  await first
})

test('who would wait longer than the bound is refused before any work, and told when to come again', async () => {
  await teach(300)
  const { promise, resolve } = Promise.withResolvers<void>()
  const waiting = [1, 2, 3, 4].map(() => withHashing(depsAt(BEGIN), () => promise))
  let hasWorked = false
  const refused = withHashing(depsAt(BEGIN), () => {
    hasWorked = true
    return Promise.resolve()
  })
  const error = await refused.catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(HashingBusy)
  expect(error).toMatchObject({ retryAfterSeconds: 2 })
  expect(hasWorked).toBe(false)
  resolve()
  await Promise.all(waiting)
  expect(await withHashing(depsAt(BEGIN), () => Promise.resolve('served'))).toBe('served')
})

test('one slow hash makes nobody else refused', async () => {
  await teach(50)
  const times = [0, 4_000]
  await inTurn(
    () => times.shift() ?? 0,
    () => Promise.resolve(),
  )
  const { promise, resolve } = Promise.withResolvers<void>()
  const waiting = withHashing(depsAt(BEGIN), () => promise)
  expect(await withHashing(depsAt(BEGIN), () => Promise.resolve('served'))).toBe('served')
  resolve()
  await waiting
})

test('places of requests that the platform has dropped are free after a while', async () => {
  await teach(300)
  const { promise, resolve } = Promise.withResolvers<void>()
  const dropped = [1, 2, 3, 4].map(() => withHashing(depsAt(BEGIN), () => promise))
  const work = () => Promise.resolve('served')
  await expect(withHashing(depsAt(BEGIN), work)).rejects.toThrow(HashingBusy)
  const later = new Date(BEGIN.getTime() + 40_000)
  expect(await withHashing(depsAt(later), work)).toBe('served')
  resolve()
  await Promise.all(dropped)
})
