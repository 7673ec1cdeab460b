/** Writes placed rows in few round trips, each page as one atomic batch. */
import { sql, type SQL } from 'drizzle-orm'
import { databaseFault } from '../../db/constraint.ts'
import type { Database } from '../../db/open.ts'
import { foldUsername } from '../../core/users/fold.ts'
import type { Target, TargetRow } from './target.ts'

/** A row of the same key that is there already. */
type PresentRow = {
  /** Compared columns that hold something else. */
  readonly differing: readonly string[]
  /** Why it is a different row; `undefined` where it is the same. */
  readonly stranger: string | undefined
}

/** What the database has where a page of rows shall go, by key. */
export type Present = {
  readonly rows: ReadonlyMap<string, PresentRow>
  /** Other rows that have the values of a unique set of columns. */
  readonly holders: ReadonlyMap<
    string,
    { readonly key: string; readonly columns: readonly string[] }
  >
  /** Users that the rows belong to and that do not exist. */
  readonly missingUsers: ReadonlySet<number>
}

/** A row as the database returned it. */
type Answered = Readonly<Record<string, unknown>>

/** Nothing is there yet. */
export const NOTHING_PRESENT: Present = {
  rows: new Map(),
  holders: new Map(),
  missingUsers: new Set(),
}

/**
 * Compares a page with what is there. The database does the comparing: it first answers which rows are not here exactly
 * as given, and only of those what differs. One round trip where nothing does, otherwise two.
 */
export async function readPresent(
  db: Database,
  target: Target,
  rows: readonly TargetRow[],
): Promise<Present> {
  const unlike = await findUnlike(db, target, rows)
  const present = unlike.length === 0 ? NOTHING_PRESENT : await readDifferences(db, target, unlike)
  const isUnlike = new Set(unlike)
  const alike = rows.filter((row) => !isUnlike.has(row))
  return {
    ...present,
    rows: new Map([
      ...alike.map((row) => [String(row[target.key]), ALIKE] as const),
      ...present.rows,
    ]),
  }
}

const ALIKE: PresentRow = { differing: [], stranger: undefined }

/**
 * The rows that are not here with exactly these values. Rows are compared as JSON texts, which are equal only where all
 * values are: a second import costs the database one look-up a row.
 */
async function findUnlike(
  db: Database,
  target: Target,
  rows: readonly TargetRow[],
): Promise<readonly TargetRow[]> {
  if (target.lookup !== undefined) return rows
  const { key, compared } = target
  const entries = rows.map(
    (row) =>
      `${JSON.stringify(String(row[key]))}:${JSON.stringify(compared.map((column) => row[column] ?? null))}`,
  )
  const column = (name: string): SQL => sql`t.${sql.identifier(name)}`
  const isNumber = typeof rows[0]?.[key] === 'number'
  const found = await withPatience(() =>
    db.all<{ key: string }>(
      sql`select given.key as "key" from json_each(${`{${entries.join(',')}}`}) as given
        where not exists (select 1 from ${sql.identifier(target.table)} as t
          where ${column(key)} = ${isNumber ? sql`cast(given.key as integer)` : sql`given.key`}
            and json_array(${sql.join(compared.map(column), sql`, `)}) = given.value)`,
    ),
  )
  const keys = new Set(found.map((row) => row.key))
  return keys.size === 0 ? [] : rows.filter((row) => keys.has(String(row[key])))
}

/** What differs in rows that are not here as given. One round trip. */
async function readDifferences(
  db: Database,
  target: Target,
  rows: readonly TargetRow[],
): Promise<Present> {
  const given = asJson(target, rows)
  const users = target.belongsToUser ? [...new Set(rows.map((row) => row['user_id']))] : []
  const [compared, missing, ...held] = await withPatience(() =>
    db.batch([
      db.all<Answered>(compareRows(target, given)),
      db.all<Answered>(
        sql`select value as id from json_each(${JSON.stringify(users)}) where not exists (select 1 from users where users.id = value)`,
      ),
      ...target.unique.map((set) => db.all<Answered>(selectHolders(target, set, given))),
    ]),
  )
  const holders = new Map<string, { key: string; columns: readonly string[] }>()
  for (const [index, columns] of target.unique.entries()) {
    for (const row of held[index] ?? []) {
      holders.set(String(row['given_key']), { key: String(row['key']), columns })
    }
  }
  return {
    rows: new Map(compared.map((row) => [String(row['key']), presentRow(target, row)])),
    holders,
    missingUsers: new Set(missing.map((row) => Number(row['id']))),
  }
}

