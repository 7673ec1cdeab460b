import { expect, test, vi } from 'vitest'
import { HashingBusy, newHashQueue } from '../../../src/core/passwords/hash-queue.ts'
import { parseSettings } from '../../../src/settings/parse.ts'

const SETTINGS = parseSettings({
  SECRET_KEY: 'queue-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:8080',
  PASSWORD_QUEUE_MAX_MS: '1000',
  PASSWORD_PBKDF2_CALLS: '5',
  PASSWORD_PBKDF2_ITERATIONS: '80000',
})
const BEGIN = new Date('2026-01-01T00:00:00Z')
const BEGIN_MS = BEGIN.getTime()

/** A request that comes so long after the first. */
function depsAt(ms = 0, settings: Partial<typeof SETTINGS> = {}) {
  return {
    settings: { ...SETTINGS, ...settings },
    now: new Date(BEGIN_MS + ms),
    elapsedMs: () => 0,
  }
}

const served = () => Promise.resolve('served')

/** Hashes once, for so long by the request's clock. */
function hashFor(queue: ReturnType<typeof newHashQueue>, ms: number): Promise<void> {
  const times = [2_000, 2_000 + ms]
  return queue.inTurn(
    () => times.shift() ?? 0,
    () => Promise.resolve(),
  )
}

/** A queue that has measured one hash. */
async function queueThatTakes(ms: number): Promise<ReturnType<typeof newHashQueue>> {
  const queue = newHashQueue()
  await hashFor(queue, ms)
  return queue
}

/** Begins operations that do not end before they are told to. */
function begin(queue: ReturnType<typeof newHashQueue>, count: number, deps = depsAt()) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let working = 0
  const all = Array.from({ length: count }, () =>
    queue.withHashing(deps, () => {
      working += 1
      return promise
    }),
  )
  const end = async (): Promise<void> => {
    resolve()
    await Promise.all(all)
  }
  return { end, working: () => working }
}

test('hashes one password at a time, in the order of asking', async () => {
  const { inTurn } = newHashQueue()
  const order: string[] = []
  const hash = (name: string) => async () => {
    order.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    order.push(`${name} ends`)
  }
  await Promise.all(['a', 'b', 'c'].map((name) => inTurn(() => 0, hash(name))))
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('lets input and output proceed before a hash, and after it, before the clock is read', async () => {
  const { inTurn } = newHashQueue()
  const seen: string[] = []
  const timer = (name: string) => setTimeout(() => seen.push(name), 0)
  timer('before')
  await inTurn(
    () => seen.push('clock'),
    () => {
      seen.push('hash')
      timer('after')
      return Promise.resolve()
    },
  )
  expect(seen).toEqual(['before', 'clock', 'hash', 'after', 'clock'])
})

test.each([
  ['once between two hashes', served, 3],
  ['again after one that failed before it could', () => Promise.reject(new Error('no')), 3],
])('lets them proceed %s', async (_, first, pauses) => {
  const { inTurn } = newHashQueue()
  const timers = vi.spyOn(globalThis, 'setTimeout')
  await Promise.allSettled([inTurn(() => 0, first), inTurn(() => 0, served)])
  expect(timers.mock.calls.filter(([, ms]) => ms === 0)).toHaveLength(pauses)
  timers.mockRestore()
})

test('a hash that fails gives the turn to the next at once', async () => {
  const { inTurn } = newHashQueue()
  const failing = inTurn(
    () => 0,
    () => Promise.reject(new Error('no such hash')),
  )
  const begun = performance.now()
  const next = inTurn(() => 0, served)
  await expect(failing).rejects.toThrow('no such hash')
  expect(await next).toBe('served')
  // Not as a turn that nobody takes.
  expect(performance.now() - begun).toBeLessThan(1_500)
})

test('a turn that is never taken is given up', { timeout: 10_000 }, async () => {
  const { inTurn } = newHashQueue()
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = inTurn(
    () => 0,
    () => promise,
  )
  const begun = performance.now()
  expect(await inTurn(() => 0, served)).toBe('served')
  expect(performance.now() - begun).toBeGreaterThan(1_500)
  expect(performance.now() - begun).toBeLessThan(5_000)
  resolve()
  await first
})

test('who would wait longer than the bound is refused before any work, and told when to come again', async () => {
  const queue = await queueThatTakes(300)
  const waiting = begin(queue, 4)
  let hasWorked = false
  const refused = queue.withHashing(depsAt(), () => {
    hasWorked = true
    return served()
  })
  const error = await refused.catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(HashingBusy)
  expect(error).toMatchObject({ name: 'HashingBusy', retryAfterSeconds: 2 })
  expect(hasWorked).toBe(false)
  await waiting.end()
  expect(await queue.withHashing(depsAt(), served)).toBe('served')
})

test('nobody is told to come again at once', () => {
  expect(new HashingBusy(0).retryAfterSeconds).toBe(1)
  expect(new HashingBusy(1_000).retryAfterSeconds).toBe(1)
  expect(new HashingBusy(1_001).retryAfterSeconds).toBe(2)
})

test.each([
  // Five calls of 80,000 iterations at 8,000 a millisecond.
  ['before one was measured', () => Promise.resolve(newHashQueue()), 20],
  ['as one was measured', () => queueThatTakes(100), 10],
  [
    'an eighth nearer to each other one',
    async () => {
      const queue = await queueThatTakes(100)
      await hashFor(queue, 900)
      return queue
    },
    5,
  ],
])('a hash is taken to last, %s: so many may wait', async (_, make, most) => {
  const queue = await make()
  const waiting = begin(queue, most + 1)
  await expect(queue.withHashing(depsAt(), served)).rejects.toThrow(HashingBusy)
  await waiting.end()
})

test('without patience one is served at a time', async () => {
  const queue = await queueThatTakes(10)
  const impatient = depsAt(0, { PASSWORD_QUEUE_MAX_MS: 0 })
  const waiting = begin(queue, 1, impatient)
  await expect(queue.withHashing(impatient, served)).rejects.toThrow(HashingBusy)
  await waiting.end()
  expect(await queue.withHashing(impatient, served)).toBe('served')
})

test.each([
  ['eight at least', 1_000, 8],
  ['as many as are hashed in a second', 48, 21],
  ['64 at most', 1, 64],
])('of many operations work at once: %s', async (_, ms, most) => {
  const queue = await queueThatTakes(ms)
  const waiting = begin(queue, 70, depsAt(0, { PASSWORD_QUEUE_MAX_MS: 600_000 }))
  await new Promise((resolve) => setImmediate(resolve))
  expect(waiting.working()).toBe(most)
  await waiting.end()
})

test('an operation that fails leaves its place', async () => {
  const queue = await queueThatTakes(2_000)
  const failing = queue.withHashing(depsAt(), () => Promise.reject(new Error('no such thing')))
  await expect(failing).rejects.toThrow('no such thing')
  expect(await queue.withHashing(depsAt(), served)).toBe('served')
})

test('places of requests that the platform has dropped are free after what may be waited and half a minute', async () => {
  const queue = await queueThatTakes(300)
  const dropped = begin(queue, 3)
  const later = begin(queue, 1, depsAt(1))
  await expect(queue.withHashing(depsAt(31_000), served)).rejects.toThrow(HashingBusy)
  const first = begin(queue, 3, depsAt(31_001))
  await expect(queue.withHashing(depsAt(31_001), served)).rejects.toThrow(HashingBusy)
  for (const { end } of [dropped, later, first]) await end()
})
