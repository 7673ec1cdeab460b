/** Tables of the operator: machine keys, totals, positions of the audit stream. */
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Keys of machines that use the admin API; only their SHA-256 is kept. */
export const adminKeys = sqliteTable(
  'admin_keys',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    name: text().notNull(),
    keyHash: text().notNull(),
    scopes: text({ mode: 'json' }).notNull(),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }),
    revokedAt: integer({ mode: 'timestamp_ms' }),
    /** To the hour: a busy key is not written with every request. */
    lastUsedAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [uniqueIndex('admin_keys_key_hash_unique').on(table.keyHash)],
)

/** How often something happened since the service began, but for the hours that `event_counts` alone has yet. */
export const eventTotals = sqliteTable('event_totals', {
  kind: text().primaryKey(),
  count: integer().notNull(),
})

/** How far a reader of rows that are only added has come: the last row, or hour, that is done. */
export const readPositions = sqliteTable('read_positions', {
  reader: text().primaryKey(),
  position: integer().notNull(),
})
