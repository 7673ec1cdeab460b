/** Tables of second factors. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './schema.ts'

/** Authenticator apps, one a user; the shared secret is sealed (AES-GCM), as auth tokens are. */
export const totpDevices = sqliteTable(
  'totp_devices',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    sealedSecret: text().notNull(),
    /** Time step of the last accepted code: steps only go up, so no code works twice (RFC 6238 §5.2). */
    lastStep: integer().notNull().default(-1),
    /** Iterations and salt of the recovery codes' hashes. */
    recoverySalt: text().notNull(),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** When a code of either kind was last accepted at a login. */
    lastUsedAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [uniqueIndex('totp_devices_user_id_unique').on(table.userId)],
)

/** Recovery codes of the second factor, hashed; gone with it. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    codeHash: text().notNull(),
    /** Place in the list, from 0. */
    position: integer().notNull(),
    /** The code itself, sealed; only where the settings ask to show it again. */
    sealedCode: text(),
    usedAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [primaryKey({ name: 'recovery_codes_pk', columns: [table.userId, table.codeHash] })],
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
