/** Which migrations a database has seen. */
import { sql, type SQL } from 'drizzle-orm'
import journal from '../../drizzle/meta/_journal.json' with { type: 'json' }
import { isUnmigrated } from './constraint.ts'
import type { Database } from './open.ts'

/** When each migration of this version was made, milliseconds: what the migrator notes in the database. */
const MADE_AT: readonly number[] = journal.entries.map(({ when }) => when)

/** A row by column. */
type Row = Readonly<Record<string, unknown>>

/** How many migrations this version has. */
export const MIGRATION_COUNT = MADE_AT.length

/** Whether the database has what this version reads and writes. */
export type MigrationState = 'current' | 'behind' | 'newer'

/**
 * Asks which migration the database saw last, and, in the same round trip, for the rows of a SELECT: none where the
 * tables for it are missing, too.
 */
export async function readMigrationState(
  db: Database,
  alongside: SQL,
): Promise<{ readonly migrations: MigrationState; readonly rows: readonly Row[] }> {
  try {
    const [last, rows] = await db.batch([
      db.all<{ last: number | null }>(
        sql`select max(created_at) as last from __drizzle_migrations`,
      ),
      db.all<Row>(alongside),
    ])
    return { migrations: stateOf(last[0]?.last ?? 0), rows }
  } catch (error) {
    // The migrator's own table is missing, so nothing was ever applied; or a newer one.
    if (isUnmigrated(error)) return { migrations: 'behind', rows: [] }
    throw error
  }
}

function stateOf(applied: number): MigrationState {
  const newest = Math.max(...MADE_AT)
  if (applied === newest) return 'current'
  return applied < newest ? 'behind' : 'newer'
}
