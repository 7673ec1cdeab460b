/** Imports groups, permissions, memberships and custom fields: rows without ids of their own. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import { uniqueValues } from '../../core/users/own-fields.ts'
import { readOwnFields } from '../../core/users/read-own-fields.ts'
import type { Given } from '../../core/users/given.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import {
  sourceFields,
  sourceGroupPermissions,
  sourceGroups,
  sourceMembers,
  sourceUserPermissions,
  type Rows,
} from './more-source.ts'
import { noCounts, type Finding, type TableCounts } from './report.ts'
import type { Source } from './source.ts'

/** How the rest is imported. */
export type MoreOptions = {
  readonly mode: 'write' | 'dry-run'
  readonly onDifference: 'keep' | 'update'
  readonly onFinding: (finding: Finding) => void
}

type MoreDeps = Pick<Deps, 'db' | 'settings'>

/** Which rows are not there yet, and what writes them. */
type Destination = {
  readonly missing: (json: string) => SQL
  readonly insert: (json: string) => SQL
}

const ROWS_A_PAGE = 1000

/**
 * Imports groups with permissions and members, users' permissions, and custom fields. The rows are their own
 * identity, so a second import finds all of them. Rights that exist here and not in Django are kept.
 */
export async function importMore(
  deps: MoreDeps,
  source: Source,
  options: MoreOptions,
): Promise<Readonly<Record<string, TableCounts>>> {
  const { table } = source.model
  const tables: Record<string, TableCounts> = {}
  const steps: readonly (readonly [string, Rows, Destination])[] = [
    ['auth_group', sourceGroups(source), GROUPS],
    ['auth_group_permissions', sourceGroupPermissions(source), GROUP_PERMISSIONS],
    [`${table}_groups`, sourceMembers(source), MEMBERS],
    [`${table}_user_permissions`, sourceUserPermissions(source), USER_PERMISSIONS],
  ]
  for (const [name, rows, destination] of steps) {
    const counts = await importRows(deps.db, rows, { destination, mode: options.mode })
    if (counts.read > 0) tables[name] = counts
  }
  for (const [name, fields] of byTable(deps.settings.USER_FIELDS)) {
    const counts = await importFields(deps, { source, name, fields }, options)
    if (counts.read > 0) tables[`${name} (own fields)`] = counts
  }
  return tables
}

/** The fields that Django has, by its tables. */
export function byTable(fields: readonly OwnField[]): ReadonlyMap<string, readonly OwnField[]> {
  const tables = new Map<string, OwnField[]>()
  for (const field of fields) {
    if (field.django === undefined) continue
    const table = field.django.slice(0, field.django.indexOf('.'))
    tables.set(table, [...(tables.get(table) ?? []), field])
  }
  return tables
}

/** Imports rows without ids: those that are missing are inserted. */
async function importRows(
  db: Database,
  rows: Rows,
  {
    destination: { missing, insert },
    mode,
  }: { readonly destination: Destination; readonly mode: MoreOptions['mode'] },
): Promise<TableCounts> {
  const counts = noCounts()
  for (const page of pagesOf(rows)) {
    const json = JSON.stringify(page)
    const [row] = await db.all<{ count: number }>(
      sql`select count(*) as count from (${missing(json)})`,
    )
    const count = row?.count ?? 0
    if (mode === 'write' && count > 0) await db.run(insert(json))
    counts.read += page.length
    counts.inserted += count
    counts.unchanged += page.length - count
  }
  return counts
}

