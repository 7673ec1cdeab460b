import { sha256Hex } from '../../crypto.ts'
import {
  cycleSession,
  deleteSessions,
  revokeTokens,
  swappedUserId,
  swapPassword,
  type PasswordSwap,
} from './change-password.sql.ts'
import { batchCounted, countRequest, wasCounted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { auditEvent } from '../audit/audit.ts'
import { newAnonymousSession, newSession } from '../tokens/session.ts'
import { NOBODY } from '../tokens/credentials.sql.ts'
import { clientLanguage, deliverLater, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { passwordErrors } from '../passwords/password-rules.ts'
import { makePassword, verifyPassword } from '../passwords/passwords.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import type { UserWithPassword } from '../users/user.ts'

/** What a change came to. */
export type PasswordChangeOutcome =
  /** `sessionKey`: the caller's session goes on under this one. */
  | { readonly kind: 'changed'; readonly sessionKey: string | undefined }
  /** Somebody else changed the password, or deactivated the account, meanwhile. */
  | { readonly kind: 'outdated' }
  | Throttled

/** Whether a password is the account's. */
export async function isPasswordRight(
  deps: Pick<Deps, 'settings'>,
  user: UserWithPassword,
  password: string,
): Promise<boolean> {
  return (await verifyPassword(deps, password, user.passwordHash)).kind === 'correct'
}

/** What is wrong with a new password for this user. */
export async function newPasswordErrors(
  settings: Deps['settings'],
  user: UserWithPassword,
  password: string,
): Promise<readonly string[]> {
  return passwordErrors(password, user, settings.AUTH_PASSWORD_VALIDATORS)
}

/**
 * Counts a try that is refused by an answer which tells whether the old password was right. A try with a
 * good new password hashes it all the same, so that a throttled one takes as long either way.
 */
export async function countRefusedChange(
  deps: RateDeps & Pick<Deps, 'db'>,
  user: UserWithPassword,
  goodPassword: string | undefined,
): Promise<Throttled | undefined> {
  if (goodPassword !== undefined) await makePassword(deps, goodPassword)
  const count = await countFor(deps, 'change_password', { userId: user.id })
  const waitSeconds = count === undefined ? undefined : await countRequest(deps.db, count)
  return waitSeconds === undefined ? undefined : { kind: 'throttled', waitSeconds }
}

/**
 * Replaces the caller's password (dj-rest-auth: `PasswordChangeSerializer.save`). One round trip: the hash
 * is compared and swapped, and what hangs on the old one ends in the same batch.
 */
export async function changePassword(
  deps: OutboxDeps & RateDeps,
  user: UserWithPassword,
  password: string,
  sessionKey: string | undefined,
): Promise<PasswordChangeOutcome> {
  const { db, settings } = deps
  const newHash = await makePassword(deps, password)
  const swap = { userId: user.id, oldHash: user.passwordHash, newHash }
  const isLoggedOut = settings.LOGOUT_ON_PASSWORD_CHANGE
  const goesOn = !isLoggedOut && sessionKey !== undefined
  const next = goesOn ? await newSession(deps, newHash) : undefined
  const count = await countFor(deps, 'change_password', { userId: user.id })
  const counted = await batchCounted(db, count, [
    swapPassword(db, swap, wasCounted(count)),
    notification(deps, swap, user),
    ...(goesOn && next !== undefined
      ? [cycleSession(db, swap, await sha256Hex(sessionKey), next.stored)]
      : []),
    deleteSessions(db, swap, goesOn ? next?.stored.keyHash : undefined),
    ...(settings.REVOKE_TOKENS_ON_PASSWORD_CHANGE ? revokeTokens(db, swap, deps.now) : []),
    ...(await auditEvent(deps, 'password_changed', swappedUserId(swap))),
  ])
  if (counted.kind === 'throttled') return counted
  const [rows, emails] = counted.results
  if (rows.length === 0) return { kind: 'outdated' }
  deliverLater(deps, emails)
  if (next !== undefined) return { kind: 'changed', sessionKey: next.key }
  const cycles = !isLoggedOut && settings.PASSWORD_CHANGE_CYCLES_SESSION
  return { kind: 'changed', sessionKey: cycles ? await newAnonymousSession(deps) : undefined }
}

/** Tells the owner, where `ACCOUNT_EMAIL_NOTIFICATIONS` is on and there is an address. */
export function notification(
  deps: OutboxDeps,
  swap: PasswordSwap,
  user: { readonly email: string },
) {
  const isTold = deps.settings.ACCOUNT_EMAIL_NOTIFICATIONS && user.email !== ''
  return queueEmail(
    deps,
    'password_changed',
    { userId: isTold ? swappedUserId(swap) : NOBODY, address: user.email },
    { origin: '', language: clientLanguage(deps) },
  )
}
