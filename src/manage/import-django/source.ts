/** Any source (SQLite, fixtures, CSV) as one SQLite database that can be queried in pages. */
import { closeSync, openSync, readSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CommandError } from '../command.ts'
import { stageFile } from './staging.ts'
import type { DjangoTable, ImportStep } from './step.ts'
import { djangoTables, type UserModel } from './tables.ts'
import type { SourceRow, SourceValue } from './values.ts'

/** Django's rows from any supported source, as a SQLite database. */
export type Source = {
  readonly database: DatabaseSync
  readonly model: UserModel
  /** Whether it is a copy, which may be written to. */
  readonly isCopy: boolean
  /** Tables and models that are not imported, by name: how many rows they have. */
  readonly others: ReadonlyMap<string, number>
  /** Models of a fixture that look like users and are not the one that was named. */
  readonly userModels: readonly string[]
  /** Columns of imported tables that have no place here. */
  readonly otherColumns: readonly string[]
  readonly close: () => void
}

/**
 * Opens a Django SQLite file where it is, read only; fixtures and CSV files are first copied into a temporary
 * database on disk. Every source is then read in the same bounded pages, natural keys resolve by a query, and
 * memory does not grow with the source.
 */
export async function openSource(
  paths: readonly string[],
  model: UserModel,
  stdin: AsyncIterable<Uint8Array>,
): Promise<Source> {
  const [first] = paths
  if (paths.length === 1 && first !== undefined && isSqlite(first)) return openSqlite(first, model)
  const database = await openDatabase('')
  // Nothing here outlives the process: no journal, no waiting for the disk.
  database.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -32768')
  const staged = {
    database,
    model,
    others: new Map<string, number>(),
    userModels: new Set<string>(),
    otherColumns: new Set<string>(),
  }
  for (const path of paths) {
    if (path !== '-' && isSqlite(path)) {
      throw new CommandError(`${path} is a SQLite file: give it alone`)
    }
    await stageFile(path, staged, stdin)
  }
  return finish({
    database,
    model,
    isCopy: true,
    others: staged.others,
    userModels: [...staged.userModels],
    otherColumns: [...staged.otherColumns],
  })
}

const SQLITE_MAGIC = 'SQLite format 3\0'

function isSqlite(path: string): boolean {
  if (path === '-') return false
  const head = Buffer.alloc(SQLITE_MAGIC.length)
  try {
    const file = openSync(path, 'r')
    readSync(file, head, 0, head.length, 0)
    closeSync(file)
  } catch {
    throw new CommandError(`${path} cannot be read`)
  }
  return head.toString('latin1') === SQLITE_MAGIC
}

/**
 * Opens a file with Node's own SQLite.
 *
 * @throws CommandError before Node 22.13, which has it only behind a flag
 */
async function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}) {
  const sqlite = await import('node:sqlite').catch(() => undefined)
  if (sqlite === undefined) {
    throw new CommandError(`Node 22.13 or later reads Django's data; this is ${process.version}.`)
  }
  return new sqlite.DatabaseSync(path, options)
}

/** Opens Django's database file, read only. */
async function openSqlite(path: string, model: UserModel): Promise<Source> {
  const database = await openDatabase(path, { readOnly: true })
  const known = new Set(djangoTables(model).map((table) => table.name))
  const others = new Map<string, number>()
  for (const name of tableNames(database)) {
    if (!NOT_TAKEN.test(name) || known.has(name)) continue
    const count = countRows(database, name)
    if (count > 0) others.set(name, count)
  }
  const otherColumns = djangoTables(model).flatMap((table) =>
    columnsOf(database, table.name)
      .filter((column) => !table.columns.includes(column) && !isLeftOut(table, column))
      .map((column) => `${table.name}.${column}`),
  )
  return finish({ database, model, isCopy: false, others, userModels: [], otherColumns })
}

/** Tables that a person would miss; Django's bookkeeping and a project's own tables are not named. */
const NOT_TAKEN =
  /^(?:socialaccount_.*|account_.*|mfa_.*|otp_.*|django_session|authtoken_.*|token_blacklist_.*|knox_.*)$/

function isLeftOut(table: DjangoTable, column: string): boolean {
  return (
    table.name === 'token_blacklist_outstandingtoken' && ['token', 'created_at'].includes(column)
  )
}

function finish(opened: Omit<Source, 'close'>): Source {
  const source: Source = {
    ...opened,
    close: () => {
      opened.database.close()
    },
  }
  checkTables(source)
  return source
}

/**
 * Whether the source has the tables that an import needs.
 *
 * @throws CommandError
 */
function checkTables(source: Source): void {
  const { database, model } = source
  const faults = djangoTables(model).flatMap((table) => {
    const columns = columnsOf(database, table.name)
    if (columns.length === 0) return []
    const missing = table.required.filter((column) => !columns.includes(column))
    if (missing.length === 0) return []
    const fault = `${table.name} has no column ${missing.join(', ')}`
    const isNamedOtherwise = table.name === model.table && missing.includes(model.usernameColumn)
    return [isNamedOtherwise ? `${fault}${nameHint(columns)}` : fault]
  })
  if (faults.length > 0) throw new CommandError(faults.join('\n'))
  if (columnsOf(database, model.table).length > 0) return
  throw new CommandError(`There is no table ${model.table} in the source. ${userTableHint(source)}`)
}

/** A custom user model may identify its users by another column. */
function nameHint(columns: readonly string[]): string {
  const column = columns.includes('email') ? 'email' : 'NAME'
  return `: which column names a user? --username-column ${column}`
}

