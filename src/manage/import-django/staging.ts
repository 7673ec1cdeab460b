/** Copies fixtures and CSV files into the temporary database. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CommandError } from '../command.ts'
import { decodeChunks } from '../text.ts'
import { csvValue, nullWordOf, readCsvRecords, type NullWord } from './csv.ts'
import { readJsonObjects } from './json-objects.ts'
import type { DjangoTable } from './step.ts'
import { djangoTables, type UserModel } from './tables.ts'
import type { SourceValue } from './values.ts'

/** A temporary database that files are copied into. */
export type Staging = {
  readonly database: DatabaseSync
  readonly model: UserModel
  readonly others: Map<string, number>
  /** Models among the others that look like users. */
  readonly userModels: Set<string>
  readonly otherColumns: Set<string>
}

const ROWS_A_TRANSACTION = 10_000

/** Copies a fixture (JSON or JSON lines) or a CSV file, gzipped or not, into the temporary database. */
export async function stageFile(
  path: string,
  staging: Staging,
  stdin: AsyncIterable<Uint8Array>,
): Promise<void> {
  const text = readText(path, stdin)
  try {
    if (/\.csv(?:\.gz)?$/i.test(path)) await stageCsv(path, text, staging)
    else await stageFixture(text, staging)
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error)) throw error
    throw new CommandError(`${path} ${error.message}`)
  }
}

function readText(path: string, stdin: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  return decodeChunks(path === '-' ? stdin : readFile(path))
}

function readFile(path: string): AsyncIterable<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1_048_576 })
  if (!path.endsWith('.gz')) return file
  // A fault of the file is a fault of the stream that is read.
  return pipeline(file, createGunzip(), () => undefined)
}

type Fixture = {
  readonly model: string
  readonly pk: unknown
  readonly fields: Readonly<Record<string, unknown>>
}

/** Copies a fixture, object by object. */
async function stageFixture(text: AsyncIterable<string>, staging: Staging): Promise<void> {
  const tables = new Map(djangoTables(staging.model).map((table) => [table.name, table]))
  const insert = inserter(staging.database)
  const known = new Map<string, ReadonlySet<string>>()
  for await (const object of readJsonObjects(text)) {
    const entry = parseFixture(object)
    // Django's own table of it is called otherwise than its model.
    const name =
      entry.model === 'contenttypes.contenttype'
        ? 'django_content_type'
        : entry.model.replace('.', '_')
    const table = tables.get(name)
    if (table === undefined) {
      staging.others.set(entry.model, (staging.others.get(entry.model) ?? 0) + 1)
      if ('password' in entry.fields) staging.userModels.add(entry.model)
      continue
    }
    const columns = known.get(name) ?? new Set(table.columns)
    known.set(name, columns)
    for (const [field, value] of Object.entries(entry.fields)) {
      if (isEmpty(value)) continue
      if (!columns.has(field) && !columns.has(`${field}_id`) && !isKnownField(name, field)) {
        staging.otherColumns.add(`${name}.${field}`)
      }
    }
    insert.add(
      table,
      table.columns.map((column) => fixtureValue(table, column, entry)),
      object,
    )
  }
  insert.finish()
}

/** A user without groups loses nothing where groups have no place. */
function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function isKnownField(table: string, field: string): boolean {
  return table === 'token_blacklist_outstandingtoken' && ['token', 'created_at'].includes(field)
}

/**
 * One object of a fixture.
 *
 * @throws CommandError for something else
 */
function parseFixture(object: string): Fixture {
  let entry: unknown
  try {
    entry = JSON.parse(object)
  } catch {
    throw new Error(`holds what is no JSON: ${object.slice(0, 60)}`)
  }
  if (
    typeof entry !== 'object' ||
    entry === null ||
    !('model' in entry) ||
    typeof entry.model !== 'string' ||
    !('fields' in entry) ||
    typeof entry.fields !== 'object' ||
    entry.fields === null
  ) {
    throw new Error(
      `is no fixture: each object needs model, pk and fields (${object.slice(0, 60)})`,
    )
  }
  return {
    model: entry.model,
    pk: 'pk' in entry ? entry.pk : null,
    fields: Object.fromEntries(Object.entries(entry.fields)),
  }
}

