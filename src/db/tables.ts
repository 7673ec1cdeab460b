/** All tables, for code that must know every one: erasure, export, tests. */
import { getTableColumns, getTableName, is, type Column } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as schema from './schema/index.ts'

/** Every table by its name in the database. A test compares it with the migrations. */
export const TABLES: ReadonlyMap<string, SQLiteTable> = new Map(
  Object.values<unknown>(schema)
    .filter((value) => is(value, SQLiteTable))
    .map((table) => [getTableName(table), table]),
)

/** A table's columns by their names in the database. */
export function columnsOf(table: SQLiteTable): ReadonlyMap<string, Column> {
  const columns = Object.entries(getTableColumns(table))
  return new Map(columns.map(([name, column]) => [snakeCase(name), column]))
}

/** As Drizzle's `casing` writes a name. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
