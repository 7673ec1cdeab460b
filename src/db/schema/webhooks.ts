/** Table of messages to other systems. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Messages to other systems, one row per receiver, written in the batch of their cause. Holds no secret. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** Name of the receiver in `WEBHOOKS`. */
    endpoint: text().notNull(),
    /** The same for every try: by it a receiver takes a message once. */
    messageId: text().notNull(),
    type: text().notNull(),
    data: text({ mode: 'json' }).notNull(),
    attempts: integer().notNull().default(0),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** A sender takes a row by moving this into the future; who moved it sends. Null: given up. */
    nextAttemptAt: integer({ mode: 'timestamp_ms' }),
    /** When it was given up. */
    failedAt: integer({ mode: 'timestamp_ms' }),
    /** What the receiver last said: a status, or the name of an error. */
    lastReason: text(),
  },
  (table) => [
    index('webhook_deliveries_endpoint_next_attempt_at_idx').on(
      table.endpoint,
      table.nextAttemptAt,
    ),
    index('webhook_deliveries_failed_at_idx').on(table.failedAt),
    // Those that were given up, by number: an operator's list reads no others.
    index('webhook_deliveries_given_up_idx')
      .on(table.id)
      .where(sql`failed_at is not null`),
  ],
)
