/** Tables of what may be used once: the insert decides. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Things that may be used once (OAuth states, nonces): the insert decides, SHA-256 of the value. */
export const usedNonces = sqliteTable(
  'used_nonces',
  {
    purpose: text().notNull(),
    nonceHash: text().notNull(),
    usedAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    primaryKey({ name: 'used_nonces_pk', columns: [table.purpose, table.nonceHash] }),
    index('used_nonces_expires_at_idx').on(table.expiresAt),
  ],
)

/** Tokens and challenges that were used: the insert decides, of any number at once one wins. */
export const spentTokens = sqliteTable(
  'spent_tokens',
  {
    id: text().primaryKey(),
    /** Random: by it, later statements of the same batch know that it was they who spent it. */
    spentBy: text().notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [index('spent_tokens_expires_at_idx').on(table.expiresAt)],
)