/** Bit n of `mask` says that the nth compared column differs. */
function compareRows(target: Target, given: string): SQL {
  const differs = (column: string): SQL =>
    sql`(t.${sql.identifier(column)} is not ${givenValue(target, column)})`
  const mask = target.compared.map(
    (column, bit) => sql`${differs(column)} * ${sql.raw(String(2 ** bit))}`,
  )
  const name = target.called?.column ?? target.key
  const isGiven = (column: string): SQL =>
    sql`t.${sql.identifier(column)} = ${givenValue(target, column)}`
  return sql`select t.${sql.identifier(target.key)} as "key", ${mask.length === 0 ? sql`0` : sql.join(mask, sql` + `)} as "mask",
      case when ${sql.join(target.identity.map(differs), sql` and `)} then t.${sql.identifier(name)} end as "stranger"
    from json_each(${given}) as given cross join ${sql.identifier(target.table)} as t
    where ${sql.join((target.lookup ?? [target.key]).map(isGiven), sql` and `)}`
}

function presentRow(target: Target, row: Answered): PresentRow {
  const mask = Number(row['mask'])
  const { stranger } = row
  const words = target.called?.words ?? 'another row'
  return {
    differing: target.compared.filter((_, bit) => (mask & (2 ** bit)) !== 0),
    stranger: stranger === null ? undefined : `${words} ${JSON.stringify(stranger)}`,
  }
}

/** Rows that hold a value which must be unique. */
function selectHolders(target: Target, set: readonly string[], given: string): SQL {
  const key = sql.identifier(target.key)
  const conditions = set.map(
    (column) => sql`t.${sql.identifier(column)} = ${givenValue(target, column)}`,
  )
  return sql`select ${givenValue(target, target.key)} as "given_key", t.${key} as "key"
    from json_each(${given}) as given cross join ${sql.identifier(target.table)} as t
    where ${sql.join(conditions, sql` and `)} and t.${key} is not ${givenValue(target, target.key)}`
}

/** A column of a row that came as JSON. */
function givenValue(target: Target, column: string): SQL {
  return sql`json_extract(given.value, ${sql.raw(`'$[${target.columns.indexOf(column)}]'`)})`
}

/** How many rows a write wrote; `unknown` where an earlier attempt, whose answer was lost, may have written them. */
export type Written = number | 'unknown'

/** Writes new rows and changed ones. One round trip. */
export async function writeRows(
  db: Database,
  target: Target,
  rows: { readonly added: readonly TargetRow[]; readonly changed: readonly TargetRow[] },
): Promise<Written> {
  let attempts = 0
  const [inserted, updated] = await withPatience(() => {
    attempts += 1
    return db.batch([
      db.run(insertRows(target, rows.added)),
      ...(rows.changed.length === 0 ? [] : [db.run(updateRows(target, rows.changed))]),
      ...(rows.changed.length === 0 || target.voids === undefined
        ? []
        : [db.run(deleteOfUsers(target.voids, rows.changed))]),
    ])
  })
  return attempts > 1 ? 'unknown' : inserted.rowsAffected + (updated?.rowsAffected ?? 0)
}

/**
 * One statement for a whole page, its rows as one JSON parameter: numbers stay integers, and no limit on
 * parameters is near. Repeated, it does nothing, so that it may be sent again when an answer was lost. Rows whose user
 * is not here are left out: they would break the whole page.
 */
function insertRows(target: Target, rows: readonly TargetRow[]): SQL {
  const values = target.columns.map((column) => givenValue(target, column))
  const hasUser = target.belongsToUser
    ? sql`exists (select 1 from users where users.id = ${givenValue(target, 'user_id')})`
    : sql`true`
  return sql`insert into ${sql.identifier(target.table)} (${columnList(target.columns)})
    select ${sql.join(values, sql`, `)} from json_each(${asJson(target, rows)}) as given where ${hasUser}
    on conflict do nothing`
}

