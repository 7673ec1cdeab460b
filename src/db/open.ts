/** Opens the database for one request: Workers forbid sharing connections between requests. */
import type { Client, InArgs } from '@libsql/client/http'
import type { ExtractTablesWithRelations, Query } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { LibSQLDatabase } from 'drizzle-orm/libsql/driver-core'
import { LibSQLSession } from 'drizzle-orm/libsql/session'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core/dialect'
import {
  openCalls,
  type ClientStatement,
  type DatabaseAddress,
  type DatabaseCalls,
} from './calls.ts'

/** Drizzle over libSQL. */
export type Database = LibSQLDatabase & { readonly $client: DatabaseCalls }

/** One statement of a batch, as Drizzle builds it. */
export type Statement = BatchItem<'sqlite'>

/** Drizzle over a database's calls, which cost nothing until the first query. */
export function openDatabase(address: DatabaseAddress): Database {
  return databaseOver(openCalls(address))
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
