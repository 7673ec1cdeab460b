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

/**
 * A deadline of a call that has just left the isolate. It counts ticks of its own timer, and not the time that a
 * clock tells: while the isolate hashes someone's password it takes no answer either, and that time, however
 * long, counts as one tick. The deadline limits how long the called service is waited for.
 */
export function startDeadline(timeoutMs: number): Deadline {
  const controller = new AbortController()
  const count = Math.max(LEAST_TICKS, Math.ceil(timeoutMs / TICK_MS))
  const tickMs = timeoutMs / count
  let ticks = 0
  const tick = (): void => {
    ticks += 1
    if (ticks < count) timer = setTimeout(tick, tickMs)
    else controller.abort(new DOMException('No answer in time.', 'TimeoutError'))
  }
  let timer = setTimeout(tick, tickMs)
  return {
    signal: controller.signal,
    elapsedMs: () => ticks * tickMs,
    stop: () => {
      clearTimeout(timer)
    },
  }
}
