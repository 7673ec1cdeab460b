/**
 * `npm run bench:docs -- FILE`: writes what `npm run bench -- --json FILE` measured into the tables of README.md and
 * docs/compare.md, between their marks. No number there is typed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { loadTitle } from './loads.ts'
import type { Table } from './report.ts'

type Line = {
  readonly label: string
  readonly title: string
  /** The first cells of the row, without the subject. */
  readonly row: readonly string[]
  /** Of the absolute number; the ratio stands behind it. */
  readonly column: string
}

const FAR = 'Latency, one at a time, the database 30 ms away'
const COLD = 'Cold start, to the first answer'
const FIRST_LOGIN = 'a login, 30 ms away'

const LOGIN = {
  label: 'login, the database 30 ms away',
  title: FAR,
  row: ['login'],
  column: 'median',
}
const READ = { label: 'the own account, 30 ms away', title: FAR, row: ['user'], column: 'median' }
const NOTHING = {
  label: 'from nothing to the first answer',
  title: COLD,
  row: [],
  column: 'from nothing',
}
const ISOLATE = {
  label: 'one more isolate, to its first answer',
  title: COLD,
  row: [],
  column: 'one more isolate',
}
const ISOLATE_LOGIN = {
  label: 'one more isolate, to its first login, 30 ms away',
  title: COLD,
  row: [],
  column: FIRST_LOGIN,
}

function cpuOf(operation: string, label: string): Line {
  return { label, title: loadTitle(16), row: [operation], column: 'CPU a request' }
}

const LOGINS: readonly Line[] = [16, 64, 256].map((atOnce) => ({
  label: `logins a second, ${atOnce} at once`,
  title: loadTitle(atOnce),
  row: ['login'],
  column: 'requests/s',
}))

const README: readonly Line[] = [
  LOGIN,
  READ,
  cpuOf('login', 'CPU of a login, its hash as cheap as can be'),
  cpuOf('user', 'CPU of a read of the own account'),
  cpuOf('refresh', 'CPU of a refresh'),
  cpuOf('verify', 'CPU of a token check'),
  ...LOGINS,
  NOTHING,
  ISOLATE,
  ISOLATE_LOGIN,
]
const COMPARE: readonly Line[] = [LOGIN, READ, ...LOGINS, NOTHING, ISOLATE_LOGIN]

const [file = 'bench.json'] = process.argv.slice(2)
const { tables } = JSON.parse(readFileSync(file, 'utf8')) as { readonly tables: readonly Table[] } // `--json` wrote it

write(
  'README.md',
  ['', 'floor', 'service', 'better-auth'],
  [
    ...README.map((line) => [
      line.label,
      absolute(line),
      ratio(line, 'service'),
      ratio(line, 'better-auth'),
    ]),
    ['scripts at a cold start, compressed', ...['floor', 'service', 'better-auth'].map(sizeOf)],
  ],
)
write(
  'docs/compare.md',
  ['', 'here', 'better-auth'],
  COMPARE.map((line) => [line.label, ratio(line, 'service'), ratio(line, 'better-auth')]),
)

function rowOf(
  { title, row }: Line,
  subject: string,
): { readonly head: readonly string[]; readonly cells: readonly string[] } {
  const table = tables.find((one) => one.title === title)
  const cells = table?.rows.find((one) =>
    [...row, subject].every((cell, index) => one[index] === cell),
  )
  return { head: table?.head ?? [], cells: cells ?? [] }
}

function absolute(line: Line): string {
  const { head, cells } = rowOf(line, 'floor')
  const value = cells[head.indexOf(line.column)]
  if (value === undefined) throw new Error(`not measured: ${line.label}`)
  const number = Number.parseFloat(value)
  return value.replace(/^[\d.]+/, number < 10 ? number.toFixed(1) : number.toFixed(0))
}

function ratio(line: Line, subject: string): string {
  const { head, cells } = rowOf(line, subject)
  const value = cells[head.indexOf('to floor', head.indexOf(line.column))] ?? '–'
  return subject === 'service' ? `**${value}**` : value
}

function sizeOf(subject: string): string {
  const sizes = tables.find(({ title }) => title === 'Scripts, gzip')
  const value = sizes?.rows.find(([name]) => name === subject)?.[1] ?? '–'
  return subject === 'service' ? `**${value}**` : value
}

function write(
  document: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => pad(cells[index] ?? '', width, index)).join(' | ')} |`
  const rule = widths.map((width, index) =>
    index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  const text = [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
  const marked = /(<!-- npm run bench:docs -->\n\n)[\s\S]*?(\n\n<!-- end -->)/
  const before = readFileSync(document, 'utf8')
  if (!marked.test(before)) throw new Error(`${document} has no marks`)
  writeFileSync(
    document,
    before.replace(marked, (_all, begin: string, end: string) => begin + text + end),
  )
  console.log(`${document}\n\n${text}\n`)
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
