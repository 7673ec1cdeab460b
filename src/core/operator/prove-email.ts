/** What staff does about a user's address: verify it, or mail a new key or reset link. */
import { and, eq, ne, sql } from 'drizzle-orm'
import { batchIf } from '../../db/condition.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { dropClaims } from '../accounts/drop-claims.ts'
import { verifyAddressOf } from '../accounts/prove-address.sql.ts'
import { insertMissingAddresses } from '../accounts/verify-email.sql.ts'
import { auditChange, auditEvent } from '../audit/audit.ts'
import { insertEmails } from '../mail/outbox.sql.ts'
import { clientLanguage, newIdempotencyKey, queueEmail } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { foldEmail } from '../users/email.ts'
import type { ActDeps } from './change-email.ts'
import { isAsRead, type Target } from './target.sql.ts'

/** Result of vouching for an address. */
export type VerifyOutcome = 'changed' | 'unchanged' | 'no_address' | 'taken'

/**
 * Verifies an account's own address on the caller's authority. Accounts that only claim it lose it, and are notified.
 * One round trip.
 */
export async function verifyAddress(deps: ActDeps, target: Target): Promise<VerifyOutcome> {
  const { db, settings } = deps
  const { id: userId, email } = target
  if (email === '') return 'no_address'
  const emailFolded = foldEmail(email)
  const isUnique = settings.ACCOUNT_UNIQUE_EMAIL
  const proved = { userId, email, emailFolded, isUnique }
  const isOwn = and(
    eq(emailAddresses.userId, userId),
    eq(emailAddresses.emailFolded, emailFolded),
    eq(emailAddresses.isVerified, true),
  )
  const isVerified = sql`exists (select 1 from ${emailAddresses} where ${isOwn})`
  const isOthers = sql`exists (select 1 from ${emailAddresses} where ${emailAddresses.emailFolded} = ${emailFolded}
    and ${emailAddresses.isVerified} and ${ne(emailAddresses.userId, userId)})`
  const mayChange = sql`${isAsRead(target)} and not ${isVerified}${isUnique ? sql` and not ${isOthers}` : sql``}`
  const [before, ...results] = await db.batch([
    db
      .select({ was: sql<number>`${isVerified}`, can: sql<number>`${mayChange}` })
      .from(sql`(select 1)`),
    ...(await auditChange(deps, 'email_verified', {
      userId: sql`(select ${userId} where ${mayChange})`,
      after: { email },
    })),
    ...verifyAddressOf(db, proved),
    ...dropClaims(deps, proved),
  ])
  deliverLater(deps, results)
  const [state] = before
  if (state?.was === 1) return 'unchanged'
  return state?.can === 1 ? 'changed' : 'taken'
}

/** Result of asking for a mail. */
export type MailOutcome = 'sent' | 'no_address' | 'inactive' | 'verified' | 'outdated'

/** Mails a link that verifies the account's own address. One round trip. */
export async function sendVerification(deps: ActDeps, target: Target): Promise<MailOutcome> {
  const { db, now } = deps
  const { id, email } = target
  if (email === '') return 'no_address'
  const emailFolded = foldEmail(email)
  const unverified = sql`(select user_id, email, null as context from ${emailAddresses}
    where user_id = ${id} and email_folded = ${emailFolded} and not is_verified)`
  const [, emails] = await db.batch([
    insertMissingAddresses(db, emailFolded),
    insertEmails(
      db,
      {
        kind: 'confirm_email',
        recipients: unverified,
        context: { origin: '', language: clientLanguage(deps) },
        idempotencyKey: newIdempotencyKey(deps, 'confirm_email'),
      },
      now,
    ),
    ...(await auditEvent(deps, 'verification_sent', sql`(select user_id from ${unverified})`)),
  ])
  deliverLater(deps, emails)
  return emails.length > 0 ? 'sent' : target.isActive ? 'verified' : 'inactive'
}

/** Mails a link that sets a new password to the account's own address. One round trip. */
export async function sendReset(deps: ActDeps, target: Target): Promise<MailOutcome> {
  const { id, email, isActive } = target
  if (email === '') return 'no_address'
  if (!isActive) return 'inactive'
  const results = await batchIf(deps.db, isAsRead(target), [
    queueEmail(deps, 'password_reset', {
      userId: id,
      address: email,
      context: { origin: '', language: clientLanguage(deps) },
    }),
    ...(await auditEvent(deps, 'reset_requested', id)),
  ])
  if (results === undefined) return 'outdated'
  deliverLater(deps, results)
  return 'sent'
}
