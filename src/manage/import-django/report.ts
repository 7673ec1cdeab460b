/** What an import reports: counts for each table, and rows that a person should look at. */

import { phasesText, type Stopwatch } from './stopwatch.ts'

/** What happened to the rows of one Django table. */
export type TableCounts = {
  read: number
  inserted: number
  /** Changed here to what Django has (`--update`). */
  updated: number
  unchanged: number
  /** Here with other values, and left so. */
  differing: number
  /** Need no row here. */
  unneeded: number
  refused: number
}

/** A row that a person should know of. */
export type Finding = {
  /**
   * `refused`: not taken. `differs`: here with other values, left so. `conflict`: taken as it was, though
   * two accounts share a value that should be unique. `password`: it cannot be used to log in here; counted for the
   * report. `note`: of the source as a whole.
   */
  readonly kind: 'refused' | 'differs' | 'conflict' | 'password' | 'note'
  readonly table: string
  readonly key: string
  readonly reason: string
}

/** How passwords are stored, by algorithm. */
type PasswordCounts = {
  readonly verifiable: Record<string, number>
  readonly wrapped: Record<string, number>
  readonly unreadable: Record<string, number>
  unusable: number
}

/** The whole import. */
export type ImportSummary = {
  readonly dryRun: boolean
  readonly tables: Readonly<Record<string, Readonly<TableCounts>>>
  readonly passwords: PasswordCounts
  readonly findings: Readonly<Record<Finding['kind'], number>>
  readonly seconds: number
  /** Where the time went. */
  readonly spentMs: Stopwatch['spentMs']
  readonly rowsPerSecond: number
  readonly peakMemoryMib: number
}

/** Counts at the start. */
export function noCounts(): TableCounts {
  return { read: 0, inserted: 0, updated: 0, unchanged: 0, differing: 0, unneeded: 0, refused: 0 }
}

/** One line about a finding. */
export function findingLine(finding: Finding): string {
  const place = finding.key === '' ? finding.table : `${finding.table} ${finding.key}`
  return `${finding.kind}: ${place}: ${finding.reason}\n`
}

/** The summary for a person. */
export function summaryText(summary: ImportSummary): string {
  const columns = [
    'read',
    'inserted',
    'updated',
    'unchanged',
    'differing',
    'unneeded',
    'refused',
  ] as const
  const width = Math.max(...Object.keys(summary.tables).map((name) => name.length))
  const head = `${' '.repeat(width)}  ${columns.map((name) => name.padStart(9)).join(' ')}`
  const lines = Object.entries(summary.tables).map(
    ([name, counts]) =>
      `${name.padEnd(width)}  ${columns.map((column) => String(counts[column]).padStart(9)).join(' ')}`,
  )
  const { verifiable, wrapped, unreadable, unusable } = summary.passwords
  const passwords = [
    ...Object.entries(verifiable).map(([name, count]) => `${count} ${name}`),
    ...Object.entries(wrapped).map(
      ([name, count]) => `${count} ${name}, weak and therefore wrapped`,
    ),
    ...(unusable > 0 ? [`${unusable} unusable`] : []),
    ...Object.entries(unreadable).map(
      ([name, count]) =>
        `${count} ${name} that cannot be verified here: their owners reset by mail (--report names them)`,
    ),
  ]
  return [
    summary.dryRun ? 'Dry run: nothing was written. The counts say what would be.' : '',
    head,
    ...lines,
    `Passwords: ${passwords.length === 0 ? 'none' : passwords.join(', ')}.`,
    `${summary.seconds.toFixed(1)} s, ${summary.rowsPerSecond} rows/s, ${summary.peakMemoryMib} MiB at most.`,
    `Of this: ${phasesText(summary.spentMs, summary.seconds)}.`,
    '',
  ]
    .filter((line, index) => line !== '' || index > 0)
    .join('\n')
}
