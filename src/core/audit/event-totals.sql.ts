/**
 * Counts of events that outlive the events: Prometheus counters must never decrease, but the log is deleted after
 * its retention.
 */
import { sql } from 'drizzle-orm'
import { eventTotals, readPositions } from '../../db/schema/operator.ts'
import { eventCounts } from '../../db/schema/limits.ts'
import type { Database } from '../../db/open.ts'

const HOUR_MS = 3_600_000
/** Writes after an answer are seconds late, never hours: what is older does not grow any more. */
const SETTLED_MS = 2 * HOUR_MS
const READER = 'event_totals'
const DONE = sql`coalesce((select position from ${readPositions} where reader = ${READER}), -1)`

/**
 * Adds hours that are over to the totals, which outlive them (`AUDIT_RETENTION_DAYS`): so a counter never goes down. Any
 * number of handlers at once add each hour once, for the position moves in the same transaction. One round trip.
 */
export async function rollUpEvents(db: Database, now: Date): Promise<void> {
  const until = Math.floor((now.getTime() - SETTLED_MS) / HOUR_MS) * HOUR_MS
  await db.batch([
    db.run(
      sql`insert into ${eventTotals} (kind, count)
        select kind, sum(count) from ${eventCounts}
        where hour_at > ${DONE} and hour_at <= cast(${until} as integer) group by kind
        on conflict (kind) do update set count = count + excluded.count`,
    ),
    db.run(
      sql`insert into ${readPositions} (reader, position) values (${READER}, cast(${until} as integer))
        on conflict (reader) do update set position = max(position, excluded.position)`,
    ),
  ])
}

/** How often each kind of event happened since the service began. */
export function selectEventTotals(db: Database) {
  return db.all<{ readonly kind: string; readonly count: number }>(
    sql`select kind, sum(count) as count from (
        select kind, count from ${eventTotals}
        union all select kind, count from ${eventCounts} where hour_at > ${DONE})
      group by kind order by kind`,
  )
}
