/** The import itself, in pages: read, place, write, report. Interrupted at any point, it can be run again. */
import type { Deps } from '../../deps.ts'
import { findConflicts } from './conflicts.ts'
import { placeRows, type PlacedRow } from './place.ts'
import { passwordKind, wrapWeakHashes, type PasswordPolicy } from './password-policy.ts'
import { importMore } from './more.ts'
import { noCounts, type Finding, type ImportSummary, type TableCounts } from './report.ts'
import { countRows, readPages, type Source } from './source.ts'
import type { ReadingDeps } from './rows.ts'
import type { ImportStep } from './step.ts'
import { importSteps } from './tables.ts'
import type { TargetRow } from './target.ts'
import type { SourceRow } from './values.ts'
import { liveCodes, readPresent, reserveIds, writeRows } from './write.ts'
import { counted } from '../plural.ts'

/** How to import. */
export type ImportOptions = {
  readonly mode: 'write' | 'dry-run'
  /** Whether rows that are here with other values become what Django has. */
  readonly onDifference: 'keep' | 'update'
  readonly rowsAPage: number
  readonly passwords: PasswordPolicy
  readonly onFinding: (finding: Finding) => void
  readonly onProgress: (rows: number, table: string) => void
}

/** The slice of `Deps` that an import needs. */
export type ImportDeps = Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes' | 'elapsedMs'>

/**
 * Imports page by page, comparing each row with what is there: a second run changes nothing, and an interrupted one
 * continues when run again. Ids are kept, so tokens and foreign keys stay valid. A row that cannot be imported is
 * reported with its reason; rows that refer to a refused user are refused, too.
 */
export async function importDjango(
  deps: ImportDeps,
  source: Source,
  options: ImportOptions,
): Promise<ImportSummary> {
  const findings = { refused: 0, differs: 0, conflict: 0, password: 0, note: 0 }
  const report = (finding: Finding): void => {
    findings[finding.kind] += 1
    options.onFinding(finding)
  }
  const passwords: ImportSummary['passwords'] = {
    verifiable: {},
    wrapped: {},
    unreadable: {},
    unusable: 0,
  }
  const run: Run = { deps, source, options: { ...options, onFinding: report }, passwords }
  prepareRefused(source)
  reportLeftOut(source, report)
  findConflicts(source, report)
  const tables: Record<string, TableCounts> = {}
  for (const step of importSteps(source.model)) {
    if (countRows(source.database, step.table.name) === 0) continue
    tables[step.name ?? step.table.name] = await importTable(run, step)
  }
  Object.assign(tables, await importMore(deps, source, { ...options, onFinding: report }))
  const seconds = deps.elapsedMs() / 1000
  const rows = Object.values(tables).reduce((sum, counts) => sum + counts.read, 0)
  return {
    dryRun: options.mode === 'dry-run',
    tables,
    passwords,
    findings,
    seconds,
    rowsPerSecond: Math.round(rows / Math.max(seconds, 0.001)),
    peakMemoryMib: Math.round(process.resourceUsage().maxRSS / 1024),
  }
}

type Run = {
  readonly deps: ImportDeps
  readonly source: Source
  readonly options: ImportOptions
  readonly passwords: ImportSummary['passwords']
}

/** A table of refused ids, on disk: a whole source may be refused. */
function prepareRefused({ database }: Source): void {
  database.exec('create temp table if not exists refused_users (id integer primary key)')
}

/** Reports tables and columns of the source that are not imported. */
function reportLeftOut(source: Source, report: (finding: Finding) => void): void {
  for (const [table, count] of source.others) {
    report({
      kind: 'note',
      table,
      key: '',
      reason: `${counted(count, 'row is', 'rows are')} not imported: no place for ${count === 1 ? 'it' : 'them'} here`,
    })
  }
  for (const column of source.otherColumns) {
    report({
      kind: 'note',
      table: column,
      key: '',
      reason: 'the column is not imported: it has no place here',
    })
  }
}

/** Imports one table, page by page. */
async function importTable(run: Run, step: ImportStep): Promise<TableCounts> {
  const { source, options, deps } = run
  const counts = noCounts()
  for (const page of readPages(source, step, options.rowsAPage)) {
    await importPage(run, step, { page, counts })
    options.onProgress(page.length, step.table.name)
  }
  if (options.mode === 'write' && step.target.key === 'id') {
    const id = givenIds(source, step.table.name)
    if (id > 0) await reserveIds(deps.db, step.target.table, id)
  }
  return counts
}

/**
 * The highest id that Django's SQLite has ever given out, so that ids of deleted users are not reused for others,
 * whom old tokens would then authenticate.
 */
function givenIds({ database, isCopy }: Source, table: string): number {
  if (isCopy) return 0
  const hasCounter = database
    .prepare("select 1 from sqlite_master where name = 'sqlite_sequence'")
    .get()
  if (hasCounter === undefined) return 0
  const row = database.prepare('select seq from sqlite_sequence where name = ?').get(table)
  return Number(row?.['seq'] ?? 0)
}

