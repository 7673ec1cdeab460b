import { sql } from 'drizzle-orm'
import journal from '../../drizzle/meta/_journal.json' with { type: 'json' }
import { isUnmigrated } from './constraint.ts'
import type { Database } from './open.ts'

/** When each migration of this version was made, milliseconds: what the migrator notes in the database. */
const MADE_AT: readonly number[] = journal.entries.map(({ when }) => when)

/** How many migrations this version has. */
export const MIGRATION_COUNT = MADE_AT.length

/** Whether the database has what this version reads and writes. */
export type MigrationState = 'current' | 'behind' | 'newer'

/** Asks which migration the database saw last. One round trip. */
export async function readMigrationState(db: Database): Promise<MigrationState> {
  const newest = Math.max(...MADE_AT)
  const applied = await lastApplied(db)
  if (applied === newest) return 'current'
  return applied < newest ? 'behind' : 'newer'
}

async function lastApplied(db: Database): Promise<number> {
  try {
    const [row] = await db.all<{ last: number | null }>(
      sql`select max(created_at) as last from __drizzle_migrations`,
    )
    return row?.last ?? 0
  } catch (error) {
    // The migrator's own table is missing: nothing was ever applied.
    if (isUnmigrated(error)) return 0
    throw error
  }
}
