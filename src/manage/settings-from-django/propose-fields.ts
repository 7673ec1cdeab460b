/** Proposes custom fields for what a project added to its user model. */
import type { DatabaseSync } from 'node:sqlite'
import { djangoTables } from '../import-django/tables.ts'

/** `USER_FIELDS` as they may be, by name. */
export type ProposedFields = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/**
 * Proposes `USER_FIELDS` for the extra columns of a user model and of one-to-one tables. All are private to the
 * server until a person decides otherwise: a schema does not say what a column is for, and a field that is public
 * by default would leak.
 */
export async function proposeFields(path: string, userTable: string): Promise<ProposedFields> {
  // Node warns of it where it is read: nowhere but here.
  const sqlite = await import('node:sqlite')
  const database = new sqlite.DatabaseSync(path, { readOnly: true })
  try {
    const model = { table: userTable, usernameColumn: 'username' }
    const known = new Map(djangoTables(model).map(({ name, columns }) => [name, columns]))
    const own = columnsOf(database, userTable).filter(
      ({ name }) => known.get(userTable)?.includes(name) !== true,
    )
    const profiles = profileTables(database, userTable).filter((table) => !known.has(table))
    return Object.fromEntries([
      ...own.map((column) => proposal(column, { table: userTable, group: '' })),
      ...profiles.flatMap((table) => {
        const group = `${table.slice(table.lastIndexOf('_') + 1)}.`
        const columns = columnsOf(database, table)
        const proposed = columns.filter(({ name }) => name !== 'id' && name !== 'user_id')
        return proposed.map((column) => proposal(column, { table, group }))
      }),
    ])
  } finally {
    database.close()
  }
}

type Column = { readonly name: string; readonly type: string; readonly isJson: boolean }

function columnsOf(database: DatabaseSync, table: string): readonly Column[] {
  const made = database.prepare('select sql from sqlite_master where name = ?').get(table)
  const text = String(made?.['sql'] ?? '').toLowerCase()
  return database
    .prepare('select name, type from pragma_table_info(?)')
    .all(table)
    .map((row) => {
      const name = String(row['name'])
      const isJson = text.includes(`json_valid("${name.toLowerCase()}")`)
      return { name, type: String(row['type']).toLowerCase(), isJson }
    })
}

/** Tables whose `user_id` is unique and a user's: one-to-one. */
function profileTables(database: DatabaseSync, userTable: string): readonly string[] {
  return database
    .prepare(
      `select m.name as name from sqlite_master m
       join pragma_foreign_key_list(m.name) k on k."from" = 'user_id' and k."table" = ?
       where m.type = 'table' and exists (select 1 from pragma_index_list(m.name) i
         where i."unique" = 1 and (select group_concat(name) from pragma_index_info(i.name)) = 'user_id')
       order by m.name`,
    )
    .all(userTable)
    .map((row) => String(row['name']))
}

function proposal(
  { name, type, isJson }: Column,
  { table, group }: { readonly table: string; readonly group: string },
): readonly [string, Readonly<Record<string, unknown>>] {
  const field = { ...typeOf(type, isJson), read: 'server', write: 'server' }
  return [`${group}${name}`.toLowerCase(), { ...field, django: `${table}.${name}` }]
}

const LONGEST_TEXT = 2_000

function typeOf(type: string, isJson: boolean): Readonly<Record<string, unknown>> {
  if (isJson) return { type: 'json' }
  if (type.startsWith('bool')) return { type: 'boolean' }
  if (type === 'date') return { type: 'date' }
  if (type.includes('int')) return { type: 'integer' }
  const length = /\((\d{1,9})\)/.exec(type)?.[1]
  return { max_length: Math.min(Number(length ?? LONGEST_TEXT), LONGEST_TEXT) }
}
