/** The import itself, in pages: read, place, write, report. Interrupted at any point, it can be run again. */
import { readFileSync } from 'node:fs'
import { findConflicts } from './conflicts.ts'
import { importMore } from './more.ts'
import type { ImportDeps, ImportOptions, Run } from './page.ts'
import type { Finding, ImportSummary, TableCounts } from './report.ts'
import { countRows, type Source } from './source.ts'
import { importSteps } from './tables.ts'
import { importUniqueLast } from './unique-last.ts'
import { counted } from '../plural.ts'

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
  await options.watch.time('conflicts', () => {
    findConflicts(source, report)
  })
  const tables = await importTables(run)
  await options.watch.time('database', options.atEnd)
  const seconds = deps.elapsedMs() / 1000
  const rows = Object.values(tables).reduce((sum, counts) => sum + counts.read, 0)
  return {
    dryRun: options.mode === 'dry-run',
    tables,
    passwords,
    findings,
    seconds,
    spentMs: options.watch.spentMs,
    rowsPerSecond: Math.round(rows / Math.max(seconds, 0.001)),
    peakMemoryMib: peakMemoryMib(),
  }
}

/** The most memory that this process has had. Linux tells it apart from that of the process which started this one. */
function peakMemoryMib(): number {
  let kibibytes = process.resourceUsage().maxRSS
  try {
    const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    kibibytes = Number(peak ?? kibibytes)
  } catch {
    // Another system.
  }
  return Math.round(kibibytes / 1024)
}

/** Imports every table that the source has. */
async function importTables(run: Run): Promise<ImportSummary['tables']> {
  const { deps, source, options } = run
  const tables: Record<string, TableCounts> = {}
  for (const step of importSteps(source.model)) {
    if (countRows(source.database, step.table.name) === 0) continue
    tables[step.name ?? step.table.name] = await importUniqueLast(run, step)
  }
  return { ...tables, ...(await importMore(deps, source, options)) }
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
