/** Table of refresh tokens that are used no more. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Refresh tokens that were rotated or blacklisted; the primary key decides races. */
export const spentRefreshTokens = sqliteTable(
  'spent_refresh_tokens',
  {
    jti: text().primaryKey(),
    userId: integer(),
    family: text(),
    /** The token that replaced this one; null when it was blacklisted instead. */
    successorJti: text(),
    spentAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [index('spent_refresh_tokens_expires_at_idx').on(table.expiresAt)],
)
