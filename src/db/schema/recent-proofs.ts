/** Table of when a credential's owner last proved to be there. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/**
 * When the owner of a credential last proved to be there: by logging in, or again (`reauthenticate/`). Rows live as
 * long as they matter; without one, an operation that requires a recent proof asks for one.
 */
export const recentProofs = sqliteTable(
  'recent_proofs',
  {
    /** Kind and hash or family of the auth token, session or JWT; never the credential itself. */
    credential: text().primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** What was shown: `password`, `totp`, `passkey`, … */
    how: text().notNull(),
    provedAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('recent_proofs_user_id_idx').on(table.userId),
    index('recent_proofs_expires_at_idx').on(table.expiresAt),
  ],
)
