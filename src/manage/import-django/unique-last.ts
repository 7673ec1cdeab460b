/**
 * Tables whose rows must differ in values that come in no order: each rewrites a page of a large index, so it is made
 * last, like those that keep nothing unique. Nothing holds the rows to it meanwhile. So the source is asked first whether
 * it has a value twice, and the index is there again before the next table.
 */
import { sql } from 'drizzle-orm'
import { deferIndexes, makeDeferredIndexes } from './deferred-indexes.ts'
import type { Run } from './page.ts'
import type { TableCounts } from './report.ts'
import { columnsOf, type Source } from './source.ts'
import type { ImportStep } from './step.ts'
import { importTable } from './table.ts'
import { withPatience } from './write.ts'

/** Imports a table; its unique index is made right after its rows, where that may be. */
export async function importUniqueLast(run: Run, step: ImportStep): Promise<TableCounts> {
  const { options, deps } = run
  const { table, unique } = step.target
  const names = unique.map((columns) => `${[table, ...columns].join('_')}_unique`)
  if (!(await mayComeLast(run, step)) || (await deferIndexes(deps.db, [table], names)) === 0) {
    return importTable(run, step)
  }
  for (const name of names) options.onIndex('dropped', name)
  // No other row is looked for that has the same values: there is none, and each look would read the whole table.
  const counts = await importTable(run, { ...step, target: { ...step.target, unique: [] } })
  const on = {
    making: (name: string) => {
      options.onIndex('making', name)
    },
    removed: (rows: readonly { readonly row: number }[]) => {
      counts.inserted -= rows.length
      counts.refused += rows.length
      const reason = `another row here has this ${unique.flat().join(' and ')}`
      for (const { row } of rows) {
        options.onFinding({
          kind: 'refused',
          table: step.table.name,
          key: String(row),
          reason,
        })
      }
    },
  }
  await options.watch.time('database', () => makeDeferredIndexes(deps.schemaDb, on, names))
  return counts
}

/** Whether the table is empty, and the source has none of its values twice. One round trip. */
async function mayComeLast({ deps, source, options }: Run, step: ImportStep): Promise<boolean> {
  if (options.indexes === 'kept' || options.mode === 'dry-run') return false
  if (step.distinct === undefined) return false
  const some = await withPatience(() =>
    deps.db.all(sql`select 1 from ${sql.identifier(step.target.table)} limit 1`),
  )
  return some.length === 0 && options.watch.time('conflicts', () => hasNoTwins(source, step))
}

/** Whether no two rows have the same values, as the import reads them: as texts. */
function hasNoTwins({ database }: Source, { table, distinct = [] }: ImportStep): boolean {
  const present = columnsOf(database, table.name)
  if (!distinct.every((column) => present.includes(column))) return false
  const columns = distinct.map((column) => `cast("${column}" as text)`).join(', ')
  const twin = database.prepare(
    `select 1 from "${table.name}" group by ${columns} having count(*) > 1 limit 1`,
  )
  return twin.get() === undefined
}
