/** The calls of a database for one request, with their deadlines and second tries; apart from Drizzle, which is read later. */
import type { InStatement, ResultSet } from '@libsql/client/http'
import { databaseFault, isBusy, isDeadline, isLocked } from './constraint.ts'
import { startDeadline } from './deadline.ts'
import { createHrana, type HranaAddress } from './hrana.ts'

/** One statement as the client takes it. */
export type ClientStatement = InStatement

/** What the client answers to one statement. */
export type ClientResult = ResultSet

/** What Drizzle uses of a libSQL client; every call is one round trip, and more only where it was refused. */
export type DatabaseCalls = {
  readonly execute: (statement: ClientStatement) => Promise<ClientResult>
  readonly batch: (statements: ClientStatement[]) => Promise<ClientResult[]>
  /** A batch whose statements may break foreign keys while it lasts. */
  readonly migrate?: (statements: ClientStatement[]) => Promise<ClientResult[]>
}

/** Where the database is and how it is reached. */
export type DatabaseAddress = HranaAddress & {
  /** Of one call, all of its tries together. */
  readonly timeoutMs: number
}

/**
 * Opens the database for one request: Workers forbid sharing I/O between requests. Costs nothing until the
 * first query.
 *
 * What the database refused untouched because it was busy is tried again within the call's deadline. A single
 * SELECT is asked a second time when the database was unreachable; writes never are, since it is unknown
 * whether the first one was done. After a refusal that came slowly nothing is tried again: whoever is
 * overloaded is not helped by more calls (retry storm). But a lock is waited for at the database, a second and more
 * where hundreds write: there, a slow refusal only says that others came first.
 */
export function openCalls(address: DatabaseAddress): DatabaseCalls {
  const hrana = createHrana(address)
  const { timeoutMs } = address
  return {
    execute: (statement) =>
      withRetries(timeoutMs, isRead(statement), (signal) => hrana.execute(statement, signal)),
    batch: (statements) =>
      withRetries(timeoutMs, 'is no read', (signal) => hrana.batch(statements, signal)),
    migrate: (statements) =>
      withRetries(timeoutMs, 'is no read', (signal) => hrana.migrate(statements, signal)),
  }
}

type IsRead = 'is a read' | 'is no read'

function isRead(statement: ClientStatement): IsRead {
  const sql = typeof statement === 'string' ? statement : statement.sql
  return /^\s*select\b/i.test(sql) ? 'is a read' : 'is no read'
}

/** Pauses before the tries after the first, milliseconds: a second in all. */
const BUSY_PAUSES_MS = [20, 50, 100, 200, 300, 400]
/** A try that failed later than this is not repeated. */
const SLOW_REFUSAL_MS = 500
/** Of a call's deadline: until then, a lock is waited for again however long it was waited for before. */
const LOCK_SHARE = 0.5

async function withRetries<Result>(
  timeoutMs: number,
  kind: IsRead,
  send: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = startDeadline(timeoutMs)
  const pauses = [...BUSY_PAUSES_MS]
  let readsAgain = kind === 'is a read'
  try {
    for (;;) {
      const begunMs = deadline.elapsedMs()
      try {
        return await send(deadline.signal)
      } catch (error) {
        const elapsedMs = deadline.elapsedMs()
        const isSlow = elapsedMs - begunMs > SLOW_REFUSAL_MS
        const waitsForLock = isLocked(error) && elapsedMs < timeoutMs * LOCK_SHARE
        if ((isSlow && !waitsForLock) || isDeadline(error)) throw error
        const pauseMs = isBusy(error) ? pauses.shift() : undefined
        if (pauseMs === undefined) {
          if (!readsAgain || databaseFault(error) !== 'down') throw error
          readsAgain = false
        } else {
          const leftMs = timeoutMs - elapsedMs
          await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, leftMs)))
        }
        if (deadline.signal.aborted) throw error
      }
    }
  } finally {
    deadline.stop()
  }
}
