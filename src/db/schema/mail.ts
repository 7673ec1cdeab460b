/** Tables of mails that are to be sent, and of those that could not be. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

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

/** Why mails wait: what each transport that took nothing lately last said. Gone with the first mail that it takes. */
export const mailProblems = sqliteTable('mail_problems', {
  transport: text().primaryKey(),
  kind: text().notNull(),
  /** Never the provider's sentence, which may quote an address. */
  reason: text().notNull(),
  sinceAt: integer({ mode: 'timestamp_ms' }).notNull(),
  lastAt: integer({ mode: 'timestamp_ms' }).notNull(),
})
