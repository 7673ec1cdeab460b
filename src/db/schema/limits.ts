/** Tables of counted requests and events. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One row a counted request and rate, for DRF's and allauth's sliding windows. */
export const throttleHits = sqliteTable(
  'throttle_hits',
  {
    /** Action, window and who: an account's id, or a keyed hash of address or name; never in clear. */
    key: text().notNull(),
    /** Random: by it, later statements of the same batch know whether the request was counted. */
    requestId: text().notNull().default(''),
    hitAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('throttle_hits_key_hit_at_idx').on(table.key, table.hitAt),
    index('throttle_hits_expires_at_idx').on(table.expiresAt),
  ],
)

/** How often something happened in an hour: what an operator watches. */
export const eventCounts = sqliteTable(
  'event_counts',
  {
    kind: text().notNull(),
    hourAt: integer({ mode: 'timestamp_ms' }).notNull(),
    count: integer().notNull(),
  },
  (table) => [
    primaryKey({ name: 'event_counts_pk', columns: [table.kind, table.hourAt] }),
    index('event_counts_hour_at_idx').on(table.hourAt),
  ],
)
