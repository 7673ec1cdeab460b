/**
 * Renewing the proof of presence (step-up) by password, code, mailed code or passkey, under the rate limits of a
 * login.
 */
import { sql, type SQL } from 'drizzle-orm'
import { encodeBase64Url } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { auditEvent } from '../audit/audit.ts'
import { countFor, type Throttled } from '../limits/rate-limits.ts'
import { batchCounted, countRequest, wasCounted } from '../limits/throttle.sql.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { withHashing } from '../passwords/hash-queue.ts'
import { PASSWORD_MAX_LENGTH } from '../passwords/new-password.ts'
import { verifyPassword } from '../passwords/passwords.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import { proofOfCaller, provedUserId } from '../tokens/proof.sql.ts'
import {
  expiryOf,
  keptUntil,
  reauthenticationFlows,
  type StatedCaller,
} from '../tokens/recent-proof.ts'
import { credentialName, recordProof } from '../tokens/recent-proof.sql.ts'
import { isWayIn } from '../users/addresses.sql.ts'
import { foldEmail } from '../users/email.ts'
import { countCodeGuess, forgetGuesses, isCodeRight, openCodeHandle } from './code-handle.ts'
import { countGuess, forgetFailures } from './failures.ts'
import { factorNotice } from './notices.ts'
import {
  readAssertion,
  spendAssertion,
  type GivenAssertion,
  type UnprovedPasskey,
} from './passkey-assertion.ts'
import { judgeCode, spendCode, type UsedCode } from './second-step.ts'
import { isSpentBy, spendToken } from './spent-tokens.sql.ts'
import { refuseCode, type FactorDeps } from './totp-activation.ts'
import { isLastCode, type TotpDevice } from './totp.sql.ts'
import type { RelyingParty } from './webauthn/relying-party.ts'

type ReauthenticationDeps = FactorDeps & Pick<Deps, 'elapsedMs'>

/** Proved again, and how long that lasts. */
type Proved = { readonly kind: 'proved'; readonly until: Date }

/** The account cannot be proved that way: see `reauthenticationFlows`. */
type NotOffered = { readonly kind: 'not_offered' }

/** Result of proving again by the password. */
export type PasswordProofOutcome =
  | Proved
  | NotOffered
  | { readonly kind: 'bad_password' }
  | Throttled

/**
 * Proves again by the password (allauth: `ReauthenticateForm`). Two round trips with the caller's own; every try is
 * counted, whether it was right or wrong, so that a stolen token finds out no password.
 */
export async function reauthenticateByPassword(
  deps: ReauthenticationDeps,
  caller: StatedCaller,
  password: string,
): Promise<PasswordProofOutcome> {
  if (!offers(deps, caller, 'reauthenticate')) return { kind: 'not_offered' }
  const { user } = caller
  const isShort = Array.from(password).length <= PASSWORD_MAX_LENGTH
  const judged = await withHashing(deps, () =>
    verifyPassword(deps, isShort ? password : '', user.passwordHash),
  )
  const count = await countFor(deps, 'reauthenticate', { userId: user.id })
  if (judged.kind === 'wrong' || !isShort) {
    const waitSeconds = count === undefined ? undefined : await countRequest(deps.db, count)
    if (waitSeconds !== undefined) return { kind: 'throttled', waitSeconds }
    deps.deferWrites(auditEvent(deps, 'reauthentication_failed', user.id))
    return { kind: 'bad_password' }
  }
  const isCounted = wasCounted(count)
  const isProved = sql`${provedUserId(proofOfCaller(caller))} is not null`
  const owner = sql`(select ${user.id} where ${isCounted} and ${isProved})`
  const counted = await batchCounted(deps.db, count, [
    record(deps, caller, { how: 'password', condition: isCounted }),
    ...(await auditEvent(deps, 'reauthenticated', owner)),
  ])
  if (counted.kind === 'throttled') return counted
  return counted.results[0].length > 0 ? provedOutcome(deps) : { kind: 'bad_password' }
}

/** Result of proving again by a code. */
export type CodeProofOutcome = Proved | NotOffered | { readonly kind: 'bad_code' } | Throttled

/**
 * Proves again by a one-time code or a recovery code, which is used up. Two round trips with the caller's own; wrong
 * ones count with those of every other route.
 */
export async function reauthenticateByCode(
  deps: ReauthenticationDeps,
  caller: StatedCaller,
  { device, code }: { readonly device: TotpDevice | undefined; readonly code: string },
): Promise<CodeProofOutcome> {
  if (device === undefined) return { kind: 'not_offered' }
  const used = await judgeCode(deps, device, code)
  return used === undefined
    ? refuseCode(deps, caller.user.id)
    : useCode(deps, caller, { device, used })
}

