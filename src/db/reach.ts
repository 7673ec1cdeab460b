/** The way to a request's database, with the number and the times of its calls. */
import type { Settings } from '../settings/parse.ts'
import { openCalls, type DatabaseCalls } from './calls.ts'

/** The way to a database. */
export type Reached = {
  /** Opens it with a deadline for each call. Nothing is sent so far. */
  readonly open: (timeoutMs: number) => DatabaseCalls
  /** Calls so far. */
  readonly roundTrips: () => number
  /** How many milliseconds each took, where it is measured. */
  readonly timings: () => readonly number[]
}

/** The settings for the way there. */
export type WaySettings = Pick<
  Settings,
  'SERVER_TIMING' | 'TURSO_AUTH_TOKEN' | 'TURSO_DATABASE_URL'
>

/** What reaches it, and a clock for how long its calls take. */
type Outside = { readonly fetch: typeof fetch; readonly now: () => Date }

/** Reaches the database for one request. */
export function reachDatabase(settings: WaySettings, { fetch: send, now }: Outside): Reached {
  let roundTrips = 0
  const timings: number[] = []
  const timed: typeof fetch = async (input, init) => {
    const startedAt = now().getTime()
    try {
      return await send(input, init)
    } finally {
      timings.push(now().getTime() - startedAt)
    }
  }
  const ask = settings.SERVER_TIMING ? timed : send
  const counted: typeof fetch = (input, init) => {
    roundTrips += 1
    return ask(input, init)
  }
  const { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: authToken } = settings
  return {
    open: (timeoutMs) => openCalls({ url, authToken, timeoutMs, fetch: counted }),
    roundTrips: () => roundTrips,
    timings: () => timings,
  }
}
