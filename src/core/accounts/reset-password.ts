/** Setting a new password by a reset link. */
import { NO_USER_ID } from '../users/user.ts'
import {
  deleteSessions,
  endLogins,
  findResetAccounts,
  swappedUserId,
  swapPassword,
  type PasswordSwap,
} from './change-password.sql.ts'
import { dropWaysIn, evictStranger, unprovedUserId, verifyAddressOf } from './prove-address.sql.ts'
import { notifyOfEviction } from './eviction-notice.ts'
import { parseUuid } from '../users/public-id.ts'
import { auditEvent } from '../audit/audit.ts'
import { foldEmail } from '../users/email.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import type { BreachDeps } from '../passwords/breach-range.ts'
import { withHashing, type HashingDeps } from '../passwords/hash-queue.ts'
import { notification, revocationOf } from './change-password.ts'
import { newPasswordFaults } from '../passwords/new-password.ts'
import type { Fault } from '../faults.ts'
import { makePassword } from '../passwords/passwords.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import { decodeDjangoUid, decodeUid } from '../tokens/reset-token.ts'
import { whereLinkIsGood, type LinkedAccount } from './reset-link.ts'

/** Result of a link and new passwords, checked in this order. */
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
 * Sets a new password by link (dj-rest-auth: `PasswordResetConfirmSerializer`), links of Django without allauth
 * included: their uid is base64, their token knows no address rows. Two round trips: read what the token is bound
 * to, then compare and swap the hash, so that of two uses at once one succeeds.
 *
 * @throws HashingBusy where too many passwords wait to be hashed, before anything else
 */
export function confirmPasswordReset(
  deps: OutboxDeps & RateDeps & HashingDeps & BreachDeps,
  input: ResetInput,
): Promise<ResetOutcome> {
  return withHashing(deps, () => setPasswordByLink(deps, input))
}

async function setPasswordByLink(
  deps: OutboxDeps & RateDeps & HashingDeps & BreachDeps,
  input: ResetInput,
): Promise<ResetOutcome> {
  const { db } = deps
  const userId = decodeUid(input.uid)
  const djangoUserId = decodeDjangoUid(input.uid)
  const count = await countFor(deps, 'reset_password_from_key')
  // Another uid is guessed without asking who has it: it costs and answers the same.
  const ids = [userId, djangoUserId].map((id) => id ?? NO_USER_ID)
  const publicId = deps.settings.USER_PK === 'uuid' ? parseUuid(input.uid) : undefined
  const counted = await findResetAccounts(db, { ids, publicId }, count)
  if (counted.kind === 'throttled') return counted
  const named = counted.results.filter((candidate) => candidate.isActive)
  const own = publicId === undefined ? named.find(({ id }) => id === userId) : named[0]
  const djangos = publicId === undefined ? named.find(({ id }) => id === djangoUserId) : undefined
  const account =
    (await whereLinkIsGood(deps, { account: own, rows: own?.addresses }, input.token)) ??
    (await whereLinkIsGood(deps, { account: djangos, rows: undefined }, input.token))
  if (account === undefined) return { kind: own === undefined ? 'bad_uid' : 'bad_token' }
  const outcome = await setProvedPassword(deps, account, input)
  return outcome.kind === 'lost_race' ? { kind: 'bad_token' } : outcome
}

/** Result of setting a password; `lost_race`: someone else set one meanwhile. */
type SetOutcome =
  | Extract<ResetOutcome, { readonly kind: 'reset' | 'invalid' }>
  | { readonly kind: 'lost_race' }

/** Sets a new password of who has proved to read the account's mail, if it is valid. One round trip. */
export async function setProvedPassword(
  deps: OutboxDeps & RateDeps & HashingDeps & BreachDeps,
  account: LinkedAccount,
  input: Pick<ResetInput, 'newPassword1' | 'newPassword2'>,
): Promise<SetOutcome> {
  const { db, settings } = deps
  const faults = await newPasswordFaults(deps, {
    password1: input.newPassword1,
    password2: input.newPassword2,
    owner: account,
  })
  if (faults.length > 0) return { kind: 'invalid', faults }

  const newHash = await makePassword(deps, input.newPassword1)
  const swap = { userId: account.id, oldHash: account.passwordHash, newHash }
  const results = await db.batch([
    swapPassword(db, swap, { revokedBy: revocationOf(deps), condition: account.isStillTheirs }),
    notification(deps, swap, account),
    ...proofStatements(deps, account, swap),
    deleteSessions(db, swap, await sessionAuthHash(newHash, settings.SECRET_KEY)),
    ...(settings.policy.passwords.changeEndsLogins ? endLogins(db, swap, deps.now) : []),
    ...(await auditEvent(deps, 'password_reset', swappedUserId(swap))),
  ])
  if (results[0].length === 0) return { kind: 'lost_race' }
  deliverLater(deps, results)
  return { kind: 'reset' }
}

/**
 * The link proves the mailbox: the address is verified. Everything that was added to the account before any address of
 * it was verified is removed first (account pre-hijacking, Sudhodanan and Paverd 2022).
 */
function proofStatements(deps: OutboxDeps, account: LinkedAccount, swap: PasswordSwap) {
  const { db, settings, now } = deps
  const swapped = swappedUserId(swap)
  const unproved = unprovedUserId(swapped)
  return [
    notifyOfEviction(deps, unproved, account.proved ?? account.email),
    ...(settings.policy.passwords.resetVerifiesEmail
      ? evictStranger(db, unproved, now)
      : dropWaysIn(db, unproved)),
    ...(account.proved === undefined || !settings.policy.passwords.resetVerifiesEmail
      ? []
      : verifyAddressOf(db, {
          userId: swapped,
          email: account.proved,
          emailFolded: foldEmail(account.proved),
          isUnique: settings.ACCOUNT_UNIQUE_EMAIL,
        })),
  ] as const
}
