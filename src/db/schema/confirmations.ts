/** Tables of what links in mails refer to. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { emailAddresses } from './addresses.ts'
import { users } from './users.ts'

/**
 * allauth's `account_emailconfirmation`, the keys of verification mails where they are kept instead of signed
 * (`ACCOUNT_EMAIL_CONFIRMATION_HMAC` off), as SHA-256 (hex).
 */
export const emailConfirmations = sqliteTable(
  'email_confirmations',
  {
    keyHash: text().primaryKey(),
    addressId: integer()
      .notNull()
      .references(() => emailAddresses.id, { onDelete: 'cascade' }),
    sentAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('email_confirmations_address_id_idx').on(table.addressId),
    index('email_confirmations_expires_at_idx').on(table.expiresAt),
  ],
)

/**
 * A change of an account's primary address that the owner of the old one may undo, by a link that is minted when it is
 * mailed. Used once: the row goes with the use.
 */
export const addressChanges = sqliteTable(
  'address_changes',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Random: what the link names. Nothing without the signature of `SECRET_KEY`. */
    nonce: text().notNull(),
    /** The address that was the primary one, as it was stored. */
    email: text().notNull(),
    emailFolded: text().notNull(),
    /** Ids of the address rows that were verified before: an undo leaves these. */
    keptIds: text({ mode: 'json' }).notNull(),
    changedAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    uniqueIndex('address_changes_nonce_unique').on(table.nonce),
    index('address_changes_user_id_idx').on(table.userId),
    index('address_changes_expires_at_idx').on(table.expiresAt),
  ],
)
