/** Verifying an address that a key or code has named, with all that follows from it. */
import { batch } from '../../db/batch.ts'
import { loadEvents } from '../events/load-events.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import type { verifyManagedAddress } from './address-change.ts'
import { dropClaims } from './drop-claims.ts'
import {
  isVerifiedRow,
  rowOf,
  verifyAddress,
  verifyingUserId,
  type AddressId,
} from './verify-email.sql.ts'

/** The statements that verify an address in place of the plain one, where users manage their addresses. */
type VerifyManaged = typeof verifyManagedAddress

/**
 * Verifies an address that a key or a code has named. Other accounts that claimed it lose it after the answer, and are
 * notified. One round trip.
 */
export async function verifyAddressRow(
  deps: OutboxDeps,
  addressId: AddressId,
  verifyManaged: VerifyManaged | undefined,
): Promise<'verified' | 'unknown_key'> {
  const { settings } = deps
  const isUnique = settings.policy.emails.verifiedAreUnique && settings.ACCOUNT_UNIQUE_EMAIL
  const outcome = await verifyRow(deps, addressId, { isUnique, verifyManaged })
  if (outcome.kind === 'verified' && isUnique) deps.defer(() => dropLater(deps, outcome.id))
  return outcome.kind === 'unknown' ? 'unknown_key' : 'verified'
}

/** The statements that queue the webhook `email.verified`, where `WEBHOOKS` names some. */
async function announceVerified(deps: OutboxDeps, addressId: AddressId, isUnique: boolean) {
  if (deps.settings.WEBHOOKS.length === 0) return []
  const { webhookStatements } = await loadEvents()
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
  {
    isUnique,
    verifyManaged,
  }: { readonly isUnique: boolean; readonly verifyManaged: VerifyManaged | undefined },
): Promise<VerifiedRow> {
  const { db, settings } = deps
  const managed = settings.EMAIL_MANAGEMENT ? verifyManaged?.(deps, addressId, isUnique) : undefined
  const { verified, again, notified } = await batch(db, {
    announced: await announceVerified(deps, addressId, isUnique),
    ...(managed ?? { ...verifyAddress(db, addressId, isUnique), notified: [] }),
    again: settings.policy.emails.verifyTwice ? [isVerifiedRow(db, addressId)] : [],
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
