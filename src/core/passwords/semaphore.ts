/**
 * A counting semaphore with a FIFO queue, for an isolate in which a holder may vanish: the platform cancels a request
 * whose client has gone away, and its `finally` never runs.
 */
export type Semaphore<Holder extends Ticket = Ticket> = {
  /** Holders of a permit first, then those who wait, in the order of arrival. */
  readonly tickets: Holder[]
  /** How many may hold one now. */
  readonly permits: () => number
  /** How many releases there were: whether anything moves. */
  releases: number
}

/** A place in the queue of a semaphore. `call` wakes its owner, where it waits. */
export type Ticket = { call?: () => void }

/** A free semaphore. */
export function newSemaphore<Holder extends Ticket = Ticket>(
  permits: () => number,
): Semaphore<Holder> {
  return { tickets: [], permits, releases: 0 }
}

/**
 * After so long without a release, the first holder is taken for cancelled. Where it was only slow, one more runs
 * beside it: better than a queue that is blocked forever.
 */
const STUCK_MS = 2_000

/**
 * Waits until the ticket is among the first `permits`; the caller has appended it to `tickets`. Answers whether it had
 * to wait.
 */
export async function acquire(semaphore: Semaphore, ticket: Ticket): Promise<boolean> {
  let hasWaited = false
  while (semaphore.tickets.indexOf(ticket) >= semaphore.permits()) {
    hasWaited = true
    const { promise, resolve } = Promise.withResolvers<void>()
    ticket.call = resolve
    const { releases } = semaphore
    const timer = setTimeout(resolve, STUCK_MS)
    await promise
    delete ticket.call
    // Cleared here, not by the request that releases: on Workers a timer belongs to the request that set it.
    clearTimeout(timer)
    if (semaphore.releases === releases) release(semaphore, semaphore.tickets[0])
  }
  return hasWaited
}

/**
 * Takes a ticket out of the queue, and wakes only those that may run now: a queue of hundreds that all
 * look whether it is their turn costs more than what they wait for. A second release of it does nothing.
 */
export function release(semaphore: Semaphore, ticket: Ticket | undefined): void {
  const index = semaphore.tickets.findIndex((place) => place === ticket)
  if (index < 0) return
  semaphore.tickets.splice(index, 1)
  semaphore.releases += 1
  for (const next of semaphore.tickets.slice(0, semaphore.permits())) next.call?.()
}
