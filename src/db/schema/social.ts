/** Table of social accounts. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** allauth's `socialaccount_socialaccount` and `_socialtoken` (tokens sealed, as auth tokens are). */
export const socialAccounts = sqliteTable(
  'social_accounts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    provider: text().notNull(),
    uid: text().notNull(),
    extraData: text({ mode: 'json' })
      .notNull()
      .default(sql`'{}'`),
    sealedTokens: text(),
    lastLoginAt: integer({ mode: 'timestamp_ms' }).notNull(),
    dateJoinedAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    uniqueIndex('social_accounts_provider_uid_unique').on(table.provider, table.uid),
    index('social_accounts_user_id_idx').on(table.userId),
  ],
)
