/**
 * Admission control of password hashing. A hash takes the CPU for tens of milliseconds, so requests beyond what an
 * isolate can hash in time are refused at once (503 with `Retry-After`) instead of all timing out.
 */
import type { Deps } from '../../deps.ts'
import { newSemaphore, release, acquire, type Ticket } from './semaphore.ts'
import { letIoProceed } from './let-io-proceed.ts'

/** The slice of `Deps` that a place in the queue needs. */
export type HashingDeps = Pick<Deps, 'settings' | 'now' | 'elapsedMs'>

/**
 * More passwords wait in this isolate than it hashes within `PASSWORD_QUEUE_MAX_MS`: nothing was done, and the
 * client may come again. The platform starts another isolate where one is that busy.
 */
export class HashingBusy extends Error {
  override readonly name = 'HashingBusy'
  readonly retryAfterSeconds: number

  constructor(waitMs: number) {
    super('More passwords than this isolate can hash in time.')
    this.retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000))
  }
}

/**
 * Does an operation that hashes passwords, where their turn comes soon enough. Decided before any work: who is
 * refused has asked nothing of the database, and whether an account exists makes no difference. So has who
 * waits: the database is asked by no more at once than are hashed in a second.
 *
 * @throws HashingBusy
 */
export async function withHashing<Result>(
  { settings, now }: HashingDeps,
  work: () => Promise<Result>,
): Promise<Result> {
  dropAbandoned(now.getTime() - settings.PASSWORD_QUEUE_MAX_MS - LEFT_AFTER_MS)
  queue.hashMs ??= estimate(settings)
  const waitMs = operations.tickets.length * queue.hashMs
  if (waitMs > settings.PASSWORD_QUEUE_MAX_MS) throw new HashingBusy(waitMs)
  const place: Place = { takenAtMs: now.getTime(), call: () => undefined }
  operations.tickets.push(place)
  places.add(place)
  try {
    await acquire(operations, place)
    return await work()
  } finally {
    leave(place)
  }
}

/** Hashes when it is this password's turn: an isolate hashes one at a time, in the order of asking. */
export async function inTurn<Result>(
  elapsedMs: () => number,
  hash: () => Promise<Result>,
): Promise<Result> {
  const ticket: Ticket = { call: () => undefined }
  hashes.tickets.push(ticket)
  await acquire(hashes, ticket)
  try {
    await letIoProceed()
    const begunMs = elapsedMs()
    const result = await hash()
    // The clock of a Worker stands still while it computes.
    await letIoProceed()
    updateAverage(elapsedMs() - begunMs)
    return result
  } finally {
    release(hashes, ticket)
  }
}

/** A request's place, with the time at which it came. */
type Place = Ticket & { readonly takenAtMs: number }

// What an isolate has to hash: counted and ordered, never anything of a request.

/** Operations that have hashed nothing yet, or not all. */
const operations = newSemaphore(operationsAtOnce)
const places = new Set<Place>()
const hashes = newSemaphore(() => 1)
/** How long a hash takes, as measured of late. */
const queue: { hashMs: number | undefined } = { hashMs: undefined }

const MIN_OPERATIONS = 8
const MAX_OPERATIONS = 64

/** As many as are hashed in a second: enough for any way to the database, and no more than it bears. */
function operationsAtOnce(): number {
  const perSecond = Math.ceil(1000 / Math.max(1, queue.hashMs ?? 1))
  return Math.min(MAX_OPERATIONS, Math.max(MIN_OPERATIONS, perSecond))
}

/** A request that the platform has dropped never leaves its place itself. */
const LEFT_AFTER_MS = 30_000

/** Frees places of requests that the platform cancelled: their `finally` never ran. */
function dropAbandoned(takenBeforeMs: number): void {
  for (const place of places) {
    if (place.takenAtMs >= takenBeforeMs) return
    leave(place)
  }
}

function leave(place: Place): void {
  places.delete(place)
  release(operations, place)
}

/** On the processors of 2024, of iterations of PBKDF2 by Web Crypto. */
const ITERATIONS_A_MS = 8_000

/** Time of a hash before the first was measured. */
function estimate(settings: HashingDeps['settings']): number {
  return (settings.PASSWORD_PBKDF2_CALLS * settings.PASSWORD_PBKDF2_ITERATIONS) / ITERATIONS_A_MS
}

/** A moving average: one slow hash (an imported one) does not cause other requests to be rejected. */
function updateAverage(ms: number): void {
  queue.hashMs = queue.hashMs === undefined ? ms : queue.hashMs + (ms - queue.hashMs) / 8
}
