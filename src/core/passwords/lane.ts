/** Where only so many go at once, and the rest wait in the order of coming. */
export type Lane = {
  /** Those who go, and behind them those who wait. */
  readonly tickets: Ticket[]
  /** How often somebody has left. */
  moves: number
}

/** Somebody in a lane. */
export type Ticket = { call: () => void }

/** An empty lane. */
export function emptyLane(): Lane {
  return { tickets: [], moves: 0 }
}

/**
 * A request that the platform has dropped never leaves. Where nobody has left for so long, the first is taken
 * for such a one; where it was only slow, one more goes beside it.
 */
const STUCK_MS = 2_000

/** Waits until fewer than `width` go before the ticket. */
export async function waitInLane(lane: Lane, ticket: Ticket, width: () => number): Promise<void> {
  while (lane.tickets.indexOf(ticket) >= width()) {
    const { promise, resolve } = Promise.withResolvers<void>()
    ticket.call = resolve
    const { moves } = lane
    const timer = setTimeout(resolve, STUCK_MS)
    await promise
    // Here and not by who calls: a timer is its own request's.
    clearTimeout(timer)
    if (lane.moves === moves) leaveLane(lane, lane.tickets[0])
  }
}

/** Takes somebody out, and calls those who may go now. */
export function leaveLane(lane: Lane, ticket: Ticket | undefined): void {
  const index = ticket === undefined ? -1 : lane.tickets.indexOf(ticket)
  if (index < 0) return
  lane.tickets.splice(index, 1)
  lane.moves += 1
  for (const waiting of lane.tickets.slice(0, MAX_WIDTH)) waiting.call()
}

/** No lane is wider. */
export const MAX_WIDTH = 64
