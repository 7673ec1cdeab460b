/**
 * Tables of accounts and credentials. Migrations are generated from here. Random secrets are stored as SHA-256 or
 * sealed, never in clear: a dump of the database cannot be used to log in.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

// Drizzle reads one file for its migrations.
export { users }
export { ownFieldKeys, ownFields, publicIds } from './own-fields.ts'
export { groupMembers, groupPermissions, groups, userPermissions } from './roles.ts'

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

/** Refresh tokens that were rotated or blacklisted; the primary key decides races. */
export const spentRefreshTokens = sqliteTable(
  'spent_refresh_tokens',
  {
    jti: text().primaryKey(),
    userId: integer(),
    family: text(),
    /** The token that replaced this one; null when it was blacklisted instead. */
    successorJti: text(),
    spentAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [index('spent_refresh_tokens_expires_at_idx').on(table.expiresAt)],
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

/**
 * What must be mailed, written in the batch of its cause. Holds no secret: links are minted when the
 * mail is sent, so a row that waits does not age its link.
 */
export const emailOutbox = sqliteTable(
  'email_outbox',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    kind: text().notNull(),
    userId: integer().references(() => users.id, { onDelete: 'cascade' }),
    address: text().notNull(),
    /** What the message needs besides user and address, never a secret: `{ origin, language }`. */
    context: text({ mode: 'json' }).notNull(),
    idempotencyKey: text().notNull(),
    attempts: integer().notNull().default(0),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** A sender takes a row by moving this into the future; who moved it sends. */
    nextAttemptAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** The transport that may have taken the mail; null: perhaps the first one; empty: certainly none. */
    triedBy: text(),
    /** Mails that went to the provider in one request, whose idempotency key this is: they go again together. */
    batchKey: text(),
  },
  (table) => [
    index('email_outbox_kind_next_attempt_at_idx').on(table.kind, table.nextAttemptAt),
    index('email_outbox_batch_key_idx').on(table.batchKey),
    index('email_outbox_next_attempt_at_idx').on(table.nextAttemptAt),
    uniqueIndex('email_outbox_idempotency_key_unique').on(table.idempotencyKey),
    index('email_outbox_user_id_idx').on(table.userId),
  ],
)

/** Mailboxes that get no more mails: they are gone, or their owner called a mail of ours spam. */
export const suppressedAddresses = sqliteTable('suppressed_addresses', {
  /** In the form in which addresses are compared. */
  emailFolded: text().primaryKey(),
  reason: text().notNull(),
  /** The provider's words for the kind of bounce. */
  detail: text().notNull().default(''),
  suppressedAt: integer({ mode: 'timestamp_ms' }).notNull(),
})

/** Messages to other systems, one row per receiver, written in the batch of their cause. Holds no secret. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** Name of the receiver in `WEBHOOKS`. */
    endpoint: text().notNull(),
    /** The same for every try: by it a receiver takes a message once. */
    messageId: text().notNull(),
    type: text().notNull(),
    data: text({ mode: 'json' }).notNull(),
    attempts: integer().notNull().default(0),
    createdAt: integer({ mode: 'timestamp_ms' }).notNull(),
    /** A sender takes a row by moving this into the future; who moved it sends. Null: given up. */
    nextAttemptAt: integer({ mode: 'timestamp_ms' }),
    /** When it was given up. */
    failedAt: integer({ mode: 'timestamp_ms' }),
    /** What the receiver last said: a status, or the name of an error. */
    lastReason: text(),
  },
  (table) => [
    index('webhook_deliveries_endpoint_next_attempt_at_idx').on(
      table.endpoint,
      table.nextAttemptAt,
    ),
    index('webhook_deliveries_failed_at_idx').on(table.failedAt),
    // Those that were given up, by number: an operator's list reads no others.
    index('webhook_deliveries_given_up_idx')
      .on(table.id)
      .where(sql`failed_at is not null`),
  ],
)

/** Why mails wait: what each transport that took nothing lately last said. Gone with the first mail that it takes. */
export const mailProblems = sqliteTable('mail_problems', {
  transport: text().primaryKey(),
  kind: text().notNull(),
  /** Never the provider's sentence, which may quote an address. */
  reason: text().notNull(),
  sinceAt: integer({ mode: 'timestamp_ms' }).notNull(),
  lastAt: integer({ mode: 'timestamp_ms' }).notNull(),
})

/** One row a counted request and rate, for DRF's and allauth's sliding windows. */
export const throttleHits = sqliteTable(
  'throttle_hits',
  {
    /** Action, window and who: an account's id, or a keyed hash of address or name; never in clear. */
    key: text().notNull(),
    /** Random: by it, later statements of the same batch know whether the request was counted. */
    requestId: text().notNull().default(''),
    hitAt: integer({ mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('throttle_hits_key_hit_at_idx').on(table.key, table.hitAt),
    index('throttle_hits_expires_at_idx').on(table.expiresAt),
  ],
)

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

/** What an operator may need to know afterwards: logins, failures, changes. No secrets, no addresses in clear. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    kind: text().notNull(),
    userId: integer(),
    detail: text({ mode: 'json' })
      .notNull()
      .default(sql`'{}'`),
    happenedAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('audit_events_user_id_idx').on(table.userId),
    index('audit_events_happened_at_idx').on(table.happenedAt),
  ],
)

/** How often something happened in an hour: what an operator watches. */
export const eventCounts = sqliteTable(
  'event_counts',
  {
    kind: text().notNull(),
    hourAt: integer({ mode: 'timestamp_ms' }).notNull(),
    count: integer().notNull(),
  },
  (table) => [
    primaryKey({ name: 'event_counts_pk', columns: [table.kind, table.hourAt] }),
    index('event_counts_hour_at_idx').on(table.hourAt),
  ],
)

/** The mails of `DEV_MAILBOX`, links and all: written in development only, empty everywhere else. */
export const devEmails = sqliteTable('dev_emails', {
  id: integer().primaryKey({ autoIncrement: true }),
  address: text().notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  html: text().notNull(),
  sentAt: integer({ mode: 'timestamp_ms' }).notNull(),
})
