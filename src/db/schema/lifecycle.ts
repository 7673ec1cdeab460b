/** Tables of an account's beginning and end. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Invitations to make an account. The key in the mail is a signature over the nonce and the address. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** Random: what the key names. Nothing without the signature of `SECRET_KEY`. */
    nonce: text().notNull(),
    email: text().notNull(),
    emailFolded: text().notNull(),
    /** Names of the groups that the account is to be in. */
    groups: text({ mode: 'json' })
      .notNull()
      .default(sql`'[]'`),
    /** Who of the staff invited; null: the operator, or a machine. */
    invitedBy: integer(),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
    revokedAt: integer({ mode: 'timestamp_ms' }),
    acceptedAt: integer({ mode: 'timestamp_ms' }),
    /** The account that was made by it. */
    userId: integer().references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [
    uniqueIndex('invitations_nonce_unique').on(table.nonce),
    index('invitations_email_folded_idx').on(table.emailFolded),
    index('invitations_user_id_idx').on(table.userId),
  ],
)

/** Accounts whose owner has requested deletion, until they are deleted. The account is inactive meanwhile. */
export const accountDeletions = sqliteTable(
  'account_deletions',
  {
    userId: integer()
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Random: what the link names that undoes it. Nothing without the signature of `SECRET_KEY`. */
    nonce: text().notNull(),
    requestedAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** From then on it is done, and not undone any more. */
    dueAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /**
     * Since when an operator also keeps the account out: that outlives an undone deletion. Null: it is not kept out.
     */
    bannedAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [
    uniqueIndex('account_deletions_nonce_unique').on(table.nonce),
    index('account_deletions_due_at_idx').on(table.dueAt),
  ],
)
