/**
 * Admission control of password hashing. A hash takes the CPU for tens of milliseconds, so requests beyond what an
 * isolate can hash in time are refused at once (503 with `Retry-After`) instead of all timing out.
 */
import type { Deps } from '../../deps.ts'
import { newSemaphore, release, acquire, type Ticket } from './semaphore.ts'
import { letIoProceed } from '../../let-io-proceed.ts'
import type { Settings } from '../../settings/parse.ts'

/** The slice of `Deps` that a place in the queue needs. */
export type HashingDeps = Pick<Deps, 'settings' | 'now' | 'elapsedMs' | 'hasHeadStart'>

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

type HashQueue = {
  /**
   * Does an operation that hashes passwords, where their turn comes soon enough. Decided before any work: who is
   * refused has asked nothing of the database, and whether an account exists makes no difference. So has who
   * waits: the database is asked by no more at once than are hashed in a second. An isolate's first login may have asked
   * before others came: it is not refused, because it has been counted.
   *
   * @throws HashingBusy
   */
  readonly withHashing: <Result>(deps: HashingDeps, work: () => Promise<Result>) => Promise<Result>
  /** Hashes when it is this password's turn: an isolate hashes one at a time, in the order of asking. */
  readonly inTurn: <Result>(elapsedMs: () => number, hash: () => Promise<Result>) => Promise<Result>
}

/** A request's place, with the time at which it came. */
type Place = Ticket & { readonly takenAtMs: number }

const MIN_OPERATIONS = 8
const MAX_OPERATIONS = 64

/** A request that the platform has dropped never leaves its place itself: its `finally` never runs. */
const LEFT_AFTER_MS = 30_000

/** On the processors of 2024, of iterations of PBKDF2 by Web Crypto. */
const ITERATIONS_A_MS = 8_000

/** A queue that nobody stands in, and that has measured nothing. */
export function newHashQueue(): HashQueue {
  /** How long a hash takes, as measured of late. */
  let hashMs: number | undefined
  /** Operations that have hashed nothing yet, or not all. */
  const operations = newSemaphore<Place>(() => operationsAtOnce(hashMs ?? 1))
  const hashes = newSemaphore(() => 1)
  /** Whether the last hash let input and output proceed before it gave its turn away. */
  let hasProceeded = false
  return {
    withHashing: async ({ settings, now, hasHeadStart = false }, work) => {
      const { PASSWORD_QUEUE_MAX_MS: maxMs } = settings
      const abandonedMs = now.getTime() - maxMs - LEFT_AFTER_MS
      for (const place of operations.tickets.filter((it) => it.takenAtMs < abandonedMs)) {
        release(operations, place)
      }
      hashMs ??= estimate(settings)
      const waitMs = operations.tickets.length * hashMs
      if (waitMs > maxMs && !hasHeadStart) throw new HashingBusy(waitMs)
      const place: Place = { takenAtMs: now.getTime() }
      operations.tickets.push(place)
      try {
        await acquire(operations, place)
        return await work()
      } finally {
        release(operations, place)
      }
    },
    inTurn: async (elapsedMs, hash) => {
      const ticket: Ticket = {}
      hashes.tickets.push(ticket)
      const isHandedOver = await acquire(hashes, ticket)
      try {
        // Once between two hashes is enough.
        if (!isHandedOver || !hasProceeded) await letIoProceed()
        hasProceeded = false
        const begunMs = elapsedMs()
        const result = await hash()
        // The clock of a Worker stands still while it computes.
        await letIoProceed()
        hasProceeded = true
        hashMs = averageOf(hashMs, elapsedMs() - begunMs)
        return result
      } finally {
        release(hashes, ticket)
      }
    },
  }
}

/** What this isolate has to hash: counted and ordered, never anything of a request. */
export const { withHashing, inTurn } = newHashQueue()

/** As many as are hashed in a second: enough for any way to the database, and no more than it bears. */
function operationsAtOnce(hashMs: number): number {
  return Math.min(MAX_OPERATIONS, Math.max(MIN_OPERATIONS, Math.ceil(1000 / hashMs)))
}

/** Time of a hash before the first was measured. */
function estimate(
  settings: Pick<Settings, 'PASSWORD_PBKDF2_CALLS' | 'PASSWORD_PBKDF2_ITERATIONS'>,
): number {
  return (settings.PASSWORD_PBKDF2_CALLS * settings.PASSWORD_PBKDF2_ITERATIONS) / ITERATIONS_A_MS
}

/** A moving average: one slow hash (an imported one) does not cause other requests to be rejected. */
function averageOf(before: number | undefined, ms: number): number {
  return before === undefined ? ms : before + (ms - before) / 8
}
