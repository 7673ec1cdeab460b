/** Groups that do not exist. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { groups } from '../../db/schema/roles.ts'

/** Answers which groups are not there. */
export function selectMissingGroups(db: Database, names: readonly string[]) {
  return db.all<{ readonly name: string }>(
    sql`select value as name from json_each(${JSON.stringify(names)})
      where not exists (select 1 from ${groups} as known where known.name = value)`,
  )
}
