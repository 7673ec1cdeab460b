/** Numbers for the operator's charts: events over time, and the state of mails. */
import { gte, sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import type { Database } from '../../db/open.ts'
import { emailOutbox } from '../../db/schema/mail.ts'
import { eventCounts } from '../../db/schema/limits.ts'
import { mailColumns, type WaitingMail } from './whole-user.sql.ts'
import { desc, lt, ne } from 'drizzle-orm'
import { NO_RECIPIENT } from '../mail/outbox.sql.ts'

const HOUR_MS = 3_600_000

/** How often each kind of event happened in one stretch of time. */
export type Counted = { readonly kind: string; readonly at: Date; readonly count: number }

/** Counters over time, by hour or by day. One round trip, by the index of hours. */
export async function readCountersOverTime(
  db: Database,
  { since, stepHours }: { readonly since: Date; readonly stepHours: number },
): Promise<readonly Counted[]> {
  const stepMs = stepHours * HOUR_MS
  const at = sql<number>`${eventCounts.hourAt} / cast(${stepMs} as integer) * cast(${stepMs} as integer)`
  const rows = await db
    .select({ kind: eventCounts.kind, at, count: sql<number>`sum(${eventCounts.count})` })
    .from(eventCounts)
    .where(gte(eventCounts.hourAt, since))
    .groupBy(eventCounts.kind, at)
    .orderBy(at, eventCounts.kind)
  return rows.map((row) => ({ ...row, at: new Date(row.at) }))
}

/** Waiting mails, the newest first, and totals over all of them. */
export type MailState = {
  readonly mails: readonly WaitingMail[]
  readonly waiting: number
  /** Tried before, in vain. */
  readonly retried: number
  readonly oldestAt: Date | undefined
  readonly next: number | undefined
}

/** More are counted as so many: an outbox that long is a fault, whose size does not matter. */
const MOST_COUNTED = 10_000

/** Reads the outbox. One round trip. */
export async function readMails(
  db: Database,
  { limit, before }: { readonly limit: number; readonly before?: number | undefined },
): Promise<MailState> {
  const waits = ne(emailOutbox.address, NO_RECIPIENT)
  const { mails, totals } = await batch(db, {
    mails: db
      .select(mailColumns)
      .from(emailOutbox)
      .where(sql`${waits} and ${lt(emailOutbox.id, before ?? Number.MAX_SAFE_INTEGER)}`)
      .orderBy(desc(emailOutbox.id))
      .limit(limit + 1),
    totals: db.all<{ waiting: number; retried: number | null; oldestMs: number | null }>(
      sql`select count(*) as waiting, sum(attempts > 0) as retried, min(created_at) as "oldestMs"
        from (select attempts, created_at from ${emailOutbox}
          where ${waits} and id > 0 order by id limit ${MOST_COUNTED})`,
    ),
  })
  const [total] = totals
  const shown = mails.slice(0, limit)
  const oldestMs = total?.oldestMs ?? null
  return {
    mails: shown,
    waiting: total?.waiting ?? 0,
    retried: total?.retried ?? 0,
    oldestAt: oldestMs === null ? undefined : new Date(oldestMs),
    next: mails.length > limit ? shown.at(-1)?.id : undefined,
  }
}
