import { sha256Hex } from '../../crypto.ts'
import {
  deleteSessions,
  endLogins,
  hasSession,
  swappedUserId,
  swapPassword,
  type PasswordSwap,
} from './change-password.sql.ts'
import { batchCounted, countRequest, wasCounted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { auditEvent } from '../audit/audit.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import { newAnonymousSession } from '../tokens/session.ts'
import { prepareSignIn, type PreparedSignIn } from '../sign-in/complete.ts'
import type { CredentialDeps, Credentials, Wanted } from '../sign-in/credentials.ts'
import type { Proof } from '../sign-in/proof.sql.ts'
import { NOBODY } from '../tokens/credentials.sql.ts'
import { clientLanguage, deliverLater, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { passwordErrors } from '../passwords/password-rules.ts'
import { withHashing, type HashingDeps } from '../passwords/hash-queue.ts'
import { makePassword, verifyPassword } from '../passwords/passwords.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import type { UserWithPassword } from '../users/user.ts'

/** What a change came to. */
export type PasswordChangeOutcome =
  /** `credentials`: those by which the caller goes on. */
  | { readonly kind: 'changed'; readonly credentials: Credentials }
  /** Somebody else changed the password, or deactivated the account, meanwhile. */
  | { readonly kind: 'outdated' }
  | Throttled

/** Whether a password is the account's. */
export async function isPasswordRight(
  deps: HashingDeps,
  user: UserWithPassword,
  password: string,
): Promise<boolean> {
  const outcome = await withHashing(deps, () => verifyPassword(deps, password, user.passwordHash))
  return outcome.kind === 'correct'
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
  deps: RateDeps & HashingDeps & Pick<Deps, 'db'>,
  user: UserWithPassword,
  goodPassword: string | undefined,
): Promise<Throttled | undefined> {
  if (goodPassword !== undefined) await withHashing(deps, () => makePassword(deps, goodPassword))
  const count = await countFor(deps, 'change_password', { userId: user.id })
  const waitSeconds = count === undefined ? undefined : await countRequest(deps.db, count)
  return waitSeconds === undefined ? undefined : { kind: 'throttled', waitSeconds }
}

/** A new password, and by what the caller is signed in. */
export type PasswordChange = {
  readonly user: UserWithPassword
  readonly password: string
  readonly sessionKey: string | undefined
  /** Whether the caller came by a JWT, which the change revokes. */
  readonly isByJwt: boolean
  /** Only the owner's own tries are counted. */
  readonly by: 'owner' | 'operator'
}

/**
 * Replaces the caller's password (dj-rest-auth: `PasswordChangeSerializer.save`). One round trip: the hash
 * is compared and swapped, and what hangs on the old one ends in the same batch. The caller goes on by new
 * credentials, unless the setting says otherwise.
 */
export async function changePassword(
  deps: OutboxDeps & RateDeps & CredentialDeps,
  change: PasswordChange,
): Promise<PasswordChangeOutcome> {
  const { db, settings } = deps
  const { user } = change
  const newHash = await withHashing(deps, () => makePassword(deps, change.password))
  const swap = { userId: user.id, oldHash: user.passwordHash, newHash }
  const count =
    change.by === 'operator'
      ? undefined
      : await countFor(deps, 'change_password', { userId: user.id })
  const next = await nextCredentials(deps, change, newHash)
  const counted = await batchCounted(db, count, [
    swapPassword(db, swap, revocationOf(deps), wasCounted(count)),
    notification(deps, swap, user),
    ...(settings.REVOKE_TOKENS_ON_PASSWORD_CHANGE ? endLogins(db, swap, deps.now) : []),
    ...next.flatMap(({ statements }) => statements),
    deleteSessions(db, swap, await sessionAuthHash(newHash, settings.SECRET_KEY)),
    ...(await auditEvent(deps, 'password_changed', swappedUserId(swap))),
  ])
  if (counted.kind === 'throttled') return counted
  const [[row], emails] = counted.results
  if (row === undefined) return { kind: 'outdated' }
  deliverLater(deps, emails)
  const changed = { ...user, passwordHash: newHash, tokensRevokedAt: row.tokensRevokedAt }
  let credentials: Credentials = {}
  for (const prepared of next) {
    const issued = await prepared.issue(counted.results, changed)
    if (issued.kind === 'issued') credentials = { ...credentials, ...issued.credentials }
  }
  const isLoggedOut = settings.LOGOUT_ON_PASSWORD_CHANGE
  const hasNewSession = change.sessionKey !== undefined || settings.PASSWORD_CHANGE_CYCLES_SESSION
  if (credentials.sessionKey === undefined && !isLoggedOut && hasNewSession) {
    credentials = { ...credentials, sessionKey: await newAnonymousSession(deps) }
  }
  return { kind: 'changed', credentials }
}

/** Since when the tokens of an account whose password changes are revoked, where they are. */
export function revocationOf({ settings, now }: Pick<Deps, 'settings' | 'now'>): Date | undefined {
  return settings.REVOKE_TOKENS_ON_PASSWORD_CHANGE ? now : undefined
}

/**
 * By what the caller goes on: a session of their own under a new key (Django: `update_session_auth_hash`), and
 * a JWT pair for the one that the change revokes.
 */
async function nextCredentials(
  deps: CredentialDeps,
  { user, sessionKey, isByJwt }: PasswordChange,
  newHash: string,
): Promise<readonly PreparedSignIn[]> {
  const { settings } = deps
  if (settings.LOGOUT_ON_PASSWORD_CHANGE) return []
  const proof: Proof = {
    how: 'caller',
    userId: user.id,
    isActive: user.isActive,
    passwordHash: newHash,
    tokensRevokedAt: undefined,
  }
  const prepare = async (wanted: Partial<Wanted>, condition?: Proof['condition']) => {
    const prepared = await prepareSignIn(deps, {
      proof: { ...proof, ...(condition === undefined ? {} : { condition }) },
      wanted: { key: false, jwt: false, session: false, ...wanted },
      email: 'not_asked',
    })
    return prepared.kind === 'prepared' ? [prepared] : []
  }
  return [
    ...(isByJwt && settings.REVOKE_TOKENS_ON_PASSWORD_CHANGE ? await prepare({ jwt: true }) : []),
    ...(sessionKey === undefined
      ? []
      : await prepare({ session: true }, hasSession(await sha256Hex(sessionKey)))),
  ]
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