/** Uses up the code, and renews the proof, in one batch. */
async function useCode(
  deps: ReauthenticationDeps,
  caller: StatedCaller,
  { device, used }: { readonly device: TotpDevice; readonly used: UsedCode },
): Promise<CodeProofOutcome> {
  const { db, now } = deps
  const { user } = caller
  const count = countGuess(deps, user.id)
  const claim = {
    id: `reauthenticate:${encodeBase64Url(deps.randomBytes(ID_BYTES))}`,
    spentBy: encodeBase64Url(deps.randomBytes(ID_BYTES)),
    expiresAt: now,
  }
  const isOurs = isSpentBy(claim)
  const condition = sql`${wasCounted(count)} and ${provedUserId(proofOfCaller(caller))} is not null`
  const login = { userId: user.id, deviceId: device.id }
  const [spend, ...use] = spendCode(db, { claim, login }, { used, now, condition })
  const owner = sql`(select ${user.id} where ${isOurs})`
  const isRecovery = used.kind === 'recovery_code'
  const loser = sql`(select ${user.id} where ${isOurs} and ${isLastCode(user.id)})`
  const counted = await batchCounted(db, count, [
    spend,
    factorNotice(deps, 'recovery_codes_used_up', { user, owner: isRecovery ? loser : NO_USER }),
    ...use,
    record(deps, caller, { how: used.kind, condition: isOurs }),
    forgetFailures(db, user.id, isOurs),
    ...(await auditEvent(deps, 'reauthenticated', owner)),
    ...(isRecovery ? await auditEvent(deps, 'recovery_code_used', owner) : []),
  ])
  if (counted.kind === 'throttled') return counted
  const [spent, emails] = counted.results
  if (spent.length === 0) return { kind: 'bad_code' }
  deliverLater(deps, emails)
  return provedOutcome(deps)
}

const ID_BYTES = 12

/** Result of proving again by a mailed code. */
export type MailedProofOutcome =
  | Proved
  | NotOffered
  | { readonly kind: 'bad_handle' | 'bad_code' }
  | Throttled

/** Proves again by a code of `login/code/request/`. Two round trips with the caller's own. */
export async function reauthenticateByMailedCode(
  deps: ReauthenticationDeps,
  caller: StatedCaller,
  given: { readonly handle: string; readonly code: string },
): Promise<MailedProofOutcome> {
  if (!offers(deps, caller, 'login_by_code')) return { kind: 'not_offered' }
  const opened = await openCodeHandle(deps, 'login-code', given.handle)
  if (opened === undefined) return { kind: 'bad_handle' }
  const { user } = caller
  const { handle, claim } = opened
  const count = await countCodeGuess(deps, opened)
  const passwordHash = handle.userId === user.id ? user.passwordHash : undefined
  const isRight = await isCodeRight(deps.settings, handle, { code: given.code, passwordHash })
  const isProved = sql`${provedUserId(proofOfCaller(caller))} is not null and ${isRight ? 1 : 0}
    and ${isWayIn(user.id, foldEmail(handle.email))}`
  const isOurs = isSpentBy(claim)
  const owner = sql`(select ${user.id} where ${isOurs})`
  const counted = await batchCounted(deps.db, count, [
    spendToken(deps.db, claim, sql`${wasCounted(count)} and ${isProved}`),
    record(deps, caller, { how: 'emailed_code', condition: isOurs }),
    ...(await forgetGuesses(deps, opened, isOurs)),
    ...(await auditEvent(deps, 'reauthenticated', owner)),
  ])
  if (counted.kind === 'throttled') return counted
  if (counted.results[0].length > 0) return provedOutcome(deps)
  deps.deferWrites(auditEvent(deps, 'reauthentication_failed', user.id))
  return { kind: 'bad_code' }
}

/** Result of proving again by a passkey. */
export type PasskeyProofOutcome = Proved | UnprovedPasskey

/**
 * Proves again by a passkey of the caller's. Three round trips with the caller's own. Where the account has an
 * authenticator app, the passkey must have verified its user, as it must for logging in.
 */
export async function reauthenticateByPasskey(
  deps: ReauthenticationDeps,
  caller: StatedCaller,
  { party, given }: { readonly party: RelyingParty; readonly given: GivenAssertion },
): Promise<PasskeyProofOutcome> {
  const read = await readAssertion(deps, party, given)
  if (read.kind !== 'proved') return read
  const { account, assertion, claim } = read
  if (account.id !== caller.user.id) return { kind: 'unknown_credential' }
  const needsUser = deps.settings.MFA_ENABLED && account.deviceId !== null
  if (needsUser && !assertion.isUserVerified) return { kind: 'verification_failed' }
  const isProved = sql`${provedUserId(proofOfCaller(caller))} is not null`
  const owner = sql`(select ${account.id} where ${isSpentBy(claim)})`
  const [before, spent] = await deps.db.batch([
    ...spendAssertion(deps, read, isProved),
    record(deps, caller, { how: 'passkey', condition: isSpentBy(claim) }),
    ...(await auditEvent(deps, 'reauthenticated', owner)),
  ])
  if (before[0]?.isSpent === 1) return { kind: 'challenge_expired' }
  return spent.length > 0 ? provedOutcome(deps) : { kind: 'verification_failed' }
}

/** Whether the account can give this kind of proof. */
function offers(
  deps: Pick<Deps, 'settings' | 'now'>,
  caller: StatedCaller,
  id: 'reauthenticate' | 'login_by_code',
): boolean {
  return reauthenticationFlows(deps, caller).some((flow) => flow.id === id)
}

/** Records the proof for the caller's own credential, whose every use is as good from now on. */
function record(
  deps: ReauthenticationDeps,
  caller: StatedCaller,
  { how, condition }: { readonly how: string; readonly condition: SQL },
) {
  const names = [credentialName(caller.credential)]
  const times = { provedAt: deps.now, expiresAt: keptUntil(deps) }
  return recordProof(deps.db, proofOfCaller(caller), { names, how, ...times, condition })
}

function provedOutcome(deps: Pick<Deps, 'settings' | 'now'>): Proved {
  return { kind: 'proved', until: expiryOf(deps) }
}
