import {
  createClient,
  type Client,
  type InArgs,
  type InStatement,
  type ResultSet,
  type TransactionMode,
} from '@libsql/client/http'
import type { Query } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import { drizzle } from 'drizzle-orm/libsql/http'
import { databaseFault, isBusy, isDeadline } from './constraint.ts'

/** Drizzle over one libSQL client. */
export type Database = LibSQLDatabase & { readonly $client: DatabaseCalls }

/** One statement of a batch, as Drizzle builds it. */
export type Statement = BatchItem<'sqlite'>

/** One statement as the client takes it. */
export type ClientStatement = InStatement

/** What the client answers to one statement. */
export type ClientResult = ResultSet

/** What is used of a libSQL client. */
export type DatabaseCalls = Pick<Client, 'execute' | 'batch'>

/** Where the database is and how it is reached. */
export type DatabaseAddress = {
  readonly url: string
  readonly authToken: string | undefined
  /** Already bounded by a deadline; every call is one round trip. */
  readonly fetch: typeof fetch
}

/**
 * Opens the database for one request: Workers forbid sharing I/O between requests, and a shared client
 * breaks above 20 calls in flight. Costs nothing until the first query.
 *
 * Batches open for writing, because a deferred batch that reads before it writes fails under
 * concurrency (SQLITE_BUSY). What the database refused untouched because it was busy is tried again. A
 * single SELECT is asked a second time when the database was unreachable, but not after a deadline, so
 * that a request stays bounded; writes never are, since nobody can know whether the first one was done.
 */
export function openDatabase(address: DatabaseAddress): Database {
  const client = createClient({
    url: withTrailingSlash(address.url),
    ...(address.authToken === undefined ? {} : { authToken: address.authToken }),
    fetch: address.fetch,
  })
  const batch = client.batch.bind(client)
  client.batch = (statements: InStatement[], mode: TransactionMode = 'write') =>
    whenFree(() => batch(statements, mode))
  retryReads(client)
  return databaseOver(client)
}

/** Drizzle over a libSQL client, or over what stands in front of one. */
export function databaseOver(calls: DatabaseCalls): Database {
  // Drizzle calls nothing else but for interactive transactions, which no request opens.
  // Without the schema: it would go through all of its tables for each request, for relational queries.
  return drizzle(calls as Client, { casing: 'snake_case' })
}

/** A query as the client takes it. */
export function statementOf(query: { readonly getQuery: () => Query }): ClientStatement {
  const { sql, params } = query.getQuery()
  // Drizzle knows parameters as anything; it hands them to the client as they are.
  return { sql, args: params as InArgs }
}

function retryReads(client: Client): void {
  const execute = client.execute.bind(client)
  const executeOnceMore = async (statement: InStatement) => {
    try {
      return await whenFree(() => execute(statement))
    } catch (error) {
      const sql = typeof statement === 'string' ? statement : statement.sql
      const isRead = /^\s*select\b/i.test(sql)
      if (!isRead || databaseFault(error) !== 'down' || isDeadline(error)) throw error
      return execute(statement)
    }
  }
  // The overload (sql, args) is unused by Drizzle, which always passes one statement object.
  client.execute = executeOnceMore
}

/** Pauses before the tries after the first, milliseconds: a second in all. */
const BUSY_PAUSES_MS = [20, 50, 100, 200, 300, 400]

async function whenFree<Result>(call: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of BUSY_PAUSES_MS) {
    try {
      return await call()
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return call()
}

/** A path in the URL survives only before a slash: the client resolves its own path against it. */
function withTrailingSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
