/**
 * What a failed database call means. `conflict`: a constraint refused the write. `down`: unreachable,
 * too slow, overloaded or locked; the caller may try again later. `other`: our own mistake.
 */
export type DatabaseFault = 'conflict' | 'down' | 'other'

/**
 * Reads an error of Drizzle or libSQL: single queries come wrapped, batches don't, and the server names
 * constraints in its message only.
 */
export function databaseFault(error: unknown): DatabaseFault {
  for (const cause of causes(error)) {
    if (cause.code.startsWith('SQLITE_CONSTRAINT')) return 'conflict'
    if (cause.code === 'SQLITE_BUSY' || cause.code === 'SERVER_ERROR') return 'down'
    if (cause.isRetryable || UNREACHABLE.has(cause.name)) return 'down'
    if (
      /fetch failed|network connection lost|socket|ECONN|database is locked/i.test(cause.message)
    ) {
      return 'down'
    }
  }
  return 'other'
}

/** Whether a constraint refused the statement at this place of a batch, and with it the whole batch. */
export function isConflictOf(error: unknown, index: number): boolean {
  const isThere =
    typeof error === 'object' && error !== null && 'statementIndex' in error
      ? error.statementIndex === index
      : false
  return isThere && databaseFault(error) === 'conflict'
}

/**
 * Whether the database refused before it did anything, because somebody else is writing or too many ask
 * at once (429): nothing of the call was done, so any call may be made again.
 */
export function isBusy(error: unknown): boolean {
  return causes(error).some(
    ({ code, status, message }) =>
      code === 'SQLITE_BUSY' || status === 429 || message.includes('database is locked'),
  )
}

/** Whether the database lacks what this version reads and writes: a migration has not been applied. */
export function isUnmigrated(error: unknown): boolean {
  return causes(error).some(({ message }) =>
    /no such table|no such column|has no column named/.test(message),
  )
}

/** Whether a call was given up because its time was over. */
export function isDeadline(error: unknown): boolean {
  return causes(error).some(({ name }) => name === 'TimeoutError' || name === 'AbortError')
}

/** Deadlines, and an answer that is no JSON: a proxy's error page. */
const UNREACHABLE = new Set(['TimeoutError', 'AbortError', 'SyntaxError'])

type Cause = {
  readonly name: string
  readonly code: string
  readonly message: string
  /** Of an HTTP answer. */
  readonly status: number | undefined
  readonly isRetryable: boolean
}

function causes(error: unknown): readonly Cause[] {
  const found: Cause[] = []
  let current = error
  while (typeof current === 'object' && current !== null && found.length < 8) {
    found.push({
      name: 'name' in current ? String(current.name) : '',
      code: 'code' in current ? String(current.code) : '',
      message: 'message' in current ? String(current.message) : '',
      status: 'status' in current ? Number(current.status) : undefined,
      isRetryable: 'retryable' in current && current.retryable === true,
    })
    current = 'cause' in current ? current.cause : undefined
  }
  return found
}
