import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MIGRATIONS = fileURLToPath(new URL('../../drizzle/', import.meta.url))

function migrated(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const name of readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith('.sql'))
    .sort()) {
    database.exec(
      readFileSync(MIGRATIONS + name, 'utf8').replaceAll('--> statement-breakpoint', ''),
    )
  }
  return database
}

/** The first columns of a table's key and of its whole indexes: what a row is found by. */
function foundBy(database: DatabaseSync, table: string): readonly unknown[] {
  const key = database.prepare('select name from pragma_table_info(?) where pk = 1').all(table)
  const indexed = database
    .prepare(
      `select column.name from pragma_index_list(?) as found, pragma_index_info(found.name) as column
        where column.seqno = 0 and not found.partial`,
    )
    .all(table)
  return [...key, ...indexed].map(({ name }) => name)
}

test('what refers to an account is found by an index, so that deleting one reads no whole table', () => {
  const database = migrated()
  const references = database
    .prepare(
      `select child.name as child, reference."from" as "column"
        from sqlite_master as child, pragma_foreign_key_list(child.name) as reference
        where child.type = 'table'`,
    )
    .all()
  expect(references.length).toBeGreaterThan(10)
  const scanned = references.filter(
    ({ child, column }) => !foundBy(database, String(child)).includes(column),
  )
  expect(scanned).toEqual([])
})
