/** Opens the database for one request: Workers forbid sharing connections between requests. */
import type { Client, InArgs, InStatement, ResultSet } from '@libsql/client/http'
import type { ExtractTablesWithRelations, Query } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { LibSQLDatabase } from 'drizzle-orm/libsql/driver-core'
import { LibSQLSession } from 'drizzle-orm/libsql/session'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core/dialect'
import { databaseFault, isBusy, isDeadline, isLocked } from './constraint.ts'
import { startDeadline } from './deadline.ts'
import { createHrana, type HranaAddress } from './hrana.ts'

/** Drizzle over libSQL. */
export type Database = LibSQLDatabase & { readonly $client: DatabaseCalls }

/** One statement of a batch, as Drizzle builds it. */
export type Statement = BatchItem<'sqlite'>

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
export function openDatabase(address: DatabaseAddress): Database {
  const hrana = createHrana(address)
  const { timeoutMs } = address
  return databaseOver({
    execute: (statement) =>
      withRetries(timeoutMs, isRead(statement), (signal) => hrana.execute(statement, signal)),
    batch: (statements) =>
      withRetries(timeoutMs, 'is no read', (signal) => hrana.batch(statements, signal)),
    migrate: (statements) =>
      withRetries(timeoutMs, 'is no read', (signal) => hrana.migrate(statements, signal)),
  })
}

type NoSchema = Record<string, never>

/** Reads nothing that a request could change: names of tables and columns, worked out once per isolate. */
const DIALECT = new SQLiteAsyncDialect({ casing: 'snake_case' })

/** Drizzle over a libSQL client, or over a wrapper of one. */
export function databaseOver(calls: DatabaseCalls): Database {
  // Drizzle calls nothing else but for interactive transactions, which no request opens.
  // Without the schema: it would go through all of its tables for each request, for relational queries.
  const session = new LibSQLSession<NoSchema, ExtractTablesWithRelations<NoSchema>>(
    calls as Client,
    DIALECT,
    undefined,
    {},
    undefined,
  )
  const database = new LibSQLDatabase<NoSchema>('async', DIALECT, session, undefined)
  return Object.assign(database, { $client: calls })
}

/** A query as the client takes it. */
export function statementOf(query: { readonly getQuery: () => Query }): ClientStatement {
  const { sql, params } = query.getQuery()
  // Drizzle knows parameters as anything; it hands them to the client as they are.
  return { sql, args: params as InArgs }
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
