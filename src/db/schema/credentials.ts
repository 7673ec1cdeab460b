/** Tables of credentials that a login gives. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/**
 * DRF's `authtoken_token`: one a user. `keyHash` (SHA-256, hex) is what a request is looked up by,
 * `sealedKey` (AES-GCM) what login answers with, so the table alone cannot be used to log in.
 */
export const authTokens = sqliteTable(
  'auth_tokens',
  {
    userId: integer()
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    keyHash: text().notNull(),
    sealedKey: text().notNull(),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [uniqueIndex('auth_tokens_key_hash_unique').on(table.keyHash)],
)

/**
 * With `TOKEN_PER_DEVICE`: an auth token a login. The key itself is shown once, by the login; what is kept (SHA-256, hex)
 * logs nobody in.
 */
export const deviceTokens = sqliteTable(
  'device_tokens',
  {
    keyHash: text().primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** As its owner calls it. */
    name: text().notNull().default(''),
    userAgent: text().notNull().default(''),
    country: text().notNull().default(''),
    city: text().notNull().default(''),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** At most minutes late: uses are sampled. */
    lastUsedAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** Null: never. */
    expiresAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [
    index('device_tokens_user_id_idx').on(table.userId),
    index('device_tokens_expires_at_idx').on(table.expiresAt),
  ],
)

/** Django sessions of `SESSION_LOGIN`; the cookie's value is stored as SHA-256 (hex). */
export const sessions = sqliteTable(
  'sessions',
  {
    keyHash: text().primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** HMAC of the password hash at login, as Django's `get_session_auth_hash`. */
    authHash: text().notNull(),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
    name: text().notNull().default(''),
    userAgent: text().notNull().default(''),
    country: text().notNull().default(''),
    city: text().notNull().default(''),
    /** Sampled, where `SESSION_DEVICES` or an idle lifetime asks for it. */
    lastUsedAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [
    index('sessions_user_id_idx').on(table.userId),
    index('sessions_expires_at_idx').on(table.expiresAt),
  ],
)

/**
 * One row a login that got a refresh token: where, when, which client. Written after the answer;
 * a family without a row is alive, a family with `revokedAt` is dead.
 */
export const refreshFamilies = sqliteTable(
  'refresh_families',
  {
    family: text().primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    userAgent: text().notNull().default(''),
    country: text().notNull().default(''),
    name: text().notNull().default(''),
    city: text().notNull().default(''),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    lastUsedAt: integer({ mode: 'timestamp_ms' }).notNull(),
    revokedAt: integer({ mode: 'timestamp_ms' }),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('refresh_families_user_id_idx').on(table.userId),
    index('refresh_families_expires_at_idx').on(table.expiresAt),
  ],
)
