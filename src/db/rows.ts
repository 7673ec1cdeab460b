/** Values of the wire protocol as JavaScript values. */
import type { ResultSet, Row, Value } from '@libsql/client/http'
import { decodeBase64 } from '../crypto.ts'

/** A value as libSQL's protocol spells it. */
export type WireValue =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string }

/** What one statement answered. */
export type WireRows = {
  readonly cols: readonly { readonly name: string | null; readonly decltype?: string | null }[]
  readonly rows: readonly (readonly WireValue[])[]
  readonly affected_row_count?: number
  readonly last_insert_rowid?: string | null
}

/**
 * A result as the official client gives it, its rows made when someone asks for them: by number, and by name where
 * someone enumerates them. `values` is for who needs no more than the values.
 */
export function resultSetOf(result: WireRows): ResultSet & {
  readonly values: readonly (readonly Value[])[]
} {
  const values = result.rows.map((row) => row.map(valueOf))
  const rowid = result.last_insert_rowid
  let rows: Row[] | undefined
  return {
    values,
    get columns() {
      return columnsOf(result)
    },
    get columnTypes() {
      return result.cols.map(({ decltype }) => decltype ?? '')
    },
    get rows() {
      return (rows ??= namedRows(columnsOf(result), values))
    },
    rowsAffected: result.affected_row_count ?? 0,
    lastInsertRowid: typeof rowid === 'string' ? BigInt(rowid) : undefined,
    toJSON: () => ({ columns: columnsOf(result), rows: values }),
  }
}

function columnsOf({ cols }: WireRows): string[] {
  return cols.map(({ name }) => name ?? '')
}

function namedRows(columns: readonly string[], values: readonly (readonly Value[])[]): Row[] {
  const NumberedRow = rowClassOf(columns.length)
  return values.map((one) => withNames(new NumberedRow(one), columns))
}

function valueOf(wire: WireValue): Value {
  switch (wire.type) {
    case 'null':
      return null
    case 'integer':
      return integerOf(wire.value)
    case 'float':
    case 'text':
      return wire.value
    case 'blob':
      return decodeBase64(wire.base64)?.buffer ?? new ArrayBuffer()
  }
}

function integerOf(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('An integer that JavaScript cannot hold.')
  return value
}

type RowClass = new (values: readonly Value[]) => Row

const rowClasses: RowClass[] = []

/** Rows of so many columns: they share the getters of their numbers, which enumerate nowhere. */
function rowClassOf(count: number): RowClass {
  return (rowClasses[count] ??= makeRowClass(count))
}

function makeRowClass(count: number): RowClass {
  class NumberedRow {
    [name: string]: Value
    readonly #values: readonly Value[]

    constructor(values: readonly Value[]) {
      this.#values = values
    }

    get length(): number {
      return count
    }

    static {
      for (let index = 0; index < count; index += 1) {
        Object.defineProperty(this.prototype, index, {
          get(this: NumberedRow) {
            return this.#values[index]
          },
        })
      }
    }
  }
  return NumberedRow
}

/** Of two columns with one name the first keeps it; what looks like a number is read as one. */
function withNames(row: Row, columns: readonly string[]): Row {
  for (const [index, name] of columns.entries()) {
    const value = row[index]
    if (value !== undefined && !(name in row)) row[name] = value
  }
  return row
}
