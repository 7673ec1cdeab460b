/** Tables and colours on a terminal. */
import type { Io } from './command.ts'

/** A column of a table for people. */
export type Column<Row> = {
  readonly title: string
  readonly value: (row: Row) => string
  readonly isNumber?: boolean
}

/** Prints rows under a header, each column as wide as its content. */
export function printTable<Row>(
  io: Io,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): void {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value }) => printable(value(row)))),
  ]
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)))
  for (const [number, line] of cells.entries()) {
    const text = line
      .map((cell, at) => aligned(cell, widths[at] ?? 0, columns[at]?.isNumber === true))
      .join('  ')
      .trimEnd()
    io.out(`${number === 0 ? emphasized(io, text) : text}\n`)
  }
}

/** Prints rows: for scripts a line of JSON each, for people a table. */
export function printRows<Row>(
  { io, isJson }: { readonly io: Io; readonly isJson: boolean },
  rows: readonly Row[],
  as: {
    readonly columns: readonly Column<Row>[]
    readonly body: (row: Row) => Readonly<Record<string, unknown>>
  },
): void {
  if (!isJson) printTable(io, as.columns, rows)
  else for (const row of rows) io.out(`${JSON.stringify(as.body(row))}\n`)
}

function aligned(cell: string, width: number, isNumber: boolean): string {
  return isNumber ? cell.padStart(width) : cell.padEnd(width)
}

/**
 * A text that may contain untrusted input, without control characters: escape sequences could rewrite the
 * screen or the clipboard (terminal injection).
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/** Colours of a terminal (ECMA-48 SGR). */
const COLORS = { red: 31, yellow: 33, green: 32, bold: 1 } as const

/** Text in a colour, where the standard output shows colours. */
function colored(io: Io, color: keyof typeof COLORS, text: string): string {
  return io.hasColors ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text
}

function emphasized(io: Io, text: string): string {
  return colored(io, 'bold', text)
}

const STATUS_COLORS = { ok: 'green', warning: 'yellow', failed: 'red' } as const

/** The word of a check, as wide as the longest, in its colour. */
export function statusText(io: Io, status: keyof typeof STATUS_COLORS): string {
  return colored(io, STATUS_COLORS[status], status.padEnd(8))
}
