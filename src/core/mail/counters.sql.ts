/** Numbers that monitoring reads: events, waiting mails, and why mails wait. */
import { gt, ne, sql } from 'drizzle-orm'
import { selectEventTotals } from '../audit/event-totals.sql.ts'
import type { Database } from '../../db/open.ts'
import { emailOutbox, mailProblems } from '../../db/schema/mail.ts'
import { eventCounts } from '../../db/schema/limits.ts'
import { NO_RECIPIENT } from './outbox.sql.ts'

/** Numbers that an operator watches. */
export type Counters = {
  /** Events of the last 24 hours by kind, refusals (`throttled_…`) among them. */
  readonly events: Readonly<Record<string, number>>
  /** The same since the service began: these only grow. */
  readonly totals: Readonly<Record<string, number>>
  readonly waitingEmails: number
  /** When the mail that waits longest was written. */
  readonly oldestEmailAt: Date | undefined
}

const DAY_MS = 86_400_000

/** Reads them. One round trip. */
export async function readCounters(db: Database, now: Date): Promise<Counters> {
  const [totals, events, [mails]] = await db.batch([
    selectEventTotals(db),
    db
      .select({ kind: eventCounts.kind, count: sql<number>`sum(${eventCounts.count})` })
      .from(eventCounts)
      .where(gt(eventCounts.hourAt, new Date(now.getTime() - DAY_MS)))
      .groupBy(eventCounts.kind)
      .orderBy(eventCounts.kind),
    db
      .select({
        waiting: sql<number>`count(*)`,
        oldestMs: sql<number | null>`min(${emailOutbox.createdAt})`,
      })
      .from(emailOutbox)
      .where(ne(emailOutbox.address, NO_RECIPIENT)),
  ])
  const oldestMs = mails?.oldestMs ?? null
  return {
    events: Object.fromEntries(events.map(({ kind, count }) => [kind, count])),
    totals: Object.fromEntries(totals.map(({ kind, count }) => [kind, count])),
    waitingEmails: mails?.waiting ?? 0,
    oldestEmailAt: oldestMs === null ? undefined : new Date(oldestMs),
  }
}

/** Why mails wait, where they do: at most one row of `kind`, `reason` and `sinceMs`. */
export const selectProblem = sql`select kind, reason, since_at as "sinceMs" from ${mailProblems} limit 1`
