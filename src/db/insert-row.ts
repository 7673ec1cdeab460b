/** Inserts by column name, from values or from a `select`, which Drizzle cannot express for conditional inserts. */
import { getTableColumns, is, sql, SQL, type Column } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './open.ts'

/** Values of a row by column, each a value of its type or an expression of the SELECT that the row comes from. */
export type RowValues<Table extends SQLiteTable> = {
  readonly [Name in keyof Table['$inferInsert']]: Table['$inferInsert'][Name] | SQL
}

/**
 * INSERT … SELECT with its values by name: a column that is not named gets its default, so a table may grow without
 * its inserts being read again. `from` says from where and under which condition: `from users where …`.
 *
 * @throws Error for a column that has no default and no value
 */
export function insertRow<Table extends SQLiteTable>(
  db: Database,
  table: Table,
  { values, from }: { readonly values: RowValues<Table>; readonly from: SQL },
) {
  const given: Readonly<Record<string, unknown>> = values
  // Drizzle names all columns of the table, in this order.
  const row = Object.entries(getTableColumns(table)).map(([name, column]) =>
    expressionOf(column, given[name]),
  )
  return db.insert(table).select(sql`select ${sql.join(row, sql`, `)} ${from}`)
}

function expressionOf(column: Column, value: unknown): SQL {
  if (value === undefined) return defaultOf(column)
  if (value === null) return sql.raw('null')
  if (is(value, SQL)) return value
  const bound: unknown = column.mapToDriverValue(value)
  // Bound numbers are REAL, which only an exact column would make INTEGER again.
  return typeof bound === 'number' ? sql`cast(${bound} as integer)` : sql`${bound}`
}

function defaultOf(column: Column): SQL {
  const value: unknown = column.default
  if (is(value, SQL)) return value
  if (value !== undefined) return literal(column.mapToDriverValue(value))
  if (column.notNull && !column.primary) throw new Error(`${column.name} has no value`)
  return sql.raw('null')
}

/** A default is the schema's own word, never input. */
function literal(value: unknown): SQL {
  return sql.raw(
    typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`,
  )
}
