/**
 * Changing the caller's own password: the checks, what counts as a guess at the old one, which logins end, who is
 * notified.
 */
import { sql, type SQL } from 'drizzle-orm'
import { sha256Hex } from '../../crypto.ts'
import {
  deleteSessions,
  endLogins,
  hasSession,
  swappedUserId,
  swapPassword,
  type PasswordSwap,
} from './change-password.sql.ts'
import type { Count } from '../limits/count.ts'
import { batchCounted, countRequest, wasCounted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { depsOfLogin } from '../../settings/remember.ts'
import { auditEvent } from '../audit/audit.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import { isLastingKey } from '../tokens/lasting-key.ts'
import { newAnonymousSession } from '../tokens/session.ts'
import { prepareSignIn } from '../sign-in/complete.ts'
import type { PreparedSignIn } from '../sign-in/sign-in.ts'
import type { CredentialDeps, Credentials, Wanted } from '../sign-in/credentials.ts'
import { provedUserId, type Proof } from '../tokens/proof.sql.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import { clientLanguage, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import type { BreachDeps } from '../passwords/breach-range.ts'
import { withHashing, type HashingDeps } from '../passwords/hash-queue.ts'
import { newPasswordFaults, PASSWORD_MAX_LENGTH } from '../passwords/new-password.ts'
import { makePassword, verifyPassword } from '../passwords/passwords.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import type { Fault } from '../faults.ts'
import type { UserWithPassword } from '../users/user.ts'
import { notifiesOfEveryChange } from '../../settings/notices.ts'

/** Result of a change. */
export type PasswordChangeOutcome =
  /** `credentials`: those with which the caller continues. */
  | { readonly kind: 'changed'; readonly credentials: Credentials }
  /** Someone else changed the password, or deactivated the account, meanwhile. */
  | { readonly kind: 'outdated' }
  | { readonly kind: 'invalid'; readonly faults: readonly PasswordFault[] }
  | Throttled

/** What may be wrong with what the caller typed. */
export type PasswordFault = Fault<'old_password' | 'new_password1' | 'new_password2'>

/** What the client sent, and how it is authenticated. */
export type PasswordChangeInput = Omit<PasswordChange, 'password' | 'by'> & {
  /** Absent where `OLD_PASSWORD_FIELD_ENABLED` is off. */
  readonly oldPassword: string | undefined
  readonly newPassword1: string
  readonly newPassword2: string
}

/**
 * Changes the caller's password (dj-rest-auth: `PasswordChangeSerializer`). Where the old password is required,
 * every refusal reveals whether it was right, and so counts as a guess: otherwise a stolen session could be used to
 * find it.
 *
 * @throws HashingBusy, BreachCheckDown
 */
export async function changePassword(
  deps: OutboxDeps & RateDeps & CredentialDeps & HashingDeps & BreachDeps,
  input: PasswordChangeInput,
): Promise<PasswordChangeOutcome> {
  const { user, newPassword1, newPassword2 } = input
  const old = await oldPasswordFaults(deps, user, input.oldPassword)
  // Hash whether or not the old password is right: a throttled attempt must take as long (timing side channel).
  const fresh = await newPasswordFaults(deps, {
    password1: newPassword1,
    password2: newPassword2,
    owner: user,
  })
  if (old.length + fresh.length === 0) {
    return replacePassword(deps, { ...input, password: newPassword1, by: 'owner' })
  }
  const refused = await countGuess(deps, user, fresh.length === 0 ? newPassword1 : undefined)
  return refused ?? { kind: 'invalid', faults: old.length > 0 ? old : fresh }
}

/** Checks the old password alone, where the rest of the input cannot be checked: that answer reveals it, too. */
export async function judgeOldPassword(
  deps: RateDeps & HashingDeps & Pick<Deps, 'db' | 'settings'>,
  user: UserWithPassword,
  oldPassword: string | undefined,
): Promise<{ readonly kind: 'judged'; readonly faults: readonly PasswordFault[] } | Throttled> {
  const { OLD_PASSWORD_FIELD_ENABLED } = deps.settings
  const isAsked = OLD_PASSWORD_FIELD_ENABLED && oldPassword !== undefined
  const faults = isAsked ? await oldPasswordFaults(deps, user, oldPassword) : []
  return (await countGuess(deps, user, undefined)) ?? { kind: 'judged', faults }
}

async function oldPasswordFaults(
  deps: HashingDeps & Pick<Deps, 'settings'>,
  user: UserWithPassword,
  oldPassword: string | undefined,
): Promise<readonly PasswordFault[]> {
  if (!deps.settings.OLD_PASSWORD_FIELD_ENABLED) return []
  const isShort = oldPassword !== undefined && Array.from(oldPassword).length <= PASSWORD_MAX_LENGTH
  if (!isShort) return WRONG_OLD
  const verdict = await withHashing(deps, () =>
    verifyPassword(deps, oldPassword, user.passwordHash),
  )
  return verdict.kind === 'correct' ? [] : WRONG_OLD
}

const WRONG_OLD: readonly PasswordFault[] = [{ field: 'old_password', code: 'old_password_wrong' }]

/**
 * Counts an attempt whose answer reveals whether the old password was right. An attempt with a valid new password
 * hashes it all the same, so that a throttled one takes as long (timing side channel).
 */
async function countGuess(
  deps: RateDeps & HashingDeps & Pick<Deps, 'db'>,
  user: UserWithPassword,
  goodPassword: string | undefined,
): Promise<Throttled | undefined> {
  if (!deps.settings.OLD_PASSWORD_FIELD_ENABLED) return undefined
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
  /** Whether that outlives the browser; absent: it does. */
  readonly isRemembered?: boolean
  /** What must still hold of the caller when the password is swapped. */
  readonly proof?: Proof | undefined
  /** Only the owner's own tries are counted. */
  readonly by: 'owner' | 'operator'
}

/**
 * Replaces a password that is acceptable (dj-rest-auth: `PasswordChangeSerializer.save`). One round trip: the hash
 * is compared and swapped, and credentials that depend on the old one end in the same batch. The caller gets new
 * ones, unless the setting says otherwise.
 */
export async function replacePassword(
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
    swapPassword(db, swap, { revokedBy: revocationOf(deps), condition: mayChange(change, count) }),
    notification(deps, swap, user),
    ...(settings.policy.passwords.changeEndsLogins ? endLogins(db, swap, deps.now) : []),
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
  const hasNewSession =
    change.sessionKey !== undefined || settings.policy.passwords.changeCyclesSession
  if (credentials.sessionKey === undefined && !isLoggedOut && hasNewSession) {
    credentials = { ...credentials, sessionKey: await newAnonymousSession(deps) }
  }
  return { kind: 'changed', credentials }
}

function mayChange({ proof }: PasswordChange, count: Count | undefined): SQL {
  const isCounted = wasCounted(count)
  return proof === undefined ? isCounted : sql`${isCounted} and ${provedUserId(proof)} is not null`
}

/** Since when the tokens of an account whose password changes are revoked, where they are. */
export function revocationOf({ settings, now }: Pick<Deps, 'settings' | 'now'>): Date | undefined {
  return settings.policy.passwords.changeEndsLogins ? now : undefined
}

/**
 * The credentials with which the caller continues: their session under a new key (Django:
 * `update_session_auth_hash`), and a JWT pair for the one that the change revokes.
 */
async function nextCredentials(
  deps: CredentialDeps,
  { user, sessionKey, isByJwt, isRemembered = true }: PasswordChange,
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
    const isLasting = sessionKey === undefined ? isRemembered : isLastingKey(sessionKey)
    const prepared = await prepareSignIn(depsOfLogin(deps, isLasting), {
      proof: { ...proof, ...(condition === undefined ? {} : { condition }) },
      wanted: { key: false, jwt: false, session: false, ...wanted },
      email: 'not_asked',
      missingFactor: null,
    })
    return prepared.kind === 'prepared' ? [prepared] : []
  }
  return [
    ...(isByJwt && settings.policy.passwords.changeEndsLogins ? await prepare({ jwt: true }) : []),
    ...(sessionKey === undefined
      ? []
      : await prepare({ session: true }, hasSession(await sha256Hex(sessionKey)))),
  ]
}

/** Notifies the owner, where `ACCOUNT_EMAIL_NOTIFICATIONS` is on and there is an address. */
export function notification(
  deps: OutboxDeps,
  swap: PasswordSwap,
  user: { readonly email: string },
) {
  const isNotified = notifiesOfEveryChange(deps.settings) && user.email !== ''
  return queueEmail(deps, 'password_changed', {
    userId: isNotified ? swappedUserId(swap) : NO_USER,
    address: user.email,
    context: { origin: '', language: clientLanguage(deps) },
  })
}