/** Rows in pages of `ROWS_A_PAGE`. */
function* pagesOf<Row>(rows: Iterable<Row>): Generator<readonly Row[]> {
  let page: Row[] = []
  for (const row of rows) {
    page.push(row)
    if (page.length < ROWS_A_PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

function given(json: string): SQL {
  return sql`json_each(${json}) as given`
}

function at(index: number): SQL {
  return sql.raw(`json_extract(given.value, '$[${index}]')`)
}

const GROUPS: Destination = {
  missing: (json) => sql`select ${at(0)} from ${given(json)}
    where ${at(0)} not in (select name from groups)`,
  insert: (json) => sql`insert into groups (name) select ${at(0)} from ${given(json)} where true
    on conflict do nothing`,
}

const GROUP_PERMISSIONS: Destination = {
  missing: (json) => sql`select 1 from ${given(json)} where not exists (
    select 1 from group_permissions l join groups g on g.id = l.group_id
    where g.name = ${at(0)} and l.permission = ${at(1)} and l.model = ${at(2)})`,
  insert: (json) => sql`insert into group_permissions (group_id, permission, model)
    select g.id, ${at(1)}, ${at(2)} from ${given(json)} join groups g on g.name = ${at(0)} where true
    on conflict do nothing`,
}

const MEMBERS: Destination = {
  missing: (json) => sql`select 1 from ${given(json)} where not exists (
    select 1 from group_members l join groups g on g.id = l.group_id
    where l.user_id = ${at(0)} and g.name = ${at(1)})`,
  insert: (json) => sql`insert into group_members (user_id, group_id)
    select users.id, g.id from ${given(json)} join users on users.id = ${at(0)}
    join groups g on g.name = ${at(1)} where true on conflict do nothing`,
}

const USER_PERMISSIONS: Destination = {
  missing: (json) => sql`select 1 from ${given(json)} where not exists (
    select 1 from user_permissions l
    where l.user_id = ${at(0)} and l.permission = ${at(1)} and l.model = ${at(2)})`,
  insert: (json) => sql`insert into user_permissions (user_id, permission, model)
    select users.id, ${at(1)}, ${at(2)} from ${given(json)} join users on users.id = ${at(0)}
    where true on conflict do nothing`,
}

/** Own fields of one table. */
type FieldsOfTable = {
  readonly source: Source
  readonly name: string
  readonly fields: readonly OwnField[]
}

/** Imports the custom fields of one table. */
async function importFields(
  { db }: MoreDeps,
  { source, name, fields }: FieldsOfTable,
  options: MoreOptions,
): Promise<TableCounts> {
  const counts = noCounts()
  for (const page of pagesOf(sourceFields(source, name, fields))) {
    const users = page.flatMap(([id, ...texts]) => {
      const { values, faults } = readOwnFields(fields, inputOf(fields, texts), 'partial')
      for (const { field, code } of faults) {
        counts.refused += 1
        const reason = `its ${field} is left out: ${code}`
        options.onFinding({ kind: 'refused', table: name, key: String(id), reason })
      }
      return Object.keys(values).length === 0
        ? []
        : [{ id, values, unique: uniqueValues(fields, values) }]
    })
    counts.read += page.length
    await writeFields(db, { name, users, counts }, options)
  }
  return counts
}

/** A database's texts; those of JSON are read, an empty one of a type that is no text is none. */
function inputOf(
  fields: readonly OwnField[],
  texts: readonly (string | number | null)[],
): Readonly<Record<string, Given>> {
  const input: Record<string, Given> = {}
  for (const [index, { name, type }] of fields.entries()) {
    const value = texts[index] ?? null
    if (value === null || value === '') continue
    const text = String(value)
    input[name] = type === 'json' ? jsonGiven(text) : { kind: 'text', text }
  }
  return input
}

function jsonGiven(text: string): Given {
  try {
    const value: unknown = JSON.parse(text)
    return { kind: 'other', value, text }
  } catch {
    return { kind: 'text', text }
  }
}

/** All fields of both documents; where both have one, the winner's. */
function mergedOf(winner: SQL, loser: SQL): SQL {
  const value = sql.raw(`case type when 'object' then json(value) when 'array' then json(value)
    when 'true' then json('true') when 'false' then json('false') else value end`)
  return sql`(select json_group_object(key, ${value}) from (
    select key, value, type from json_each(${winner})
    union all select key, value, type from json_each(${loser})
      where key not in (select key from json_each(${winner}))))`
}

type Writing = {
  readonly name: string
  readonly users: readonly {
    readonly id: unknown
    readonly values: Readonly<Record<string, unknown>>
    readonly unique: readonly { readonly field: string; readonly folded: string }[]
  }[]
  readonly counts: TableCounts
}

/** Writes custom fields of users who are here. A value that must be unique stays with the account that has it. */
async function writeFields(
  db: Database,
  { name, users, counts }: Writing,
  { mode, onDifference, onFinding }: MoreOptions,
): Promise<void> {
  const rows = JSON.stringify(users.map(({ id, values }) => [id, JSON.stringify(values)]))
  const keys = JSON.stringify(
    users.flatMap(({ id, unique }) => unique.map(({ field, folded }) => [field, folded, id])),
  )
  const held = await db.all<{ id: number; field: string }>(
    sql`select ${at(2)} as id, ${at(0)} as field from ${given(keys)} join own_field_keys k
      on k.field = ${at(0)} and k.folded = ${at(1)} and k.user_id <> ${at(2)}`,
  )
  for (const { id, field } of held) {
    const reason = `its ${field} is another account's here, and looked up there`
    onFinding({ kind: 'conflict', table: name, key: String(id), reason })
  }
  const isUpdate = onDifference === 'update'
  const document = sql`o.document`
  const merged = isUpdate ? mergedOf(at(1), document) : mergedOf(document, at(1))
  const isSame = sql`not exists (select 1 from json_each(${at(1)}) as n
    left join json_each(o.document) as d on d.key = n.key
    where d.key is null or (${isUpdate ? 1 : 0} and d.value is not n.value))`
  const changes = await db.all<{ present: number; same: number }>(
    sql`select o.user_id is not null as present, ${isSame} as same
      from ${given(rows)} join users on users.id = ${at(0)}
      left join own_fields o on o.user_id = ${at(0)}`,
  )
  for (const { present, same } of changes) {
    counts[present === 0 ? 'inserted' : same === 1 ? 'unchanged' : 'updated'] += 1
  }
  if (mode === 'write') await db.batch(writeDocuments(db, { rows, keys, merged }))
}

/** Writes documents, and the keys that no other user has. */
function writeDocuments(
  db: Database,
  { rows, keys, merged }: { readonly rows: string; readonly keys: string; readonly merged: SQL },
) {
  return [
    db.run(sql`insert into own_fields (user_id, document)
      select users.id, case when o.user_id is null then ${at(1)} else ${merged} end
      from ${given(rows)} join users on users.id = ${at(0)}
      left join own_fields o on o.user_id = ${at(0)} where true
      on conflict (user_id) do update set document = excluded.document`),
    db.run(sql`insert into own_field_keys (field, folded, user_id)
      select ${at(0)}, ${at(1)}, users.id from ${given(keys)} join users on users.id = ${at(2)}
      where true on conflict do nothing`),
  ] as const
}
