/** A deadline that is running; `signal` aborts when it is over. */
export type Deadline = {
  readonly signal: AbortSignal
  /** Milliseconds that have passed, to a tick. */
  readonly elapsedMs: () => number
  readonly stop: () => void
}

/** As finely is time measured, where a deadline is not short itself. */
const TICK_MS = 50
const LEAST_TICKS = 20
/** The first tick is longer: most answers come before it, and then a deadline costs no look at the timers. */
const FIRST_TICK_MS = 250

/**
 * A deadline of a call that has just left the isolate. It counts ticks of its own timer, and not the time that a
 * clock tells: while the isolate hashes someone's password it takes no answer either, and that time, however
 * long, counts as one tick. The deadline limits how long the called service is waited for.
 */
export function startDeadline(timeoutMs: number): Deadline {
  const controller = new AbortController()
  const tickMs = timeoutMs / Math.max(LEAST_TICKS, Math.ceil(timeoutMs / TICK_MS))
  let passedMs = 0
  const wait = (ms: number): ReturnType<typeof setTimeout> =>
    setTimeout(() => {
      passedMs += ms
      // Half a tick: fractions do not add up to the whole.
      if (passedMs < timeoutMs - tickMs / 2) timer = wait(tickMs)
      else controller.abort(new DOMException('No answer in time.', 'TimeoutError'))
    }, ms)
  const first = Math.floor(Math.min(FIRST_TICK_MS, timeoutMs / LEAST_TICKS) / tickMs)
  let timer = wait(Math.max(1, first) * tickMs)
  return {
    signal: controller.signal,
    elapsedMs: () => passedMs,
    stop: () => {
      clearTimeout(timer)
    },
  }
}
