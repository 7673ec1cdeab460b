import { sql, type SQL } from 'drizzle-orm'
import { databaseFault } from '../../db/constraint.ts'
import type { Database } from '../../db/open.ts'
import { foldCase } from '../../domain/fold.ts'
import type { Target, TargetRow } from './target.ts'

/** A row as the database has it, by column. */
export type StoredRow = Readonly<Record<string, unknown>>

/** What the database has where a page of rows shall go. */
export type Present = {
  /** Rows of the same key. */
  readonly byKey: ReadonlyMap<string, StoredRow>
  /** Keys of rows that have the same values of a unique set of columns; by set and value. */
  readonly byUnique: ReadonlyMap<string, unknown>
  /** Users that exist, of those that the rows belong to. */
  readonly users: ReadonlySet<number>
}

/** Name of a row's values in one unique set. */
export function uniqueName(columns: readonly string[], row: StoredRow | TargetRow): string {
  return JSON.stringify([columns, columns.map((column) => row[column])])
}

/** Reads what is there where a page shall go. One round trip. */
export async function readPresent(
  db: Database,
  target: Target,
  rows: readonly TargetRow[],
): Promise<Present> {
  const table = sql.identifier(target.table)
  const keys = JSON.stringify(rows.map((row) => row[target.key]))
  const columns = columnList([target.key, ...without(target.columns, target.key)])
  const [byKey, users, ...byUnique] = await withPatience(() =>
    db.batch([
      db.all<StoredRow>(
        sql`select ${columns} from ${table} where ${sql.identifier(target.key)} in (select value from json_each(${keys}))`,
      ),
      db.all<StoredRow>(
        sql`select id from users where id in (select value from json_each(${JSON.stringify(
          target.belongsToUser ? [...new Set(rows.map((row) => row['user_id']))] : [],
        )}))`,
      ),
      ...target.unique.map((set) => db.all<StoredRow>(selectUnique(target, set, rows))),
    ]),
  )
  const unique = new Map<string, unknown>()
  for (const [index, set] of target.unique.entries()) {
    for (const row of byUnique[index] ?? []) unique.set(uniqueName(set, row), row[target.key])
  }
  return {
    byKey: new Map(byKey.map((row) => [String(row[target.key]), row])),
    byUnique: unique,
    users: new Set(users.map((row) => Number(row['id']))),
  }
}

function selectUnique(target: Target, set: readonly string[], rows: readonly TargetRow[]): SQL {
  const values = JSON.stringify(rows.map((row) => set.map((column) => row[column])))
  const condition = set.map(
    (column, index) =>
      sql`t.${sql.identifier(column)} = json_extract(given.value, ${sql.raw(`'$[${index}]'`)})`,
  )
  return sql`select ${sql.join(
    [target.key, ...without(set, target.key)].map((column) => sql`t.${sql.identifier(column)}`),
    sql`, `,
  )} from json_each(${values}) as given join ${sql.identifier(target.table)} as t on ${sql.join(condition, sql` and `)}`
}

/** Writes new rows and changed ones; answers the keys of those that were written. One round trip. */
export async function writeRows(
  db: Database,
  target: Target,
  rows: { readonly added: readonly TargetRow[]; readonly changed: readonly TargetRow[] },
): Promise<ReadonlySet<string>> {
  const written = await withPatience(() =>
    db.batch([
      db.all<StoredRow>(insertRows(target, rows.added)),
      ...(rows.changed.length === 0 ? [] : [db.all<StoredRow>(updateRows(target, rows.changed))]),
    ]),
  )
  return new Set(written.flat().map((row) => String(row[target.key])))
}

/**
 * One statement for a whole page, its rows as one JSON parameter: numbers stay integers, and no limit on
 * parameters is near. Repeated, it does nothing, so that it may be sent again when an answer was lost.
 */
function insertRows(target: Target, rows: readonly TargetRow[]): SQL {
  const values = target.columns.map((_, index) => sql.raw(`json_extract(value, '$[${index}]')`))
  return sql`insert into ${sql.identifier(target.table)} (${columnList(target.columns)})
    select ${sql.join(values, sql`, `)} from json_each(${asJson(target, rows)}) where true
    on conflict do nothing returning ${sql.identifier(target.key)}`
}

function updateRows(target: Target, rows: readonly TargetRow[]): SQL {
  const table = sql.identifier(target.table)
  const assignments = target.columns.flatMap((column, index) =>
    column === target.key
      ? []
      : [sql`${sql.identifier(column)} = json_extract(given.value, ${sql.raw(`'$[${index}]'`)})`],
  )
  return sql`update or ignore ${table} set ${sql.join(assignments, sql`, `)}
    from json_each(${asJson(target, rows)}) as given
    where ${table}.${sql.identifier(target.key)} = json_extract(given.value, '$[0]')
    returning ${sql.identifier(target.key)}`
}

function asJson(target: Target, rows: readonly TargetRow[]): string {
  return JSON.stringify(rows.map((row) => target.columns.map((column) => row[column] ?? null)))
}

function columnList(columns: readonly string[]): SQL {
  return sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  )
}

function without(columns: readonly string[], column: string): readonly string[] {
  return columns.filter((name) => name !== column)
}

/** Ids of users by exact name. One round trip. */
export async function findIdsByName(
  db: Database,
  usernames: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const folded = JSON.stringify(usernames.map(foldCase))
  const rows = await withPatience(() =>
    db.all<{ id: number; username: string }>(
      sql`select id, username from users where username_folded in (select value from json_each(${folded})) order by id desc`,
    ),
  )
  return new Map(rows.map((row) => [row.username, row.id]))
}

/** The highest id that a table has given so far, deleted ones included. One round trip. */
export async function highestId(db: Database, table: string): Promise<number> {
  const [row] = await withPatience(() =>
    db.all<{ id: number | null }>(
      sql`select max(coalesce((select max(id) from ${sql.identifier(table)}), 0), coalesce((select seq from sqlite_sequence where name = ${table}), 0)) as id`,
    ),
  )
  return row?.id ?? 0
}

/** Keeps ids up to `id` from being given again: Django gave them already. One round trip. */
export async function reserveIds(db: Database, table: string, id: number): Promise<void> {
  const seq = sql`cast(${id} as integer)`
  await withPatience(() =>
    db.batch([
      db.run(
        sql`insert into sqlite_sequence (name, seq) select ${table}, 0 where not exists (select 1 from sqlite_sequence where name = ${table})`,
      ),
      db.run(sql`update sqlite_sequence set seq = max(seq, ${seq}) where name = ${table}`),
    ]),
  )
}

const PAUSES_MS = [200, 1000, 3000, 8000]

/** Repeats what may be repeated while the database is away; a long import outlives a short outage. */
async function withPatience<T>(work: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await work()
    } catch (error) {
      if (databaseFault(error) !== 'down') throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  return work()
}