/** Updates rows that differ, in one statement for a page. */
function updateRows(target: Target, rows: readonly TargetRow[]): SQL {
  const table = sql.identifier(target.table)
  const assignments = target.columns
    .filter((column) => column !== target.key)
    .map((column) => sql`${sql.identifier(column)} = ${givenValue(target, column)}`)
  const keys = (target.lookup ?? [target.key]).map(
    (column) => sql`${table}.${sql.identifier(column)} = ${givenValue(target, column)}`,
  )
  return sql`update or ignore ${table} set ${sql.join(assignments, sql`, `)}
    from json_each(${asJson(target, rows)}) as given
    where ${sql.join(keys, sql` and `)}`
}

/** Deletes the rows of these users, before theirs are inserted again. */
function deleteOfUsers(table: string, rows: readonly TargetRow[]): SQL {
  const ids = JSON.stringify(rows.map((row) => row['user_id'] ?? null))
  return sql`delete from ${sql.identifier(table)} where user_id in (select value from json_each(${ids}))`
}

/**
 * Recovery codes that a login would look for: those of the salt that the account's authenticator app has. An account
 * that made new ones here, or has no app, does not get Django's again. One round trip.
 */
export async function liveCodes(
  db: Database,
  rows: readonly TargetRow[],
  /** Of a dry run: accounts without an app may get one by the import itself. */
  isDryRun: boolean,
): Promise<readonly TargetRow[]> {
  const ids = JSON.stringify([...new Set(rows.map((row) => row['user_id'] ?? null))])
  const devices = await withPatience(() =>
    db.all<{ userId: number; salt: string }>(
      sql`select user_id as "userId", recovery_salt as salt from totp_devices where user_id in (select value from json_each(${ids}))`,
    ),
  )
  const salts = new Map(devices.map(({ userId, salt }) => [userId, salt]))
  return rows.filter((row) => {
    const salt = salts.get(Number(row['user_id']))
    return salt === undefined ? isDryRun : salt === row['recovery_salt']
  })
}

function asJson(target: Target, rows: readonly TargetRow[]): string {
  return JSON.stringify(rows.map((row) => target.columns.map((column) => row[column] ?? null)))
}

/** Column names as SQL; they come from our own tables, never from the source. */
function columnList(columns: readonly string[]): SQL {
  return sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  )
}

/** Ids of users by exact name. One round trip. */
export async function findIdsByName(
  db: Database,
  usernames: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const folded = JSON.stringify(usernames.map(foldUsername))
  const rows = await withPatience(() =>
    db.all<{ id: number; username: string }>(
      sql`select id, username from users where username_folded in (select value from json_each(${folded})) order by id desc`,
    ),
  )
  return new Map(rows.map((row) => [row.username, row.id]))
}

/** Numbers of users by what clients see of them. One round trip. */
export async function findNumbersByPublicId(
  db: Database,
  publicIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const given = JSON.stringify(publicIds)
  const rows = await withPatience(() =>
    db.all<{ publicId: string; userId: number }>(
      sql`select public_id as "publicId", user_id as "userId" from public_ids
        where public_id in (select value from json_each(${given}))`,
    ),
  )
  return new Map(rows.map(({ publicId, userId }) => [publicId, userId]))
}

/** Ids of users by exact name, which clients do not see yet. One round trip. */
export async function findUnnamed(
  db: Database,
  usernames: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const folded = JSON.stringify(usernames.map(foldUsername))
  const rows = await withPatience(() =>
    db.all<{ id: number; username: string }>(
      sql`select id, username from users
        where username_folded in (select value from json_each(${folded}))
          and not exists (select 1 from public_ids where user_id = users.id) order by id desc`,
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

/** Pauses between attempts while the database is busy. */
const PAUSES_MS = [200, 1000, 3000, 8000]

/** Repeats what may be repeated while the database is away; a long import outlives a short outage. */
export async function withPatience<T>(work: () => Promise<T>): Promise<T> {
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
