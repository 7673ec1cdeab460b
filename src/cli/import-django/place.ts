import type { Target, TargetRow } from './target.ts'
import { uniqueName, type Present, type StoredRow } from './write.ts'

/** What is to be done with a row. */
export type PlacedRow = { readonly key: string; readonly row: TargetRow } & (
  | { readonly kind: 'inserted' | 'updated' | 'unchanged' }
  | { readonly kind: 'differing'; readonly columns: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }
)

/** What placing a row depends on besides the database. */
export type Placing = {
  readonly refusedUsers: ReadonlySet<number>
  readonly comingUsers: ReadonlySet<number>
  readonly onDifference: 'keep' | 'update'
}

/** Decides about each row of a page, in order. Pure. */
export function placeRows(
  target: Target,
  rows: readonly TargetRow[],
  present: Present,
  placing: Placing,
): PlacedRow[] {
  const seen = new Set<string>()
  return rows.map((row) => {
    const key = String(row[target.key])
    const names = target.unique.map((set) => uniqueName(set, row))
    const isTwice = seen.has(key) || names.some((name) => seen.has(name))
    for (const name of [key, ...names]) seen.add(name)
    if (isTwice) return { kind: 'refused', key, row, reason: 'is in the source twice' }
    return place(target, row, present, placing)
  })
}

function place(target: Target, row: TargetRow, present: Present, placing: Placing): PlacedRow {
  const key = String(row[target.key])
  const refused = (reason: string): PlacedRow => ({ kind: 'refused', key, row, reason })
  if (target.belongsToUser) {
    const userId = Number(row['user_id'])
    if (placing.refusedUsers.has(userId)) return refused(`its user ${userId} was refused`)
    if (!present.users.has(userId) && !placing.comingUsers.has(userId)) {
      return refused(`its user ${userId} does not exist`)
    }
  }
  for (const set of target.unique) {
    const holder = present.byUnique.get(uniqueName(set, row))
    if (holder !== undefined && String(holder) !== key) {
      return refused(`another row here, ${String(holder)}, has this ${set.join(' and ')}`)
    }
  }
  const stored = present.byKey.get(key)
  if (stored === undefined) return { kind: 'inserted', key, row }
  const columns = target.compared.filter((column) => !isEqual(stored[column], row[column]))
  if (columns.length === 0) return { kind: 'unchanged', key, row }
  if (target.identity.every((column) => !isEqual(stored[column], row[column]))) {
    return refused(`the ${target.key} belongs to something else here: ${describe(target, stored)}`)
  }
  if (placing.onDifference === 'update') return { kind: 'updated', key, row }
  return { kind: 'differing', key, row, columns }
}

function isEqual(stored: unknown, given: string | number | null | undefined): boolean {
  return stored === given || (stored === undefined && given === null)
}

function describe(target: Target, stored: StoredRow): string {
  const [column = target.key] = target.identity
  return `${column} ${JSON.stringify(stored[column])}`
}