function fixtureValue(table: DjangoTable, column: string, { pk, fields }: Fixture): SourceValue {
  if (column === table.primaryKey) return asText(pk ?? fields[column])
  return asText(fields[column] ?? fields[column.replace(/_id$/, '')])
}

/** A natural key, a list, stays JSON and is resolved when everything has been read. */
function asText(value: unknown): SourceValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Copies a CSV file, record by record, into the table that its header fits. */
async function stageCsv(
  path: string,
  text: AsyncIterable<string>,
  staging: Staging,
): Promise<void> {
  const tables = djangoTables(staging.model)
  const name = basename(path).replace(/\.csv(?:\.gz)?$/i, '')
  const table = tables.find((candidate) => candidate.name === name) ?? tables[0]
  if (table === undefined) return
  const insert = inserter(staging.database)
  let header: readonly string[] | undefined
  let line = 0
  let nullWord: NullWord | undefined
  for await (const record of readCsvRecords(text)) {
    line += 1
    if (header === undefined) {
      header = record.map(({ text: column }) => column.trim())
      checkHeader(header, table, staging)
      continue
    }
    if (record.length === 1 && record[0]?.text === '') continue
    if (record.length !== header.length) {
      throw new Error(`has ${record.length} fields in record ${line}, not ${header.length}`)
    }
    const word = (nullWord ??= nullWordOf(record))
    const values = new Map(header.map((column, at) => [column, csvValue(record[at], word)]))
    insert.add(
      table,
      table.columns.map((column) => values.get(column) ?? null),
      '{}',
    )
  }
  if (header === undefined) throw new Error('is empty: its first line must name the columns')
  insert.finish()
}

/**
 * Whether a CSV file has the columns that its table needs.
 *
 * @throws CommandError
 */
function checkHeader(header: readonly string[], table: DjangoTable, staging: Staging): void {
  const missing = table.required.filter((column) => !header.includes(column))
  if (missing.length > 0) {
    throw new Error(`has no column ${missing.join(', ')} in its first line (read as ${table.name})`)
  }
  for (const column of header) {
    if (!table.columns.includes(column) && !isKnownField(table.name, column)) {
      staging.otherColumns.add(`${table.name}.${column}`)
    }
  }
}

type Inserter = {
  readonly add: (table: DjangoTable, values: readonly SourceValue[], object: string) => void
  readonly finish: () => void
}

function inserter(database: DatabaseSync): Inserter {
  const statements = new Map<string, StatementSync>()
  let pending = 0
  return {
    add: (table, values, object) => {
      let statement = statements.get(table.name)
      if (statement === undefined) {
        statement = prepareInsert(database, table)
        statements.set(table.name, statement)
      }
      if (pending === 0) database.exec('begin')
      pending += 1
      statement.run(...values, ...(table.columns.includes('extra_data') ? [object] : []))
      if (pending === ROWS_A_TRANSACTION) {
        database.exec('commit')
        pending = 0
      }
    },
    finish: () => {
      if (pending > 0) database.exec('commit')
      pending = 0
    },
  }
}

/** JSON within a fixture is cut out by SQLite, which keeps every digit of a long number. */
function prepareInsert(database: DatabaseSync, table: DjangoTable): StatementSync {
  const columns = table.columns.map((column) => `"${column}"`).join(', ')
  database.exec(`create table if not exists "${table.name}" (${columns})`)
  const object = `?${table.columns.length + 1}`
  const values = table.columns.map((column, index) =>
    column === 'extra_data'
      ? `coalesce(json_extract(${object}, '$.fields.extra_data'), ?${index + 1})`
      : `?${index + 1}`,
  )
  return database.prepare(`insert into "${table.name}" (${columns}) values (${values.join(', ')})`)
}
