/**
 * Indexes that an import makes last. Row by row, each new row rewrites a page of every index; of millions of rows, an
 * index that is made when all of them are there is sorted once.
 */
import { sql, type SQL } from 'drizzle-orm'
import { databaseFault, isUnmigrated } from '../../db/constraint.ts'
import type { Database } from '../../db/open.ts'
import type { Io } from '../command.ts'
import { withPatience } from './write.ts'

/** Where they are noted, so that whoever comes after a killed import can make them. */
const NOTES = sql.identifier('deferred_indexes')

/**
 * Takes away the indexes of those tables that are empty, and notes them in the same transaction. What keeps values
 * unique stays, since imported rows are held to it, except what `unique` names. Answers how many. Two round trips.
 */
export async function deferIndexes(
  db: Database,
  tables: readonly string[],
  unique: readonly string[] = [],
): Promise<number> {
  if (tables.length === 0) return 0
  const empty = sql.join(
    tables.map(
      (table) =>
        sql`select ${table} as name where not exists (select 1 from ${sql.identifier(table)})`,
    ),
    sql` union all `,
  )
  const isNamed = sql`name in (select value from json_each(${JSON.stringify(unique)}))`
  const found = await withPatience(() =>
    db.all<{ readonly name: string }>(
      sql`select name from sqlite_master where type = 'index' and tbl_name in (${empty})
        and (sql like 'create index %' or ${isNamed})`,
    ),
  )
  if (found.length === 0) return 0
  await withPatience(() =>
    db.batch([
      db.run(
        sql`create table if not exists ${NOTES} (name text primary key not null, sql text not null)`,
      ),
      db.run(
        sql`insert or ignore into ${NOTES} (name, sql) select name, sql from sqlite_master where type = 'index'
          and name in (select value from json_each(${JSON.stringify(found.map(({ name }) => name))}))`,
      ),
      ...found.map(({ name }) => db.run(sql`drop index if exists ${sql.identifier(name)}`)),
    ]),
  )
  return found.length
}

/** The names of the indexes that an import has left to be made. One round trip. */
export async function deferredIndexes(db: Database): Promise<readonly string[]> {
  return ((await notedIndexes(db)) ?? []).map(({ name }) => name)
}

/** A row that went because an index keeps unique what an earlier row has, too. */
type RemovedRow = { readonly table: string; readonly row: number }

/** What is told of each index that is made: its name before, and the rows that went for it. */
type OnIndex = {
  readonly making: (name: string) => void
  readonly removed: (rows: readonly RemovedRow[]) => void
}

/** Says it to a person. */
export function sayingIndexes(io: Io): OnIndex {
  return {
    making: (name) => {
      io.say(`Making the index ${name}.\n`)
    },
    removed: (rows) => {
      for (const { table, row } of rows) {
        io.say(`Removed row ${row} of ${table}: an earlier row has what must be unique.\n`)
      }
    },
  }
}

/** Makes what an import has deferred, killed or not: all of it, what is unique, or these. A round trip each. */
export async function makeDeferredIndexes(
  db: Database,
  { making, removed }: OnIndex,
  which: 'all' | 'unique' | readonly string[] = 'all',
): Promise<number> {
  const noted = await notedIndexes(db)
  if (noted === undefined) return 0
  const isWanted = (index: NotedIndex): boolean =>
    which === 'all' || (which === 'unique' ? isUnique(index) : which.includes(index.name))
  const wanted = noted.filter(isWanted)
  for (const index of wanted) {
    making(index.name)
    try {
      removed(await makeIndex(db, index))
    } catch (error) {
      // Another command made them at the same time, and took the notes away when it had made all.
      if (isUnmigrated(error) && (await notedIndexes(db)) === undefined) return wanted.length
      throw error
    }
  }
  if (wanted.length === noted.length) await dropNotes(db)
  return wanted.length
}

/** Makes an index and takes its note away; answers which rows went for it. */
async function makeIndex(db: Database, index: NotedIndex): Promise<readonly RemovedRow[]> {
  const again = index.definition.replace(
    /^create (unique )?index /i,
    (_, unique: string = '') => `create ${unique}index if not exists `,
  )
  const make = () =>
    [db.run(sql.raw(again)), db.run(sql`delete from ${NOTES} where name = ${index.name}`)] as const
  try {
    await withPatience(() => db.batch(make()))
    return []
  } catch (error) {
    if (!isUnique(index) || databaseFault(error) !== 'conflict') throw error
  }
  const [rows] = await withPatience(() =>
    db.batch([db.all<RemovedRow>(removeLaterTwins(index)), ...make()]),
  )
  return rows
}

function isUnique({ definition }: NotedIndex): boolean {
  return /^create unique /i.test(definition)
}

/**
 * Deletes rows that share with an earlier one what an index keeps unique: while it was missing, someone else wrote, or
 * the source changed.
 */
function removeLaterTwins({ definition }: NotedIndex): SQL {
  const [, name = '', columns = ''] = / on [`"]?(\w+)[`"]? ?\(([^()]+)\)/i.exec(definition) ?? []
  const table = sql.identifier(name)
  return sql`delete from ${table}
    where rowid not in (select min(rowid) from ${table} group by ${sql.raw(columns)})
    returning ${name} as "table", rowid as "row"`
}

/** Takes the notes away, unless another import has noted something meanwhile. One round trip. */
async function dropNotes(db: Database): Promise<void> {
  try {
    await withPatience(() =>
      db.batch([
        // Refused where there is a note, and the rest with it: a name is not null.
        db.run(sql`insert into ${NOTES} (name, sql) select null, sql from ${NOTES} limit 1`),
        db.run(sql`drop table ${NOTES}`),
      ]),
    )
  } catch (error) {
    if (databaseFault(error) !== 'conflict' && !isUnmigrated(error)) throw error
  }
}

type NotedIndex = { readonly name: string; readonly definition: string }

/** `undefined` where there is no table of notes. */
async function notedIndexes(db: Database): Promise<readonly NotedIndex[] | undefined> {
  try {
    return await withPatience(() =>
      db.all<NotedIndex>(sql`select name, sql as definition from ${NOTES} order by rowid`),
    )
  } catch (error) {
    if (isUnmigrated(error)) return undefined
    throw error
  }
}
