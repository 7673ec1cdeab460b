/**
 * Changing the primary address, and undoing it. An attacker with a stolen login changes the address first, because
 * password resets go to it; the notice to the former address is the owner's way back.
 */
import { hex } from '../../crypto.ts'
import { batch } from '../../db/batch.ts'
import type { Deps } from '../../deps.ts'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import { auditEvent } from '../audit/audit.ts'
import { clientLanguage, newIdempotencyKey, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { insertEmails, type EmailContext } from '../mail/outbox.sql.ts'
import { makeUnusablePassword } from '../passwords/passwords.ts'
import { readUndoKey } from '../tokens/undo-key.ts'
import {
  formerAddress,
  formerEmail,
  isFreeTarget,
  recordChange,
  replaceAddress,
  selectChange,
  undoChange,
  undoneUserId,
  useUpChange,
  type NewChange,
} from './address-change.sql.ts'
import { verifyAddress, type AddressId } from './verify-email.sql.ts'

const DAY_MS = 86_400_000

/** A change of the primary address that is made now. */
export function newChange(deps: Pick<Deps, 'settings' | 'now' | 'randomBytes'>): NewChange {
  const { settings, now } = deps
  const undoMs = settings.EMAIL_CHANGE_UNDO_DAYS * DAY_MS
  return {
    nonce: hex(deps.randomBytes(16)),
    now,
    expiresAt: new Date(now.getTime() + undoMs),
  }
}

/** The statement that notifies the former primary address, with a link that undoes the change. */
export function notifyFormerAddresses(
  deps: OutboxDeps,
  kind: Extract<EmailKind, 'email_changed' | 'email_added'>,
  nonce: string,
) {
  const context: EmailContext = { origin: '', language: clientLanguage(deps), change: nonce }
  const idempotencyKey = newIdempotencyKey(deps, kind)
  return insertEmails(
    deps.db,
    { kind, recipients: formerAddress(nonce), context, idempotencyKey },
    deps.now,
  )
}

/**
 * The statements that prove an address of an account that may have others. With `ACCOUNT_CHANGE_EMAIL` it takes the
 * place of all of them, otherwise it is added to them; `told` is the mail to a proved primary one, which can undo it.
 * `verified` returns a row where they proved it.
 */
export function verifyManagedAddress(deps: OutboxDeps, addressId: AddressId, isUnique: boolean) {
  const { db, settings } = deps
  const isReplacing = settings.ACCOUNT_CHANGE_EMAIL
  const change = newChange(deps)
  return {
    recorded: recordChange(db, addressId, { change, condition: isFreeTarget(isUnique) }),
    ...(isReplacing
      ? replaceAddress(db, addressId, isUnique)
      : verifyAddress(db, addressId, isUnique)),
    notified: notifyFormerAddresses(
      deps,
      isReplacing ? 'email_changed' : 'email_added',
      change.nonce,
    ),
  }
}

/** Result of following that link. */
export type UndoOutcome =
  | { readonly kind: 'undone' }
  /** False, used, or too old. */
  | { readonly kind: 'unknown_key' }
  /** Another account has proved the address meanwhile. */
  | { readonly kind: 'taken' }

/**
 * Undoes a change of the primary address for the user who can read mail at the former one. The person who made the
 * change may know the password and be logged in, so both end, and a mail with a link for a new password is sent.
 * Works once. One round trip.
 */
export async function undoAddressChange(
  deps: OutboxDeps,
  key: string,
  context: EmailContext,
): Promise<UndoOutcome> {
  const nonce = await readUndoKey(deps, 'address-change', key)
  if (nonce === undefined) return { kind: 'unknown_key' }
  const { db, settings, now } = deps
  const undo = {
    nonce,
    now,
    passwordHash: makeUnusablePassword(deps.randomBytes),
    isUnique: settings.ACCOUNT_UNIQUE_EMAIL,
  }
  const to = { userId: undoneUserId(undo), address: formerEmail(undo) }
  const { before, undone, notified } = await batch(db, {
    before: selectChange(db, undo),
    ...undoChange(db, undo),
    notified: queueEmail(deps, 'password_reset', { ...to, context }),
    noted: await auditEvent(deps, 'email_change_undone', undoneUserId(undo)),
    usedUp: useUpChange(db, undo),
  })
  if (undone.length === 0) return { kind: before[0]?.isTaken === 1 ? 'taken' : 'unknown_key' }
  deliverLater(deps, notified)
  return { kind: 'undone' }
}
