/** Tables of e-mail addresses. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** allauth's `account_emailaddress`. */
export const emailAddresses = sqliteTable(
  'email_addresses',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    email: text().notNull(),
    emailFolded: text().notNull(),
    isVerified: integer({ mode: 'boolean' }).notNull().default(false),
    isPrimary: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    index('email_addresses_email_folded_idx').on(table.emailFolded, table.isVerified),
    uniqueIndex('email_addresses_user_id_email_unique').on(table.userId, table.email),
  ],
)
