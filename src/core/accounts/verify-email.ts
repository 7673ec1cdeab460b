import { dropClaims } from './drop-claims.ts'
import {
  claimantsOf,
  findUnverified,
  insertMissingAddresses,
  isVerifiedRow,
  oldestClaimantOf,
  rowOf,
  verifyAddress,
  verifyingUserId,
  type AddressId,
} from './verify-email.sql.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import { insertEmailsOrNone, type EmailContext } from '../mail/outbox.sql.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import { batch } from '../../db/batch.ts'
import type { Deps } from '../../deps.ts'
import { readEmailKey } from '../tokens/email-key.ts'
import type { InvalidEmail } from '../faults.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { foldEmail } from '../users/email.ts'
import { deliverLater, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'

/**
 * Verifies the address that a key names (allauth: `EmailConfirmationHMAC.confirm`). Other accounts that
 * claimed it lose it after the answer, and are told. One round trip.
 */
export async function verifyEmail(
  deps: OutboxDeps,
  key: string,
): Promise<'verified' | 'unknown_key'> {
  const { settings } = deps
  const addressId = await readEmailKey(deps, settings.VERIFY_EMAIL_TWICE ? decodedKey(key) : key)
  return addressId === undefined ? 'unknown_key' : verifyAddressRow(deps, addressId)
}

/** The same of an address that a key or a code has named. */
export async function verifyAddressRow(
  deps: OutboxDeps,
  addressId: AddressId,
): Promise<'verified' | 'unknown_key'> {
  const { settings } = deps
  const isUnique = settings.VERIFIED_EMAIL_IS_UNIQUE && settings.ACCOUNT_UNIQUE_EMAIL
  const outcome = await verifyRow(deps, addressId, isUnique)
  if (outcome.kind === 'verified' && isUnique) deps.defer(dropLater(deps, outcome.id))
  return outcome.kind === 'unknown' ? 'unknown_key' : 'verified'
}

/** A frontend that takes the key out of its URL may hand it on as it stands there. */
function decodedKey(key: string): string {
  if (key.includes(':') || !key.includes('%')) return key
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** The statements that tell other systems of it, where `WEBHOOKS` names some. */
async function announceVerified(deps: OutboxDeps, addressId: AddressId, isUnique: boolean) {
  if (deps.settings.WEBHOOKS.length === 0) return []
  const { webhookStatements } = await import('../events/events.chunk.ts')
  const userId = verifyingUserId(addressId, isUnique)
  return webhookStatements(deps, 'email.verified', { userId })
}

type VerifiedRow =
  | { readonly kind: 'verified'; readonly id: number }
  /** By an earlier use of the key, which React's StrictMode and impatient fingers make. */
  | { readonly kind: 'verified_before' }
  | { readonly kind: 'unknown' }

async function verifyRow(
  deps: OutboxDeps,
  addressId: AddressId,
  isUnique: boolean,
): Promise<VerifiedRow> {
  const { db, settings } = deps
  const managed = settings.EMAIL_MANAGEMENT
    ? (await import('./address-change.chunk.ts')).verifyManagedAddress(deps, addressId, isUnique)
    : undefined
  const { verified, again, notified } = await batch(db, {
    announced: await announceVerified(deps, addressId, isUnique),
    ...(managed ?? { ...verifyAddress(db, addressId, isUnique), notified: [] }),
    again: settings.VERIFY_EMAIL_TWICE ? [isVerifiedRow(db, addressId)] : [],
  })
  deliverLater(deps, notified)
  const [row] = verified
  if (row !== undefined) return { kind: 'verified', id: row.id }
  return { kind: again.flat().length > 0 ? 'verified_before' : 'unknown' }
}

/** In a batch of its own: only the use of a key that verified something pays for it. */
async function dropLater(deps: OutboxDeps, addressId: number): Promise<void> {
  deliverLater(deps, await deps.db.batch(dropClaims(deps, rowOf(addressId))))
}

/** Whose address a key would verify, for asking before it is done. At most one round trip. */
export async function readVerification(
  deps: Pick<Deps, 'db' | 'settings' | 'now'>,
  key: string,
): Promise<{ readonly username: string; readonly email: string } | undefined> {
  const addressId = await readEmailKey(deps, key)
  return addressId === undefined ? undefined : findUnverified(deps.db, addressId)
}

/**
 * Mails new keys for an unverified address, each claimant its own (dj-rest-auth:
 * `ResendEmailVerificationView`): a key of the oldest alone would have the owner verify a stranger's account.
 * The answer tells nothing and waits for nothing but one round trip.
 */
export async function resendVerification(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<ResendOutcome> {
  const faults = typedEmailFaults(email)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const { db, settings, now } = deps
  const folded = foldEmail(email)
  const isFolded = settings.RESEND_FOLDS_EMAIL
  const count = settings.RESEND_COUNTS
    ? await countFor(deps, 'confirm_email', { key: folded })
    : undefined
  const emails = {
    kind: 'confirm_email',
    recipients: isFolded ? claimantsOf(folded) : oldestClaimantOf(email),
    context,
    idempotencyKey: newIdempotencyKey(deps, 'confirm_email'),
  } as const
  const limit = await limitMails(deps, { cause: 'confirm_email', folded }, wasCounted(count))
  const counted = await batchCountedByName(db, count, {
    addresses: insertMissingAddresses(db, isFolded ? folded : ''),
    limit: limit.statements,
    emails: insertEmailsOrNone(db, emails, { condition: limit.isMailed, now }),
  })
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results.emails)
  return { kind: 'resent' }
}

/** Result of a resend; `resent` says nothing about who exists. */
export type ResendOutcome = { readonly kind: 'resent' } | InvalidEmail | Throttled
