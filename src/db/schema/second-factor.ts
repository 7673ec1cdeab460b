/** Tables of second factors. */
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

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
