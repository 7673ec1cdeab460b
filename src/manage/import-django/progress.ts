/** Progress of a long import, on a screen or in a log. */
import type { Io } from '../command.ts'

/** Shows the progress of a long operation. */
export type Progress = {
  readonly advance: (rows: number, table: string) => void
  /** Makes room for another line. */
  readonly clear: () => void
}

/** A screen line is written over ten times a second; in a log a line every ten seconds is enough. */
const SCREEN_PAUSE_MS = 100
const LOG_PAUSE_MS = 10_000

/** Shows rate and time left of `total` rows. */
export function createProgress(io: Io, total: number, elapsedMs: () => number): Progress {
  const pauseMs = io.isScreen ? SCREEN_PAUSE_MS : LOG_PAUSE_MS
  const startedMs = elapsedMs()
  let done = 0
  let shownMs = startedMs
  let isShown = false
  return {
    advance: (rows, table) => {
      done += rows
      const nowMs = elapsedMs()
      if (nowMs - shownMs < pauseMs) return
      shownMs = nowMs
      const line = progressLine(table, { done, total, seconds: (nowMs - startedMs) / 1000 })
      io.say(io.isScreen ? `\r${line.padEnd(78)}` : `${line}\n`)
      isShown = io.isScreen
    },
    clear: () => {
      if (isShown) io.say(`\r${' '.repeat(78)}\r`)
      isShown = false
    },
  }
}

/** One line of progress. */
function progressLine(
  table: string,
  {
    done,
    total,
    seconds,
  }: { readonly done: number; readonly total: number; readonly seconds: number },
): string {
  const rate = done / Math.max(seconds, 0.001)
  const left = Math.max(0, Math.round((total - done) / Math.max(rate, 0.001)))
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  const percent = Math.floor((100 * done) / Math.max(total, 1))
  return `${table}: ${done} of ${total} rows (${percent} %), ${Math.round(rate)} rows/s, ${clock} left`
}
