/** One import under way, and the pages of a table as they are read, before the database has seen them. */
import type { Deps } from '../../deps.ts'
import type { CommandDeps } from '../command.ts'
import { passwordKind, wrapWeakHashes, type PasswordPolicy } from './password-policy.ts'
import { firstRows, namesOfRow } from './place.ts'
import type { Finding, ImportSummary } from './report.ts'
import type { ReadingDeps } from './rows.ts'
import type { Source } from './source.ts'
import type { ImportStep } from './step.ts'
import type { Stopwatch } from './stopwatch.ts'
import type { TargetRow } from './target.ts'
import type { SourceRow } from './values.ts'
import { liveCodes } from './write.ts'

/** How to import. */
export type ImportOptions = {
  readonly mode: 'write' | 'dry-run'
  /** Whether rows that are here with other values become what Django has. */
  readonly onDifference: 'keep' | 'update'
  readonly rowsAPage: number
  /** Pages under way to the database at once. */
  readonly pagesAtOnce: number
  readonly passwords: PasswordPolicy
  /** Whether indexes of empty tables are made when the rows are there. */
  readonly indexes: 'kept' | 'made last'
  /** What is left to be done when all rows are there. */
  readonly atEnd: () => Promise<void>
  readonly onIndex: (what: 'dropped' | 'making', name: string) => void
  readonly onFinding: (finding: Finding) => void
  readonly onProgress: (rows: number, table: string) => void
  readonly watch: Stopwatch
}

/** The slice of `Deps` that an import needs. */
export type ImportDeps = Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes' | 'elapsedMs'> &
  Pick<CommandDeps, 'schemaDb'>

/** One import. */
export type Run = {
  readonly deps: ImportDeps
  readonly source: Source
  readonly options: ImportOptions
  readonly passwords: ImportSummary['passwords']
}

/** A page that was read. */
export type Page = {
  /** How many rows the source has of it. */
  readonly count: number
  readonly rows: readonly TargetRow[]
  /** Those that share no key and no unique value with an earlier one. */
  readonly firsts: readonly TargetRow[]
  /** Keys and unique values of the rows. */
  readonly names: ReadonlySet<string>
  /** Of reading; in order, reported when the page's turn comes. */
  readonly findings: readonly Finding[]
  readonly unneeded: number
}

/** Makes rows of a page of the source. `expects`: whether they are likely to be here already. */
export async function readPage(
  run: Run,
  step: ImportStep,
  { page, expects }: { readonly page: readonly SourceRow[]; readonly expects: 'new' | 'known' },
): Promise<Page> {
  const { deps, options } = run
  const { mode, watch } = options
  const read = await watch.time('rows', () => readRows(run, step, page))
  let { rows } = read
  let { unneeded } = read
  if (step.target.table === 'recovery_codes' && rows.length > 0) {
    const live = await liveCodes(deps.db, rows, mode === 'dry-run')
    unneeded += rows.length - live.length
    rows = live
  }
  if (step.target.table === 'users') {
    const policed = { ...deps, passwords: options.passwords }
    const found = rows
    rows = await watch.time('passwords', () => wrapWeakHashes(policed, found, { mode, expects }))
  }
  const { target } = step
  const names = new Set(rows.flatMap((row) => namesOfRow(target, row)))
  const isAnyTwice = names.size < rows.length * (1 + target.unique.length)
  const firsts = isAnyTwice ? firstRows(target, rows) : rows
  return { count: page.length, rows, firsts, names, findings: read.findings, unneeded }
}

/** Reads rows, all of a page at once: what is computed for one does not wait for another. */
async function readRows(
  run: Run,
  step: ImportStep,
  page: readonly SourceRow[],
): Promise<Pick<Page, 'rows' | 'findings' | 'unneeded'>> {
  const readingDeps: ReadingDeps = { ...run.deps, passwords: run.options.passwords }
  const results = await Promise.all(
    page.map(async (sourceRow) => step.read(sourceRow, readingDeps)),
  )
  const rows: TargetRow[] = []
  const findings: Finding[] = []
  let unneeded = 0
  const table = step.table.name
  for (const [index, result] of results.entries()) {
    if (result.kind === 'refused') {
      const key = keyOf(step, page[index] ?? {})
      findings.push({ kind: 'refused', table, key, reason: result.reason })
    } else if (result.kind === 'unneeded') {
      unneeded += 1
    } else if (result.kind === 'rows') {
      rows.push(...result.rows)
    } else {
      rows.push(result.row)
      if (step.target.table === 'users') findings.push(...countPassword(run, table, result.row))
    }
  }
  return { rows, findings, unneeded }
}

/** How a row is named in the report: a token by its user, because its key is a secret. */
function keyOf({ table }: ImportStep, row: SourceRow): string {
  return row[table.primaryKey === 'key' ? 'user_id' : table.primaryKey] ?? ''
}

/** Counts how a password is stored, for the summary; names it where nobody can log in by it. */
function countPassword({ passwords, options }: Run, table: string, row: TargetRow): Finding[] {
  const kind = passwordKind(String(row['password']), options.passwords)
  if (kind.kind === 'unusable') {
    passwords.unusable += 1
    return []
  }
  const { algorithm } = kind
  passwords[kind.kind][algorithm] = (passwords[kind.kind][algorithm] ?? 0) + 1
  if (kind.kind !== 'unreadable') return []
  const reason = `its password (${algorithm}) cannot be verified here: its owner resets by mail`
  return [{ kind: 'password', table, key: String(row['id']), reason }]
}
