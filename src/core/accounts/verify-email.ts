/** Verifying an address by the key of a mailed link, and asking for another key. */
import { verifyAddressRow } from './verify-address.ts'
import {
  claimantsOf,
  findUnverified,
  insertMissingAddresses,
  oldestClaimantOf,
} from './verify-email.sql.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import { insertEmailsOrNone, type EmailContext } from '../mail/outbox.sql.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { readEmailKey } from '../tokens/email-key.ts'
import type { InvalidEmail } from '../faults.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { foldEmail } from '../users/email.ts'
import { newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { loadAccounts } from './load-accounts.ts'

/**
 * Verifies the address that a key names (allauth: `EmailConfirmationHMAC.confirm`). Other accounts that claimed it
 * lose it after the answer, and are notified. One round trip.
 */
export async function verifyEmail(
  deps: OutboxDeps,
  key: string,
): Promise<'verified' | 'unknown_key'> {
  const { settings } = deps
  const addressId = await readEmailKey(
    deps,
    settings.policy.emails.verifyTwice ? decodedKey(key) : key,
  )
  if (addressId === undefined) return 'unknown_key'
  const managed = settings.EMAIL_MANAGEMENT ? await loadAccounts() : undefined
  return verifyAddressRow(deps, addressId, managed?.verifyManagedAddress)
}

/** A frontend that takes the key out of its URL may pass it on exactly as it is there. */
function decodedKey(key: string): string {
  if (key.includes(':') || !key.includes('%')) return key
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
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
 * Mails new keys for an unverified address, to each claimant their own (dj-rest-auth:
 * `ResendEmailVerificationView`): with a key of the oldest claim alone, the owner of the mailbox would verify a
 * stranger's account. The answer is the same in every case, after one round trip.
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
  const isFolded = settings.policy.emails.resendIsFolded
  const count = settings.policy.emails.resendIsLimited
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
