/**
 * SQL of the outbox: mails are rows, inserted in the batch of their cause (transactional outbox), under an
 * idempotency key that lets the provider drop duplicates.
 */
import { sql, type SQL } from 'drizzle-orm'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import type { Language } from '../../i18n/language.ts'
import type { UserId } from '../tokens/credentials.sql.ts'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { emailOutbox } from '../../db/schema/mail.ts'

/** What a mail needs besides user and address; never a secret. */
export type EmailContext = {
  /** Scheme and host of the request, where links are built from it; else empty. */
  readonly origin: string
  /** Absent in rows that an older version wrote. */
  readonly language?: Language
  /** Ids of social providers that were connected or disconnected. */
  readonly providers?: readonly string[]
  /** Nonce of a change that the mail's link undoes; worth nothing without a signature. */
  readonly change?: string
  /** An address that no longer belongs to the account. */
  readonly claimed?: string
  /** What the mail's code is made from. */
  readonly seed?: string
  /** Ids of further accounts that the mail is about. */
  readonly alsoAbout?: readonly number[]
}

/** A mail that waits in the outbox. */
export type WaitingEmail = {
  readonly id: number
  readonly kind: EmailKind
  readonly userId: number | null
  readonly address: string
  readonly context: EmailContext
  readonly idempotencyKey: string
  readonly attempts: number
  /** The transport that may have taken it; null: perhaps the first one; empty: certainly none. */
  readonly triedBy: string | null
  /** Key of the request in which it went to the provider together with others. */
  readonly batchKey: string | null
}

/** What is read of a waiting mail to send it. */
export const waitingColumns = {
  id: emailOutbox.id,
  kind: emailOutbox.kind,
  userId: emailOutbox.userId,
  address: emailOutbox.address,
  context: emailOutbox.context,
  idempotencyKey: emailOutbox.idempotencyKey,
  attempts: emailOutbox.attempts,
  triedBy: emailOutbox.triedBy,
  batchKey: emailOutbox.batchKey,
}

/** How long the request that queued a mail has to send it, before the cron handler takes over. */
export const FIRST_CLAIM_MS = 60_000

/** A mail to be written; `userId` null for mails about no account. */
export type NewEmail = {
  readonly kind: EmailKind
  readonly userId: UserId | null
  /** As it is stored, never as it was typed. */
  readonly address: string | SQL
  readonly context: EmailContext
  readonly idempotencyKey: string
  /** Absent: always. */
  readonly condition?: SQL
}

/** Puts a mail into the outbox, already claimed by the request that writes it. */
export function insertEmail(db: Database, email: NewEmail, now: Date) {
  const userId = email.userId === null ? sql`null` : sql`${email.userId}`
  const isFound = email.userId === null ? sql`1` : sql`${userId} is not null`
  const condition = sql`${isFound} and ${email.condition ?? sql`1`}`
  const { kind, address, context, idempotencyKey } = email
  const row = { kind, userId, address, context, idempotencyKey, ...claimedBy(now) }
  return insertRow(db, emailOutbox, { values: row, from: sql`where ${condition}` }).returning(
    waitingColumns,
  )
}

/** Mails of one kind to several accounts. */
export type NewEmails = {
  /** An expression where the database finds which one. */
  readonly kind: EmailKind | SQL
  /** A subquery of `user_id`, `email` and `context`: JSON that goes over the other one, perhaps null. */
  readonly recipients: SQL
  readonly context: EmailContext
  readonly idempotencyKey: string
}

/** Distinguishes mails of one cause; no window of its own, so that recipients keep their order. */
const nth = sql`row_number() over ()`

/** Adds mails to all users that `recipients` finds to the outbox. */
export function insertEmails(db: Database, email: NewEmails, now: Date) {
  const { kind, recipients, idempotencyKey } = email
  const row = {
    kind,
    userId: sql`user_id`,
    address: sql`email`,
    context: sql`json_patch(${JSON.stringify(email.context)}, coalesce(context, '{}'))`,
    idempotencyKey: sql`${idempotencyKey} || '-' || coalesce(user_id, 'nobody') || '-' || ${nth}`,
    ...claimedBy(now),
  }
  return insertRow(db, emailOutbox, { values: row, from: sql`from ${recipients}` }).returning(
    waitingColumns,
  )
}

/** The invocation that queues a mail also sends it; until then no other one takes it. */
function claimedBy(now: Date): { readonly createdAt: Date; readonly nextAttemptAt: Date } {
  return { createdAt: now, nextAttemptAt: new Date(now.getTime() + FIRST_CLAIM_MS) }
}

/**
 * The same; where no user is found, a mail without a recipient is written, which sending only removes again: known
 * and unknown addresses cost the same to write. Nothing at all where `condition` does not hold.
 */
export function insertEmailsOrNone(
  db: Database,
  email: NewEmails,
  { condition, now }: { readonly condition: SQL; readonly now: Date },
) {
  const { recipients } = email
  const padded = sql`(select user_id, email, context from (select user_id, email, context from ${recipients}
    union all select null, ${NO_RECIPIENT}, null where not exists ${recipients}) where ${condition})`
  return insertEmails(db, { ...email, recipients: padded }, now)
}

/** The first transport, where the name of the one that may have accepted a mail is not recorded. */
export const FIRST_TRANSPORT = 'first'

/** The address of a mail without a recipient. */
export const NO_RECIPIENT = ''

/** Picks the rows of the outbox out of a batch's results: its `kind` and `context` are ours alone to write. */
export function writtenEmails(results: readonly unknown[]): readonly WaitingEmail[] {
  return results.flat().filter((row): row is WaitingEmail => {
    return typeof row === 'object' && row !== null && 'idempotencyKey' in row
  })
}
