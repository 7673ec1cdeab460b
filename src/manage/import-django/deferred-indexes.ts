/**
 * Indexes that an import makes last. Row by row, each new row rewrites a page of every index; of millions of rows, an
 * index that is made when all of them are there is sorted once.
 */
import { sql } from 'drizzle-orm'
import { databaseFault, isUnmigrated } from '../../db/constraint.ts'
import type { Database } from '../../db/open.ts'
import { withPatience } from './write.ts'

/** Where they are noted, so that whoever comes after a killed import can make them. */
const NOTES = sql.identifier('deferred_indexes')

/**
 * Takes away the indexes of those tables that are empty, and notes them in the same transaction. What keeps values
 * unique stays: imported rows are held to it. Answers how many. Two round trips.
 */
export async function deferIndexes(db: Database, tables: readonly string[]): Promise<number> {
  if (tables.length === 0) return 0
  const empty = sql.join(
    tables.map(
      (table) =>
        sql`select ${table} as name where not exists (select 1 from ${sql.identifier(table)})`,
    ),
    sql` union all `,
  )
  const ofEmpty = sql`type = 'index' and sql like 'create index %' and tbl_name in (${empty})`
  const found = await withPatience(() =>
    db.all<{ readonly name: string }>(sql`select name from sqlite_master where ${ofEmpty}`),
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

/** How many indexes an import has left to be made. One round trip. */
export async function countDeferredIndexes(db: Database): Promise<number> {
  return (await notedIndexes(db))?.length ?? 0
}

/** Makes what an import has deferred, killed or not; `onIndex` is told each before. A round trip each. */
export async function makeDeferredIndexes(
  db: Database,
  onIndex: (name: string) => void,
): Promise<number> {
  const noted = await notedIndexes(db)
  if (noted === undefined) return 0
  for (const { name, definition } of noted) {
    onIndex(name)
    const again = definition.replace(/^create index /i, 'create index if not exists ')
    try {
      await withPatience(() =>
        db.batch([db.run(sql.raw(again)), db.run(sql`delete from ${NOTES} where name = ${name}`)]),
      )
    } catch (error) {
      // Another command made them at the same time, and took the notes away when it had made all.
      if (isUnmigrated(error) && (await notedIndexes(db)) === undefined) return noted.length
      throw error
    }
  }
  await dropNotes(db)
  return noted.length
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
