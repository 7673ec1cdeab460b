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
