import { sql } from 'drizzle-orm'
import { insertMissingAddresses, unverifiedAddresses, verifyAddress } from './verify-email.sql.ts'
import { insertEmailsFor, type EmailContext } from '../mail/outbox.sql.ts'
import { batchCounted, wasCounted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { readEmailKey } from '../tokens/email-key.ts'
import { foldEmail } from '../users/email.ts'
import { deliverLater, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'

/** Verifies the address that a key names (allauth: `EmailConfirmationHMAC.confirm`). One round trip. */
export async function verifyEmail(
  deps: Pick<Deps, 'db' | 'settings' | 'now'>,
  key: string,
): Promise<'verified' | 'unknown_key'> {
  const addressId = await readEmailKey(deps, key)
  if (addressId === undefined) return 'unknown_key'
  const { VERIFIED_EMAIL_IS_UNIQUE, ACCOUNT_UNIQUE_EMAIL } = deps.settings
  const isUnique = VERIFIED_EMAIL_IS_UNIQUE && ACCOUNT_UNIQUE_EMAIL
  const isVerified = await verifyAddress(deps.db, addressId, isUnique)
  return isVerified ? 'verified' : 'unknown_key'
}

/**
 * Mails a new key for an unverified address (dj-rest-auth: `ResendEmailVerificationView`). The answer
 * tells nothing and waits for nothing but one round trip.
 */
export async function resendVerification(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<ResendOutcome> {
  const { db, settings, now } = deps
  const folded = foldEmail(email)
  const isFolded = settings.RESEND_FOLDS_EMAIL
  const count = await countFor(deps, 'confirm_email', { key: folded })
  const recipients = unverifiedAddresses(folded, isFolded ? undefined : email)
  const insert = insertEmailsFor(
    db,
    {
      kind: 'confirm_email',
      recipients: sql`(select user_id, email from ${recipients} where not is_verified)`,
      condition: wasCounted(count),
      context,
      idempotencyKey: newIdempotencyKey(deps, 'confirm_email'),
    },
    now,
  )
  const missing = isFolded ? folded : ''
  const counted = await batchCounted(db, count, [insertMissingAddresses(db, missing), insert])
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results[1])
  return { kind: 'resent' }
}

/** What a resend came to; `resent` says nothing about who exists. */
export type ResendOutcome = { readonly kind: 'resent' } | Throttled
