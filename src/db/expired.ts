import { getTableName, sql, type SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './open.ts'
import { addressChanges, emailConfirmations } from './schema/confirmations.ts'
import { deviceTokens, refreshFamilies, sessions } from './schema/credentials.ts'
import { auditEvents } from './schema/audit.ts'
import { eventCounts, throttleHits } from './schema/limits.ts'
import { usedNonces, spentTokens } from './schema/used-once.ts'
import { spentRefreshTokens } from './schema/refresh.ts'
import { recentProofs } from './schema/recent-proofs.ts'
import { webhookDeliveries } from './schema/webhooks.ts'

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
/** A step is a round trip: this share of those that a run of the cron handler has, and no more than end in time. */
const STEPS_SHARE = 0.08
const MAX_STEPS = 80
const DAY_MS = 86_400_000

/** For how long things are kept beyond their end. */
export type Retention = {
  readonly auditRetentionDays: number
  /** `SIMPLE_JWT_LEEWAY`. */
  readonly leewaySeconds: number
  /** How many thousand rows of each table one run deletes at most: 80 keep up with a thousand logins a second. */
  readonly steps: number
}

/** The retention that the settings ask for. */
export function retentionOf(settings: {
  readonly AUDIT_RETENTION_DAYS: number
  readonly CRON_MAX_SUBREQUESTS: number
  readonly SIMPLE_JWT_LEEWAY: number
}): Retention {
  return {
    auditRetentionDays: settings.AUDIT_RETENTION_DAYS,
    leewaySeconds: settings.SIMPLE_JWT_LEEWAY,
    steps: Math.min(MAX_STEPS, Math.floor(settings.CRON_MAX_SUBREQUESTS * STEPS_SHARE)),
  }
}

type Expired = { readonly name: string; readonly table: SQL; readonly condition: SQL }

function expiredRows(now: Date, { auditRetentionDays, leewaySeconds }: Retention): Expired[] {
  const auditedSince = now.getTime() - auditRetentionDays * DAY_MS
  const tokensUntil = now.getTime() - leewaySeconds * 1000
  const before = (table: SQLiteTable, column: SQLiteColumn, ms: number): Expired => ({
    name: getTableName(table),
    table: sql`${table}`,
    condition: sql`${column} <= cast(${ms} as integer)`,
  })
  return [
    ...EXPIRING.map((table) => before(table, table.expiresAt, now.getTime())),
    // As long as a leeway takes the token, what blocks it stays.
    ...[spentRefreshTokens, refreshFamilies].map((table) =>
      before(table, table.expiresAt, tokensUntil),
    ),
    before(auditEvents, auditEvents.happenedAt, auditedSince),
    before(eventCounts, eventCounts.hourAt, auditedSince),
    // Messages that were given up.
    before(webhookDeliveries, webhookDeliveries.failedAt, auditedSince),
  ]
}

/**
 * Deletes what has expired, in bounded steps: no statement holds the writer for long. Answers how many rows
 * that were; there may be more.
 */
export async function deleteExpired(
  db: Database,
  now: Date,
  retention: Retention,
): Promise<number> {
  const expired = expiredRows(now, retention)
  let deleted = 0
  for (let step = 0; step < retention.steps; step += 1) {
    const [first, ...rest] = expired.map((one) => db.run(deleteSome(one)))
    if (first === undefined) break
    const results = await db.batch([first, ...rest])
    deleted += results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0)
    if (results.every(({ rowsAffected }) => rowsAffected < ROWS_A_STEP)) break
  }
  return deleted
}

/** How many rows of each table have expired. One round trip. */
export async function countExpired(
  db: Database,
  now: Date,
  retention: Retention,
): Promise<Readonly<Record<string, number>>> {
  const expired = expiredRows(now, retention)
  const [row] = await db.all<Readonly<Record<string, number>>>(
    sql`select ${sql.join(
      expired.map(
        ({ name, table, condition }) =>
          sql`(select count(*) from ${table} where ${condition}) as ${sql.identifier(name)}`,
      ),
      sql`, `,
    )}`,
  )
  return { ...row }
}

function deleteSome({ table, condition }: Expired): SQL {
  return sql`delete from ${table} where rowid in (select rowid from ${table} where ${condition} limit ${ROWS_A_STEP})`
}
