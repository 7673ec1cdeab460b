/**
 * Decides for each source row whether it is new, unchanged, different or refused. Pure, so that every case is
 * tested without a database.
 */
import type { Target, TargetRow } from './target.ts'
import type { Present } from './write.ts'

/** What is to be done with a row. */
export type PlacedRow = { readonly key: string; readonly row: TargetRow } & (
  | { readonly kind: 'inserted' | 'updated' | 'unchanged' }
  | { readonly kind: 'differing'; readonly columns: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }
)

/** What placing a row depends on. */
export type Placing = {
  readonly refusedUsers: ReadonlySet<number>
  readonly comingUsers: ReadonlySet<number>
  readonly onDifference: 'keep' | 'update'
  /** What is in the database already. */
  readonly present: Present
  /** Rows that share nothing with an earlier one of the page. */
  readonly firsts: readonly TargetRow[]
}

/** Decides about each row of a page, in order. Pure. */
export function placeRows(
  target: Target,
  rows: readonly TargetRow[],
  placing: Placing,
): PlacedRow[] {
  const { firsts } = placing
  if (firsts.length === rows.length) return rows.map((row) => place(target, row, placing))
  const isFirst = new Set(firsts)
  return rows.map((row) => {
    if (isFirst.has(row)) return place(target, row, placing)
    const key = String(row[target.key])
    return { kind: 'refused', key, row, reason: 'is in the source twice' }
  })
}

/** Rows that share nothing with an earlier one of the page: only these are compared with what is there. */
export function firstRows(target: Target, rows: readonly TargetRow[]): readonly TargetRow[] {
  const seen = new Set<string>()
  return rows.filter((row) => {
    const names = namesOfRow(target, row)
    const isTwice = names.some((name) => seen.has(name))
    for (const name of names) seen.add(name)
    return !isTwice
  })
}

/** What no other row may share with this one: its key, and its values of each unique set of columns. */
export function namesOfRow(target: Target, row: TargetRow): readonly string[] {
  const names = [String(row[target.key])]
  for (const set of target.unique) names.push(JSON.stringify(set.map((column) => row[column])))
  return names
}

/** The decision about one row. */
function place(target: Target, row: TargetRow, placing: Placing): PlacedRow {
  const { present } = placing
  const key = String(row[target.key])
  const refused = (reason: string): PlacedRow => ({ kind: 'refused', key, row, reason })
  if (target.belongsToUser) {
    const userId = Number(row['user_id'])
    if (placing.refusedUsers.has(userId)) return refused(`its user ${userId} was refused`)
    if (present.missingUsers.has(userId) && !placing.comingUsers.has(userId)) {
      return refused(`its user ${userId} does not exist`)
    }
  }
  const holder = present.holders.get(key)
  if (holder !== undefined) {
    return refused(`another row here, ${holder.key}, has this ${holder.columns.join(' and ')}`)
  }
  const there = present.rows.get(key)
  if (there === undefined) return { kind: 'inserted', key, row }
  if (there.stranger !== undefined) {
    return refused(`the ${target.key} is ${there.stranger} here`)
  }
  if (there.differing.length === 0) return { kind: 'unchanged', key, row }
  if (placing.onDifference === 'update') return { kind: 'updated', key, row }
  return { kind: 'differing', key, row, columns: there.differing }
}
