/** Reads Hrana's rows into the objects that queries declare, with one reader per prepared query. */
import { Column, getTableName, is, SQL } from 'drizzle-orm'
import type { ClientResult } from './calls.ts'

/** A column of a SELECT as Drizzle prepares it: where its value goes, and what decodes it. */
type PreparedField = { readonly path: readonly string[]; readonly field: unknown }

/** What Drizzle prepares of a SELECT; a table is named there where a join may find nothing of it (`false`). */
export type PreparedRows = {
  readonly fields?: readonly PreparedField[] | undefined
  readonly joinsNotNullableMap?: Readonly<Record<string, boolean>> | undefined
}

type Read = (value: unknown) => unknown
type Place = {
  readonly name: string
  readonly part: string | undefined
  readonly read: Read
  readonly table: string | undefined
}

/**
 * Makes rows of objects as Drizzle does, worked out once for a statement: Drizzle asks of each value of each row what
 * kind its column is. `undefined` for what has no columns to read, or has them deeper than Drizzle's joins nest.
 */
export function rowReader({
  fields,
  joinsNotNullableMap: joins,
}: PreparedRows): ((result: ClientResult) => readonly unknown[]) | undefined {
  if (fields === undefined || fields.some(({ path }) => path.length > 2)) return undefined
  const places = fields.map(placeOf)
  const nullable = joins === undefined ? [] : nullableParts(places, joins)
  return (result) =>
    valuesOf(result).map((values) => {
      const row = rowOf(places, values)
      for (const { name, index } of nullable) if (values[index] === null) row[name] = null
      return row
    })
}

type Values = readonly unknown[]

/** Our own client keeps values as they came; another's rows have them by number. */
function valuesOf(result: ClientResult): readonly Values[] {
  return 'values' in result
    ? (result.values as readonly Values[])
    : result.rows.map((row) => Array.from(row))
}

function rowOf(places: readonly Place[], values: Values): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index]
    if (place === undefined) continue
    const value = values[index]
    const read = value === null ? null : place.read(value)
    if (place.part === undefined) row[place.name] = read
    else ((row[place.name] ??= {}) as Record<string, unknown>)[place.part] = read
  }
  return row
}

function placeOf({ path, field }: PreparedField): Place {
  const [name = '', part] = path
  const table = is(field, Column) && part !== undefined ? getTableName(field.table) : undefined
  return { name, part, read: readerOf(field), table }
}

/** A column decodes itself, an expression has a decoder, and a named expression holds one. */
function readerOf(field: unknown): Read {
  if (is(field, Column)) return (value) => field.mapFromDriverValue(value)
  const expression: unknown = is(field, SQL) ? field : partOf(field, 'sql')
  const decoder = partOf(expression, 'decoder')
  const decode = partOf(decoder, 'mapFromDriverValue')
  if (typeof decode !== 'function') throw new TypeError('A column that nothing decodes.')
  return (value) => Reflect.apply(decode, decoder, [value]) as unknown
}

function partOf(whole: unknown, name: string): unknown {
  return typeof whole === 'object' && whole !== null ? Reflect.get(whole, name) : undefined
}

/** Objects of one table that a join may not find, and the column by which Drizzle knows: the first. */
function nullableParts(
  places: readonly Place[],
  joins: Readonly<Record<string, boolean>>,
): readonly { readonly name: string; readonly index: number }[] {
  const names = new Set(places.flatMap(({ name, table }) => (table === undefined ? [] : [name])))
  return [...names].flatMap((name) => {
    const tables = new Set(
      places.flatMap((one) => (one.name === name && one.table !== undefined ? [one.table] : [])),
    )
    const [table = '', ...others] = tables
    if (others.length > 0 || joins[table] === true) return []
    return [{ name, index: places.findIndex((one) => one.name === name && one.table === table) }]
  })
}
