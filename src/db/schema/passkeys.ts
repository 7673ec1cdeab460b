/** Table of passkeys. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** WebAuthn credentials. Nothing in it logs anyone in: the private key is in the authenticator. */
export const passkeys = sqliteTable(
  'passkeys',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Base64url, as is the public key (COSE, RFC 9053 §7) and the user handle. */
    credentialId: text().notNull(),
    publicKey: text().notNull(),
    /** COSE's number of the signature algorithm. */
    algorithm: integer().notNull(),
    signCount: integer().notNull().default(0),
    userHandle: text().notNull(),
    transports: text({ mode: 'json' })
      .notNull()
      .default(sql`'[]'`),
    isDiscoverable: integer({ mode: 'boolean' }).notNull().default(true),
    /** Null where an imported passkey has not been used yet: its first login tells. */
    isBackupEligible: integer({ mode: 'boolean' }),
    isBackedUp: integer({ mode: 'boolean' }).notNull().default(false),
    isUserVerified: integer({ mode: 'boolean' }).notNull().default(false),
    name: text().notNull(),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    lastUsedAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [
    uniqueIndex('passkeys_credential_id_unique').on(table.credentialId),
    index('passkeys_user_id_idx').on(table.userId),
  ],
)