/** Reads, places and writes one page. */
async function importPage(
  run: Run,
  step: ImportStep,
  { page, counts }: { readonly page: readonly SourceRow[]; readonly counts: TableCounts },
): Promise<void> {
  const { deps, options, source } = run
  counts.read += page.length
  const { target } = step
  const found = await readRows(run, step, { page, counts })
  const isOfCodes = target.table === 'recovery_codes' && found.length > 0
  const isDryRun = options.mode === 'dry-run'
  const read = isOfCodes ? await liveCodes(deps.db, found, isDryRun) : found
  counts.unneeded += found.length - read.length
  if (read.length === 0) return
  const policed = { ...deps, passwords: options.passwords }
  const isOfUsers = target.table === 'users'
  const rows = isOfUsers ? await wrapWeakHashes(policed, read, options.mode) : read
  const present = await readPresent(deps.db, target, rows)
  const placed = placeRows(target, rows, {
    present,
    refusedUsers: refusedAmong(source, step, rows), // A dry run has written no users: those of the source will be there.
    comingUsers: options.mode === 'dry-run' ? usersAmong(source, rows) : new Set(),
    onDifference: options.onDifference,
  })
  if (options.mode === 'write') await write(run, step, placed)
  for (const outcome of placed) {
    counts[outcome.kind] += 1
    if (outcome.kind === 'refused') refuse(run, step, { key: outcome.key, reason: outcome.reason })
    if (outcome.kind === 'differing') {
      const reason = `is here with another ${outcome.columns.join(', ')}; --update takes Django's`
      options.onFinding({ kind: 'differs', table: step.table.name, key: outcome.key, reason })
    }
  }
}

/** Reads a page's rows; a row that is refused is reported. */
async function readRows(
  run: Run,
  step: ImportStep,
  { page, counts }: { readonly page: readonly SourceRow[]; readonly counts: TableCounts },
): Promise<readonly TargetRow[]> {
  const readingDeps: ReadingDeps = { ...run.deps, passwords: run.options.passwords }
  const rows: TargetRow[] = []
  for (const sourceRow of page) {
    const result = await step.read(sourceRow, readingDeps)
    if (result.kind === 'refused') {
      counts.refused += 1
      refuse(run, step, { key: keyOf(step, sourceRow), reason: result.reason })
    } else if (result.kind === 'unneeded') {
      counts.unneeded += 1
    } else if (result.kind === 'rows') {
      rows.push(...result.rows)
    } else {
      rows.push(result.row)
      if (step.target.table === 'users') countPassword(run, step, result.row)
    }
  }
  return rows
}

/** How a row is named in the report: a token by its user, because its key is a secret. */
function keyOf({ table }: ImportStep, row: SourceRow): string {
  return row[table.primaryKey === 'key' ? 'user_id' : table.primaryKey] ?? ''
}

/** Counts how passwords are stored, for the summary. */
function countPassword({ passwords, options }: Run, { table }: ImportStep, row: TargetRow): void {
  const kind = passwordKind(String(row['password']), options.passwords)
  if (kind.kind === 'unusable') {
    passwords.unusable += 1
    return
  }
  const { algorithm } = kind
  passwords[kind.kind][algorithm] = (passwords[kind.kind][algorithm] ?? 0) + 1
  if (kind.kind !== 'unreadable') return
  const reason = `its password (${algorithm}) cannot be verified here: its owner resets by mail`
  options.onFinding({ kind: 'password', table: table.name, key: String(row['id']), reason })
}

/** Reports a refused row, and remembers its user, whose other rows are refused, too. */
function refuse(
  { source, options }: Run,
  step: ImportStep,
  { key, reason }: { readonly key: string; readonly reason: string },
): void {
  options.onFinding({ kind: 'refused', table: step.table.name, key, reason })
  if (step.target.table !== 'users' || !/^\d{1,15}$/.test(key)) return
  source.database.prepare('insert or ignore into refused_users (id) values (?)').run(Number(key))
}

/** Writes the rows of a page that are new, or differ with `--update`. */
async function write(run: Run, step: ImportStep, placed: PlacedRow[]): Promise<void> {
  const { target } = step
  const rowsOf = (kind: PlacedRow['kind']): TargetRow[] =>
    placed.flatMap((outcome) => (outcome.kind === kind ? [outcome.row] : []))
  const added = rowsOf('inserted')
  const changed = rowsOf('updated')
  if (added.length + changed.length === 0) return
  const written = await writeRows(run.deps.db, target, { added, changed })
  const missing = [...added, ...changed].filter((row) => !written.has(String(row[target.key])))
  if (missing.length === 0) return
  // Missing from the result: written by an earlier attempt whose answer was lost, or a concurrent write came first.
  const present = await readPresent(run.deps.db, target, missing)
  const again = placeRows(target, missing, {
    present,
    refusedUsers: new Set(),
    comingUsers: new Set(),
    onDifference: 'keep',
  })
  for (const outcome of again) {
    const index = placed.findIndex(
      (first) => first.key === outcome.key && first.row === outcome.row,
    )
    if (outcome.kind === 'unchanged' || index < 0) continue
    const reason = outcome.kind === 'refused' ? outcome.reason : 'another row was written meanwhile'
    placed[index] = { kind: 'refused', key: outcome.key, row: outcome.row, reason }
  }
}

function refusedAmong(
  { database }: Source,
  { target }: ImportStep,
  rows: readonly TargetRow[],
): ReadonlySet<number> {
  if (!target.belongsToUser) return new Set()
  return idsIn(
    database.prepare('select id from refused_users where id in (select value from json_each(?))'),
    rows,
  )
}

function usersAmong(
  { database, model, isCopy }: Source,
  rows: readonly TargetRow[],
): ReadonlySet<number> {
  // Ids of a copy are text, and only an equal type finds its index.
  const value = isCopy && model.hasUuids !== true ? 'cast(value as text)' : 'value'
  return idsIn(
    database.prepare(
      `select id from "${model.table}" where id in (select ${value} from json_each(?))`,
    ),
    rows,
  )
}

function idsIn(
  statement: { all: (ids: string) => readonly Readonly<Record<string, unknown>>[] },
  rows: readonly TargetRow[],
): ReadonlySet<number> {
  const ids = JSON.stringify([...new Set(rows.map((row) => row['user_id'] ?? null))])
  return new Set(statement.all(ids).map((row) => Number(row['id'])))
}
