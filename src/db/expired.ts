import { sql } from 'drizzle-orm'
import type { Database } from './open.ts'
import {
  refreshFamilies,
  sessions,
  spentRefreshTokens,
  throttleHits,
  usedNonces,
} from './schema.ts'

const ROWS_A_STEP = 1000

/** Deletes what has expired, at most 1,000 rows of each table a call. One round trip. */
export async function deleteExpired(db: Database, now: Date): Promise<void> {
  const [first, ...rest] = [
    sessions,
    spentRefreshTokens,
    refreshFamilies,
    throttleHits,
    usedNonces,
  ].map((table) =>
    db.run(
      sql`delete from ${table} where rowid in (select rowid from ${table} where ${table.expiresAt} <= cast(${now.getTime()} as integer) limit ${ROWS_A_STEP})`,
    ),
  )
  if (first !== undefined) await db.batch([first, ...rest])
}
