import {
  deleteSessions,
  endLogins,
  findResetAccounts,
  resetRecipients,
  swappedUserId,
  swapPassword,
  type ResetAccount,
} from './change-password.sql.ts'
import { insertEmailsFor, type EmailContext } from '../mail/outbox.sql.ts'
import { batchCounted, wasCounted } from '../limits/throttle.sql.ts'
import { auditEvent } from '../audit/audit.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { deliverLater, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { withHashing, type HashingDeps } from '../passwords/hash-queue.ts'
import { notification, revocationOf } from './change-password.ts'
import { newPasswordFaults } from '../passwords/new-password.ts'
import type { Fault } from '../faults.ts'
import { makePassword } from '../passwords/passwords.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import { decodeDjangoUid, decodeUid, isResetTokenGood } from '../tokens/reset-token.ts'

/**
 * Mails reset links to the accounts that have an address (dj-rest-auth: `PasswordResetSerializer`, with
 * allauth's `filter_users_by_email`). One round trip for known and unknown alike; the link goes to the
 * address as the account has it, never as it was typed.
 */
export async function requestPasswordReset(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<ResetRequestOutcome> {
  const folded = foldEmail(email)
  const count = await countFor(deps, 'reset_password', { key: folded })
  const recipients = resetRecipients(
    folded,
    deps.settings.FOLD_STORED_EMAILS ? undefined : lowerEmail(email),
  )
  const counted = await batchCounted(deps.db, count, [
    insertEmailsFor(
      deps.db,
      {
        kind: 'password_reset',
        recipients,
        condition: wasCounted(count),
        context,
        idempotencyKey: newIdempotencyKey(deps, 'password_reset'),
      },
      deps.now,
    ),
  ])
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results[0])
  return { kind: 'requested' }
}

/** What asking for a link came to; `requested` says nothing about who exists. */
export type ResetRequestOutcome = { readonly kind: 'requested' } | Throttled

/** Ids count from 1. */
const NOBODYS_ID = 0

/** What a link and new passwords came to, checked in this order. */
export type ResetOutcome =
  | { readonly kind: 'reset' }
  | { readonly kind: 'bad_uid' }
  | { readonly kind: 'bad_token' }
  | {
      readonly kind: 'invalid'
      readonly faults: readonly Fault<'new_password1' | 'new_password2'>[]
    }
  | Throttled

/** What the client sent. */
export type ResetInput = {
  readonly uid: string
  readonly token: string
  readonly newPassword1: string
  readonly newPassword2: string
}

/**
 * Sets a new password by link (dj-rest-auth: `PasswordResetConfirmSerializer`), a link of Django's without
 * allauth among them: its uid is base64, its token knows no address rows. Two round trips: read what
 * the token is bound to, then compare and swap the hash, so that two uses at once change it once.
 *
 * @throws HashingBusy where too many passwords wait to be hashed, before anything else
 */
export function confirmPasswordReset(
  deps: OutboxDeps & RateDeps & HashingDeps,
  input: ResetInput,
): Promise<ResetOutcome> {
  return withHashing(deps, () => setPasswordByLink(deps, input))
}

async function setPasswordByLink(
  deps: OutboxDeps & RateDeps & HashingDeps,
  input: ResetInput,
): Promise<ResetOutcome> {
  const { db, settings } = deps
  const userId = decodeUid(input.uid)
  const djangoUserId = decodeDjangoUid(input.uid)
  const count = await countFor(deps, 'reset_password_from_key')
  // Another uid is guessed without asking who has it: it costs and answers the same.
  const ids = [userId, djangoUserId].map((id) => id ?? NOBODYS_ID)
  const counted = await findResetAccounts(db, ids, count)
  if (counted.kind === 'throttled') return counted
  const named = counted.results.filter((candidate) => candidate.isActive)
  const own = named.find(({ id }) => id === userId)
  const djangos = named.find(({ id }) => id === djangoUserId)
  const account =
    (await whereLinkIsGood(deps, own, input.token, own?.addresses)) ??
    (await whereLinkIsGood(deps, djangos, input.token, undefined))
  if (account === undefined) return { kind: own === undefined ? 'bad_uid' : 'bad_token' }
  const faults = await newPasswordFaults(
    { password1: input.newPassword1, password2: input.newPassword2, owner: account },
    settings.AUTH_PASSWORD_VALIDATORS,
  )
  if (faults.length > 0) return { kind: 'invalid', faults }

  const newHash = await makePassword(deps, input.newPassword1)
  const swap = { userId: account.id, oldHash: account.passwordHash, newHash }
  const [rows, emails] = await db.batch([
    swapPassword(db, swap, revocationOf(deps)),
    notification(deps, swap, account),
    deleteSessions(db, swap, await sessionAuthHash(newHash, settings.SECRET_KEY)),
    ...(settings.REVOKE_TOKENS_ON_PASSWORD_CHANGE ? endLogins(db, swap, deps.now) : []),
    ...(await auditEvent(deps, 'password_reset', swappedUserId(swap))),
  ])
  if (rows.length === 0) return { kind: 'bad_token' }
  deliverLater(deps, emails)
  return { kind: 'reset' }
}

/** The account, where the token was made for it and these address rows. */
async function whereLinkIsGood(
  deps: OutboxDeps,
  account: ResetAccount | undefined,
  token: string,
  addresses: ResetAccount['addresses'] | undefined,
): Promise<ResetAccount | undefined> {
  if (account === undefined) return undefined
  const { settings } = deps
  const isGood = await isResetTokenGood(
    { ...account, addresses: addresses?.map(({ email }) => email) },
    token,
    [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS],
    settings.PASSWORD_RESET_TIMEOUT,
    deps.now,
  )
  return isGood ? account : undefined
}
