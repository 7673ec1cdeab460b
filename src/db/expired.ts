import { sql, type SQL } from 'drizzle-orm'
import type { Database } from './open.ts'
import { addressChanges, deviceTokens } from './schema-accounts.ts'
import {
  auditEvents,
  emailConfirmations,
  eventCounts,
  refreshFamilies,
  sessions,
  spentRefreshTokens,
  throttleHits,
  usedNonces,
  webhookDeliveries,
} from './schema.ts'
import { recentProofs, spentTokens } from './schema-second-factor.ts'

/** Tables whose rows end at their `expiresAt`. */
const EXPIRING = [
  sessions,
  throttleHits,
  usedNonces,
  spentTokens,
  recentProofs,
  emailConfirmations,
  addressChanges,
  deviceTokens,
]

const ROWS_A_STEP = 1000
/** One run of the cron handler deletes at most so many thousand rows of each table. */
const MAX_STEPS = 20
const DAY_MS = 86_400_000

/** For how long things are kept beyond their end. */
export type Retention = {
  readonly auditRetentionDays: number
  /** `SIMPLE_JWT_LEEWAY`. */
  readonly leewaySeconds: number
}

/** The retention that the settings ask for. */
export function retentionOf(settings: {
  readonly AUDIT_RETENTION_DAYS: number
  readonly SIMPLE_JWT_LEEWAY: number
}): Retention {
  return {
    auditRetentionDays: settings.AUDIT_RETENTION_DAYS,
    leewaySeconds: settings.SIMPLE_JWT_LEEWAY,
  }
}

/**
 * Deletes what has expired, in bounded steps: no statement holds the writer for long. Answers how many rows
 * that were; there may be more.
 */
export async function deleteExpired(
  db: Database,
  now: Date,
  { auditRetentionDays, leewaySeconds }: Retention,
): Promise<number> {
  const auditedSince = now.getTime() - auditRetentionDays * DAY_MS
  const tokensUntil = now.getTime() - leewaySeconds * 1000
  const expired = [
    ...EXPIRING.map((table) =>
      deleteSome(sql`${table}`, sql`${table.expiresAt} <= cast(${now.getTime()} as integer)`),
    ),
    // As long as a leeway takes the token, what blocks it stays.
    ...[spentRefreshTokens, refreshFamilies].map((table) =>
      deleteSome(sql`${table}`, sql`${table.expiresAt} <= cast(${tokensUntil} as integer)`),
    ),
  ]
  const old = [
    deleteSome(
      sql`${auditEvents}`,
      sql`${auditEvents.happenedAt} <= cast(${auditedSince} as integer)`,
    ),
    deleteSome(sql`${eventCounts}`, sql`${eventCounts.hourAt} <= cast(${auditedSince} as integer)`),
    // Messages that were given up.
    deleteSome(
      sql`${webhookDeliveries}`,
      sql`${webhookDeliveries.failedAt} <= cast(${auditedSince} as integer)`,
    ),
  ]
  let deleted = 0
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const [first, ...rest] = [...expired, ...old].map((statement) => db.run(statement))
    if (first === undefined) break
    const results = await db.batch([first, ...rest])
    deleted += results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0)
    if (results.every(({ rowsAffected }) => rowsAffected < ROWS_A_STEP)) break
  }
  return deleted
}

function deleteSome(table: SQL, condition: SQL): SQL {
  return sql`delete from ${table} where rowid in (select rowid from ${table} where ${condition} limit ${ROWS_A_STEP})`
}