/** How the users are found that lie in another table. */
function userTableHint({ database, userModels, others }: Source): string {
  const models = userModels.map((label) => `${label} (--user-table ${tableOf(label)})`)
  const tables = tableNames(database)
    .filter((name) => {
      const columns = columnsOf(database, name)
      return columns.includes('password') && columns.includes('last_login')
    })
    .map((name) => `${name} (--user-table ${name})`)
  const candidates = [...models, ...tables]
  if (candidates.length > 0) {
    return `A user model of your own is named by its table; it may be ${candidates.join(' or ')}.`
  }
  const names = [...others.keys()]
  const found =
    names.length === 0 ? 'It has nothing that is imported.' : `It has ${names.join(', ')}.`
  return `${found} A user model of your own is named by its table: --user-table APP_MODEL.`
}

function tableOf(label: string): string {
  return label.replace('.', '_')
}

function tableNames(database: DatabaseSync): readonly string[] {
  return database
    .prepare("select name from sqlite_master where type = 'table' order by name")
    .all()
    .map((row) => String(row['name']))
}

/** Columns of a table; none where it does not exist. */
export function columnsOf(database: DatabaseSync, table: string): readonly string[] {
  return database
    .prepare('select name from pragma_table_info(?)')
    .all(table)
    .map((row) => String(row['name']))
}

/** Rows of a table; 0 where it does not exist. */
export function countRows(database: DatabaseSync, table: string): number {
  if (columnsOf(database, table).length === 0) return 0
  return Number(database.prepare(`select count(*) as count from "${table}"`).get()?.['count'])
}

/**
 * What every row's place in its table (`rowid`) is greater than. A place is carried as text: Node's driver throws at
 * numbers that JavaScript has no room for.
 */
export const BEFORE_ALL_ROWS = '-9223372036854775808'

/**
 * The rows of a step in pages, in the order in which they were written, unless the step names another one. Each page is a
 * query of its own, so that a running Django is not blocked from writing.
 */
export function* readPages(
  { database }: Source,
  { table, joined = {}, orderBy }: ImportStep,
  size: number,
): Generator<readonly SourceRow[]> {
  const present = columnsOf(database, table.name)
  const own = table.columns.filter((column) => present.includes(column))
  if (own.length === 0) return
  const texts = own.filter((column) => table.binary?.includes(column) !== true)
  const isJoinable = columnsOf(database, 'token_blacklist_outstandingtoken').length > 0
  const columns = [
    ...own.map((column) => `${asText(table, column)} as "${column}"`),
    ...Object.entries(isJoinable ? joined : {}).map(
      ([column, expression]) => `cast(${expression} as text) as "${column}"`,
    ),
  ]
  const names = [...own, ...(isJoinable ? Object.keys(joined) : [])]
  const all = `select cast(t.rowid as text) as "#", ${nulPosition(texts)} as "#nul", ${columns.join(', ')} from "${table.name}" t`
  const page = preparePages(
    database,
    all,
    names.find((name) => name === orderBy),
  )
  let after = BEFORE_ALL_ROWS
  for (;;) {
    const rows = page.all(after, size)
    const last = rows.at(-1)
    if (last === undefined) return
    after = String(last['#at'] ?? last['#'])
    yield rows.map((row) =>
      row['#nul'] === 0
        ? asSourceRow(row, names)
        : { ...asSourceRow(row, names), ...cutValues(database, table, row) },
    )
    if (rows.length < size) return
  }
}

/**
 * The query of a page. Rows that are wanted in the order of a column are first copied into a table beside the source:
 * sorted once, they are read from front to back, and their places are those of the copy.
 */
function preparePages(
  database: DatabaseSync,
  all: string,
  orderBy: string | undefined,
): StatementSync {
  const next = 'where t.rowid > cast(? as integer) order by t.rowid limit ?'
  if (orderBy === undefined) return database.prepare(`${all} ${next}`)
  database.exec(
    `drop table if exists temp.sorted_rows;
     create temp table sorted_rows as ${all} order by "${orderBy}", t.rowid`,
  )
  return database.prepare(
    `select t.*, cast(t.rowid as text) as "#at" from temp.sorted_rows t ${next}`,
  )
}

/** Whether a NUL is in any column: Node's driver ends a text there, which would import half a value. */
function nulPosition(columns: readonly string[]): string {
  const texts = columns.map((column) => `coalesce(cast(t."${column}" as text), '')`)
  return `instr(cast(${texts.join(' || ')} as blob), x'00')`
}

/** The values of a row that a NUL cut, the NUL put back behind them: enough to refuse the row. */
function cutValues(
  database: DatabaseSync,
  { name, columns }: DjangoTable,
  row: Readonly<Record<string, unknown>>,
): SourceRow {
  const cut: Record<string, SourceValue> = {}
  for (const column of columns) {
    if (typeof row[column] !== 'string') continue
    const position = database
      .prepare(
        `select ${nulPosition([column])} as position from "${name}" t where t.rowid = cast(? as integer)`,
      )
      .get(String(row['#']))?.['position']
    if (position !== 0) cut[column] = `${row[column]}\0`
  }
  return cut
}

function asSourceRow(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
): SourceRow {
  const result: Record<string, SourceValue> = {}
  for (const column of columns) {
    const value = row[column]
    result[column] = typeof value === 'string' ? value : null
  }
  return result
}

/** A column as text: of bytes, which a copy holds as base64, their hexadecimal digits. */
function asText({ binary = [] }: DjangoTable, column: string): string {
  const own = `t."${column}"`
  if (!binary.includes(column)) return `cast(${own} as text)`
  return `case typeof(${own}) when 'blob' then 'x' || hex(${own}) else cast(${own} as text) end`
}
