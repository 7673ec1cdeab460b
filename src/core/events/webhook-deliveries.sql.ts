/**
 * SQL of webhook deliveries: an outbox. A row is written in the batch of its cause; claiming it for a while keeps
 * two runs from sending it at once.
 */
import { and, desc, eq, isNotNull, isNull, lt, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { webhookDeliveries } from '../../db/schema/webhooks.ts'

/** A message to one receiver. */
export type WebhookDelivery = {
  readonly id: number
  readonly endpoint: string
  readonly messageId: string
  readonly type: string
  readonly data: unknown
  readonly attempts: number
  readonly createdAt: Date
}

const columns = {
  id: webhookDeliveries.id,
  endpoint: webhookDeliveries.endpoint,
  messageId: webhookDeliveries.messageId,
  type: webhookDeliveries.type,
  data: webhookDeliveries.data,
  attempts: webhookDeliveries.attempts,
  createdAt: webhookDeliveries.createdAt,
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Pauses between tries; after the last one a message is given up, some three days after its event. */
export const PAUSES_MS = [
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]
/** No other invocation takes a message before the attempts of a claim are over. */
const CLAIM_MS = MINUTE

/** Takes messages to a receiver whose time has come, the oldest first. */
export async function claimDeliveries(
  db: Database,
  endpoint: string,
  { now, size }: { readonly now: Date; readonly size: number },
): Promise<readonly WebhookDelivery[]> {
  const isDue = and(
    eq(webhookDeliveries.endpoint, endpoint),
    lt(webhookDeliveries.nextAttemptAt, new Date(now.getTime() + 1)),
  )
  const due = db
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(isDue)
    .orderBy(webhookDeliveries.nextAttemptAt, webhookDeliveries.id)
    .limit(size)
  const rows = await db
    .update(webhookDeliveries)
    .set({
      attempts: sql`${webhookDeliveries.attempts} + 1`,
      nextAttemptAt: new Date(now.getTime() + CLAIM_MS),
    })
    .where(and(sql`${webhookDeliveries.id} in ${due}`, isDue))
    .returning(columns)
  return rows.toSorted((a, b) => a.id - b.id)
}

/** What became of claimed messages. */
export type DeliverySettlement = {
  readonly taken: readonly number[]
  readonly untouched: readonly number[]
  readonly failed: readonly {
    readonly id: number
    readonly reason: string
    /** Null: given up. */
    readonly nextAttemptAt: Date | null
  }[]
}

/** Writes it down. One round trip. */
export async function settleDeliveries(
  db: Database,
  { taken, untouched, failed }: DeliverySettlement,
  now: Date,
): Promise<void> {
  const [first, ...rest] = [
    ...(taken.length === 0 ? [] : [db.delete(webhookDeliveries).where(isAmong(taken))]),
    ...(untouched.length === 0
      ? []
      : [
          db
            .update(webhookDeliveries)
            .set({ attempts: sql`${webhookDeliveries.attempts} - 1`, nextAttemptAt: now })
            .where(isAmong(untouched)),
        ]),
    ...(failed.length === 0 ? [] : [updateFailed(db, failed, now)]),
  ]
  if (first !== undefined) await db.batch([first, ...rest])
}

/** One statement for all that failed, with different reasons and retry times. */
function updateFailed(db: Database, failed: DeliverySettlement['failed'], now: Date) {
  const rows = failed.map(({ id, reason, nextAttemptAt }) => [
    id,
    reason,
    nextAttemptAt?.getTime() ?? null,
  ])
  const given = sql`json_each(${JSON.stringify(rows)}) as given`
  const isIt = sql`given.value ->> 0 = ${webhookDeliveries.id}`
  return db
    .update(webhookDeliveries)
    .set({
      lastReason: sql`(select given.value ->> 1 from ${given} where ${isIt})`,
      nextAttemptAt: sql`(select given.value ->> 2 from ${given} where ${isIt})`,
      failedAt: sql`(select ${now.getTime()} from ${given} where ${isIt} and given.value ->> 2 is null)`,
    })
    .where(isAmong(failed.map(({ id }) => id)))
}

function isAmong(ids: readonly number[]): SQL {
  return sql`${webhookDeliveries.id} in (select value from json_each(${JSON.stringify(ids)}))`
}

/** A message as an operator sees it. */
export type ListedDelivery = Omit<WebhookDelivery, 'data'> & {
  readonly nextAttemptAt: Date | null
  readonly failedAt: Date | null
  readonly lastReason: string | null
}

/** A page of messages, the newest first. One round trip. */
export async function listDeliveries(
  db: Database,
  filter: { readonly limit: number; readonly before?: number; readonly isFailed: boolean },
): Promise<readonly ListedDelivery[]> {
  const { data: _, ...listed } = columns
  const { nextAttemptAt, failedAt, lastReason } = webhookDeliveries
  return db
    .select({ ...listed, nextAttemptAt, failedAt, lastReason })
    .from(webhookDeliveries)
    .where(
      and(
        lt(webhookDeliveries.id, filter.before ?? Number.MAX_SAFE_INTEGER),
        filter.isFailed ? isNotNull(failedAt) : undefined,
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(filter.limit)
}

/** Messages that were given up: one, or all. */
function isGivenUp(id: number | 'all'): SQL {
  const failed = sql`${webhookDeliveries.failedAt} is not null`
  return id === 'all' ? failed : sql`${failed} and ${webhookDeliveries.id} = ${id}`
}

/** Sends messages that were given up once more, from the first try on. */
export function replayGivenUp(db: Database, id: number | 'all', now: Date) {
  return db
    .update(webhookDeliveries)
    .set({ attempts: 0, nextAttemptAt: now, failedAt: null, lastReason: null })
    .where(isGivenUp(id))
    .returning({ id: webhookDeliveries.id })
}

/** The condition that there are some, and how many as JSON, to be noted in front of `replayGivenUp`. */
export function givenUpState(id: number | 'all') {
  const failed = sql`from ${webhookDeliveries} where ${isGivenUp(id)}`
  const what =
    id === 'all' ? sql`` : sql`'message', ${id}, 'receiver', max(${webhookDeliveries.endpoint}), `
  return {
    exists: sql`exists (select 1 ${failed})`,
    json: sql`(select json_object(${what}'given_up', count(*)) ${failed})`,
  }
}

/** How many messages would be replayed. One round trip. */
export function countGivenUp(db: Database, id: number | 'all'): Promise<number> {
  return db.$count(webhookDeliveries, isGivenUp(id))
}

/** How many messages wait, and how many were given up. One round trip. */
export async function readWebhookCounts(
  db: Database,
): Promise<{ readonly waiting: number; readonly failed: number }> {
  const [waiting, failed] = await Promise.all([
    db.$count(webhookDeliveries, isNull(webhookDeliveries.failedAt)),
    db.$count(webhookDeliveries, isNotNull(webhookDeliveries.failedAt)),
  ])
  return { waiting, failed }
}
