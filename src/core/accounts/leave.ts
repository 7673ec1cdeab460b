/**
 * Deleting the caller's own account, with a grace period in which it can be undone: an attacker may delete an account,
 * too.
 */
import { hex } from '../../crypto.ts'
import { batch } from '../../db/batch.ts'
import { auditEvent } from '../audit/audit.ts'
import { newIdempotencyKey, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { insertEmails, type EmailContext } from '../mail/outbox.sql.ts'
import { revokeEverything } from '../sign-in/sessions.sql.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import type { Proof } from '../tokens/proof.sql.ts'
import { readUndoKey } from '../tokens/undo-key.ts'
import { deleteAccount } from './delete-account.ts'
import {
  dropStaleDeletions,
  formerAddress,
  insertDeletion,
  leavingUserId,
  lockAccount,
  returningUserId,
  selectDue,
  undoDeletion,
} from './leave.sql.ts'

const DAY_MS = 86_400_000

/** Result of wanting to leave. */
export type LeaveOutcome =
  /** Locked; `dueAt`: from when on it cannot be undone. */
  | { readonly kind: 'locked'; readonly dueAt: Date }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'stale_proof' }

/**
 * Deletes the caller's account: locks it and ends every login at once, in one round trip; the rest goes when
 * `ACCOUNT_DELETION_GRACE_DAYS` are over, or now where there are none. A login under way repeats its proof in what
 * it writes, and finds the account locked.
 */
export async function leave(
  deps: OutboxDeps,
  caller: { readonly user: { readonly id: number; readonly email: string }; readonly proof: Proof },
  context: EmailContext,
): Promise<LeaveOutcome> {
  const { db, settings, now } = deps
  const graceMs = settings.ACCOUNT_DELETION_GRACE_DAYS * DAY_MS
  const nonce = hex(deps.randomBytes(16))
  const dueAt = new Date(now.getTime() + graceMs)
  const leaving = leavingUserId(nonce)
  const isNotified = graceMs > 0 && caller.user.email !== ''
  const to = { userId: isNotified ? leaving : NO_USER, address: caller.user.email }
  const { begun, notified, alsoNotified } = await batch(db, {
    begun: insertDeletion(db, caller.proof, { nonce, requestedAt: now, dueAt }),
    locked: lockAccount(db, nonce),
    ended: revokeEverything(db, leaving, now),
    notified: queueEmail(deps, 'account_deletion', {
      ...to,
      context: { ...context, change: nonce },
    }),
    alsoNotified: isNotified ? [notifyFormerAddresses(deps, nonce, context)] : [],
    noted: await auditEvent(deps, 'account_deletion_requested', leaving),
  })
  if (begun.length === 0) return { kind: 'stale_proof' }
  deliverLater(deps, [...notified, ...alsoNotified.flat()])
  if (graceMs > 0) return { kind: 'locked', dueAt }
  await deleteAccount(deps, caller.user.id, 'owner')
  return { kind: 'deleted' }
}

/** Also notifies the former address: an attacker who took the account over may have changed it first. */
function notifyFormerAddresses(deps: OutboxDeps, nonce: string, context: EmailContext) {
  const kind = 'account_deletion'
  const mail = {
    kind,
    recipients: formerAddress(nonce, deps.now),
    context: { ...context, change: nonce },
    idempotencyKey: newIdempotencyKey(deps, kind),
  } as const
  return insertEmails(deps.db, mail, deps.now)
}

/** Result of following the link of a deletion. */
export type ReturnOutcome = 'returned' | 'unknown_key'

/**
 * Undoes a deletion that is not due yet, for the user who can read the mail. The account is as it was, and stays
 * locked where an operator has deactivated it. Works once.
 */
export async function undoLeaving(deps: OutboxDeps, key: string): Promise<ReturnOutcome> {
  const nonce = await readUndoKey(deps, 'deletion', key)
  if (nonce === undefined) return 'unknown_key'
  const { db, now } = deps
  const { undone } = await batch(db, {
    noted: await auditEvent(deps, 'account_deletion_undone', returningUserId(nonce, now)),
    ...undoDeletion(db, nonce, now),
  })
  return undone.length > 0 ? 'returned' : 'unknown_key'
}

/** One run of the cron handler erases at most so many: each is a round trip. */
const MAX_ERASED = 50

/** Finishes deletions whose time has come; answers how many. */
export async function finishDeletions(deps: OutboxDeps): Promise<number> {
  const { db, now } = deps
  await dropStaleDeletions(db)
  const due = await selectDue(db, now, MAX_ERASED)
  let erased = 0
  for (const { userId } of due) {
    if ((await deleteAccount(deps, userId, 'owner')) === 'deleted') erased += 1
  }
  return erased
}
