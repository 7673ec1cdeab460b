import { and, eq, inArray, lte, sql, type SQL } from 'drizzle-orm'
import type { EmailKind } from '../../i18n/email-text.ts'
import type { Language } from '../../i18n/language.ts'
import type { UserId } from '../tokens/credentials.sql.ts'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses, emailOutbox, users } from '../../db/schema.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** What a mail needs besides user and address; never a secret. */
export type EmailContext = {
  /** Scheme and host of the request, where links are built from it; else empty. */
  readonly origin: string
  /** Absent in rows that an older version wrote. */
  readonly language?: Language
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
}

const waitingColumns = {
  id: emailOutbox.id,
  kind: emailOutbox.kind,
  userId: emailOutbox.userId,
  address: emailOutbox.address,
  context: emailOutbox.context,
  idempotencyKey: emailOutbox.idempotencyKey,
  attempts: emailOutbox.attempts,
}

/** So long the request that wrote a mail has for sending it, before the cron handler takes over. */
const FIRST_CLAIM_MS = 60_000
const MAX_PAUSE_MS = 6 * 3_600_000
const CRON_BATCH = 25

/** A mail to be written; `userId` null for mails about no account. */
export type NewEmail = {
  readonly kind: EmailKind
  readonly userId: UserId | null
  /** As it is stored, never as it was typed. */
  readonly address: string | SQL
  readonly context: EmailContext
  readonly idempotencyKey: string
}

/** Puts a mail into the outbox, already claimed by the request that writes it. */
export function insertEmail(db: Database, email: NewEmail, now: Date) {
  const userId = email.userId === null ? sql`null` : sql`${email.userId}`
  const condition = email.userId === null ? sql`1` : sql`${userId} is not null`
  return db
    .insert(emailOutbox)
    .select(
      sql`select null, ${email.kind}, ${userId}, ${email.address}, ${JSON.stringify(email.context)}, ${email.idempotencyKey}, 0, cast(${now.getTime()} as integer), cast(${now.getTime() + FIRST_CLAIM_MS} as integer) where ${condition}`,
    )
    .returning(waitingColumns)
}

/**
 * Mails of one kind to several accounts: `recipients` is a subquery of `user_id` and `email`. Where it finds
 * nobody, a mail to nobody is written, which sending only takes out again: known and unknown addresses
 * cost the same to write. Nothing at all where `condition` does not hold.
 */
export function insertEmailsFor(
  db: Database,
  email: {
    readonly kind: EmailKind
    readonly recipients: SQL
    readonly condition: SQL
    readonly context: EmailContext
    readonly idempotencyKey: string
  },
  now: Date,
) {
  return db
    .insert(emailOutbox)
    .select(
      sql`select null, ${email.kind}, recipient.user_id, recipient.email, ${JSON.stringify(email.context)}, ${email.idempotencyKey} || '-' || coalesce(recipient.user_id, 'nobody'), 0, cast(${now.getTime()} as integer), cast(${now.getTime() + FIRST_CLAIM_MS} as integer) from (select user_id, email from ${email.recipients} union all select null, ${NOBODYS_ADDRESS} where not exists ${email.recipients}) as recipient where ${email.condition}`,
    )
    .returning(waitingColumns)
}

/** The address of a mail to nobody. */
export const NOBODYS_ADDRESS = ''

/** Reads rows of `insertEmail`: the table's `kind` and `context` are ours alone to write. */
export function asWaitingEmails(
  rows: readonly (Omit<WaitingEmail, 'kind' | 'context'> & {
    readonly kind: string
    readonly context: unknown
  })[],
): readonly WaitingEmail[] {
  return rows as readonly WaitingEmail[] // see above: only `insertEmail` writes the table
}

/** Takes mails whose time has come; nobody else gets them before their next pause is over. */
export async function takeWaitingEmails(db: Database, now: Date): Promise<readonly WaitingEmail[]> {
  const due = db
    .select({ id: emailOutbox.id })
    .from(emailOutbox)
    .where(lte(emailOutbox.nextAttemptAt, now))
    .orderBy(emailOutbox.nextAttemptAt)
    .limit(CRON_BATCH)
  const rows = await db
    .update(emailOutbox)
    .set({
      attempts: sql`${emailOutbox.attempts} + 1`,
      nextAttemptAt: sql`cast(${now.getTime()} + min(${MAX_PAUSE_MS}, ${FIRST_CLAIM_MS} * (1 << min(${emailOutbox.attempts}, 12))) as integer)`,
    })
    .where(and(inArray(emailOutbox.id, due), lte(emailOutbox.nextAttemptAt, now)))
    .returning(waitingColumns)
  return asWaitingEmails(rows)
}

/** Takes a mail out of the outbox: it was sent, or can never be. */
export async function deleteEmail(db: Database, id: number): Promise<void> {
  await db.delete(emailOutbox).where(eq(emailOutbox.id, id))
}

/** The account a mail is about: its state, its addresses, and the row of the mail's own address. */
export type EmailSubject = UserRow & {
  readonly addresses: readonly LoginAddress[]
  readonly addressId: number | null
  readonly isAddressVerified: boolean | null
}

/** Reads what a mail is about, at the time of sending. */
export async function findEmailSubject(
  db: Database,
  userId: number,
  address: string,
): Promise<EmailSubject | undefined> {
  const [row] = await db
    .select({
      ...userColumns,
      addresses: addressesJson,
      addressId: emailAddresses.id,
      isAddressVerified: emailAddresses.isVerified,
    })
    .from(users)
    .leftJoin(
      emailAddresses,
      and(eq(emailAddresses.userId, users.id), eq(emailAddresses.email, address)),
    )
    .where(eq(users.id, userId))
  return row === undefined ? undefined : { ...row, addresses: parseAddresses(row.addresses) }
}
