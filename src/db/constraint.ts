/**
 * What a failed database call means. `conflict`: a constraint refused the write. `down`: unreachable,
 * too slow, overloaded, locked, full, blocked or broken; the caller may try again later. `other`: our own mistake.
 */
export type DatabaseFault = 'conflict' | 'down' | 'other'

/**
 * Reads an error of Drizzle or libSQL: single queries come wrapped, batches don't, and the server names
 * constraints in its message only.
 */
export function databaseFault(error: unknown): DatabaseFault {
  for (const cause of causes(error)) {
    if (cause.code.startsWith('SQLITE_CONSTRAINT')) return 'conflict'
    if (cause.status !== undefined) return 'down'
    if (IS_CODE.test(cause.code) && !OWN_MISTAKE.test(cause.code)) return 'down'
    if (cause.isRetryable || UNREACHABLE.has(cause.name)) return 'down'
    if (UNREACHABLE_MESSAGE.test(cause.message)) return 'down'
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
 * Whether the database refused before it did anything, because someone else is writing, too many ask at once
 * (429) or the server has forgotten the stream: nothing of the call was done, so any call may be made again.
 */
export function isBusy(error: unknown): boolean {
  return (
    isLocked(error) ||
    causes(error).some(
      ({ code, status, message }) =>
        code.startsWith('STREAM_EXPIRED') ||
        status === 429 ||
        /invalid baton|stream has expired/i.test(message),
    )
  )
}

/** Whether the database refused before it did anything because someone else is writing. */
export function isLocked(error: unknown): boolean {
  return causes(error).some(
    ({ code, message }) =>
      /^SQLITE_(?:BUSY|LOCKED)/.test(code) || /database(?: table)? is locked/i.test(message),
  )
}

/** The database's own word for what went wrong, for the log: holds nothing of a statement. */
export function databaseCode(error: unknown): string | undefined {
  return causes(error).find(({ code }) => IS_CODE.test(code))?.code
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

/**
 * Codes of a statement or an argument that is wrong however often it is sent: our own mistake. `ERR_…` is
 * Node's, `SQLITE_UNKNOWN` what sqld says of SQL it cannot run. Every other code of a server means that it cannot work now, those of servers to come included.
 */
const OWN_MISTAKE =
  /^(?:SQLITE_(?:ERROR|UNKNOWN|MISMATCH|MISUSE|RANGE|TOOBIG)|SQL_|ARGS_|ERR_|URL_)/

/** What a server or a system calls an error, as opposed to a number or a class of JavaScript. */
const IS_CODE = /^[A-Z][A-Z0-9_]+$/

/** The same where only the message says it: servers differ in what they give codes. */
const UNREACHABLE_MESSAGE =
  /fetch failed|network connection lost|socket|ECONN|is locked|invalid baton|stream has expired|was blocked|are blocked|disk is full|disk I\/O|readonly database/i

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
      status:
        'status' in current && typeof current.status === 'number' ? current.status : undefined,
      isRetryable: 'retryable' in current && current.retryable === true,
    })
    current = 'cause' in current ? current.cause : undefined
  }
  return found
}
