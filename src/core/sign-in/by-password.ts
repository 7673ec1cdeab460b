/** The password login: which account is meant, rate limits, the hash, and what may be revealed to whom. */
import { findLoginCandidate, namedAccount, type NamedCandidate } from './by-password.sql.ts'
import { completeSignIn } from './complete.ts'
import type { SignInOutcome } from './sign-in.ts'
import type { CredentialDeps } from './credentials.ts'
import { storedKeyOf } from './issued-token.ts'
import { sessionFate, sessionOf } from './request-session.ts'
import { proofOf } from '../tokens/proof.sql.ts'
import { noteLogin } from '../audit/audit.ts'
import { foldEmail } from '../users/email.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import { readDeviceToken } from '../limits/known-device.ts'
import { countLogin, type Throttled } from '../limits/rate-limits.ts'
import { withHashing } from '../passwords/hash-queue.ts'
import { makePassword, verifyPassword } from '../passwords/passwords.ts'
import { hidesAddresses, type NameSettings } from '../users/username-address.ts'
import { loadSignIn } from './load-sign-in.ts'
import {
  loginFaults,
  typedName,
  typedText,
  type LoginFault,
  type LoginInput,
  type TypedName,
} from './login-input.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * Outcomes that are revealed only to a caller with the right password; everything else looks like wrong credentials.
 */
const TOLD = [
  'issued',
  'email_unverified',
  'second_factor_required',
  'mailed_step_required',
  'no_mailbox',
  'throttled',
] as const
type ToldKind = (typeof TOLD)[number]

function isDisclosed<Outcome extends { readonly kind: string }>(
  outcome: Outcome,
): outcome is Extract<Outcome, { readonly kind: ToldKind }> {
  return TOLD.some((kind) => kind === outcome.kind)
}

/** Result of a login. */
export type LoginOutcome =
  | Extract<SignInOutcome, { readonly kind: ToldKind }>
  | { readonly kind: 'bad_credentials' }
  | { readonly kind: 'invalid'; readonly faults: readonly LoginFault[] }
  | Throttled

/**
 * Logs in by name or address and password (dj-rest-auth: `LoginSerializer.validate`, Django's `ModelBackend` and
 * allauth's `AuthenticationBackend`). One round trip; a second one where a token, a session or a better hash must
 * be written.
 *
 * Unknown, inactive and wrong cost and answer the same (user enumeration). Attempts are counted in the batch that
 * reads the accounts, before the password is looked at: of any number of concurrent guesses, no more are answered
 * than the rates allow (race condition in rate limiting).
 *
 * @throws HashingBusy where too many passwords wait to be hashed, before anything else; not where the call is under way
 */
export async function login(deps: CredentialDeps, input: LoginInput): Promise<LoginOutcome> {
  const faults = loginFaults(deps.settings, input)
  if (faults.length > 0) return { kind: 'invalid', faults }
  return withHashing(deps, () => logIn(deps, input))
}

/** The login itself, once there is room to hash. */
async function logIn(deps: CredentialDeps, input: LoginInput): Promise<LoginOutcome> {
  const device =
    input.deviceToken === undefined ? undefined : await readDeviceToken(deps, input.deviceToken)
  const search = {
    columns: userColumnsOf(deps.settings),
    typed: typedName(deps.settings, input),
    session: await sessionOf(deps, input),
  }
  const accounts = namedAccount(search.typed)
  const count = await countLogin(deps, {
    typed: typedText(deps.settings, input),
    accounts,
    device,
  })
  const counted = await findLoginCandidate(deps.db, search, count)
  if (counted.kind === 'throttled') return counted
  let candidate = counted.results
  let outcome = await judge(deps, input, candidate)
  if (outcome.kind === 'stale_proof') {
    // Another login has stored a better hash meanwhile, or the password was changed: asked once more.
    const again = await findLoginCandidate(deps.db, search, undefined)
    candidate = again.kind === 'counted' ? again.results : undefined
    outcome = await judge(deps, input, candidate)
  }
  const isClaim = isHiddenClaim(deps.settings, search.typed, outcome)
  // Only what was counted for the account that was proved is taken back.
  const isProved = candidate?.id === counted.results?.id && !isClaim
  const hits = isProved ? counted.hits : []
  noteLogin(deps, { kind: AUDITED_AS[outcome.kind], userId: candidate?.id, hits })
  if (isClaim) {
    const { isRightForClaim } = await loadSignIn()
    const isRight = await isRightForClaim(deps, search.typed, input.password)
    if (isRight) return { kind: 'email_unverified' }
  }
  return isDisclosed(outcome) ? outcome : { kind: 'bad_credentials' }
}

/** Whether a rejection must not reveal that the address is another account's: see `isRightForClaim`. */
function isHiddenClaim(
  settings: NameSettings,
  { foldedEmail }: TypedName,
  { kind }: { readonly kind: string },
): boolean {
  const isRefused = ['bad_credentials', 'inactive', 'email_unverified'].includes(kind)
  return isRefused && foldedEmail.includes('@') && hidesAddresses(settings)
}

const AUDITED_AS = {
  issued: 'login',
  email_unverified: 'login_unverified',
  second_factor_required: 'login_mfa_required',
  mailed_step_required: 'login_mfa_required',
  no_mailbox: 'login_unverified',
  throttled: 'login_mfa_required',
  bad_credentials: 'login_failed',
  inactive: 'login_failed',
  stale_proof: 'login_failed',
} as const

/** Verifies the password and everything else that is required before the gate. */
async function judge(
  deps: CredentialDeps,
  { password, sessionKey, trustToken, wanted }: LoginInput,
  candidate: NamedCandidate | undefined,
): Promise<SignInOutcome | { readonly kind: 'bad_credentials' }> {
  // A dummy hash where there is no account: it takes as long (timing side channel).
  const verified = await verifyPassword(deps, password, candidate?.passwordHash)
  if (candidate === undefined || verified.kind === 'wrong') return { kind: 'bad_credentials' }
  const isRehashed = candidate.isActive && verified.needsRehash
  const isVerified = hasVerifiedEmail(deps.settings, candidate)
  const isAsked = deps.settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
  const signIn = {
    proof: proofOf('password', candidate),
    wanted,
    storedKey: storedKeyOf(candidate),
    newHash: isRehashed ? await makePassword(deps, password) : undefined,
    ...(await sessionFate(deps, sessionKey, candidate)),
    email: isVerified ? 'verified' : isAsked ? 'unverified' : 'not_asked',
    missingFactor: candidate.deviceId,
    trustToken,
  } as const
  return completeSignIn(deps, signIn, candidate)
}

/** Verification is of the account's own address: to the letter in dj-rest-auth 7.1, which locks out imported capitals. */
export function hasVerifiedEmail(
  settings: PolicyOf<'emails'>,
  candidate: Pick<NamedCandidate, 'email' | 'addresses'>,
): boolean {
  const form = settings.policy.emails.storedAreFolded ? foldEmail : (text: string) => text
  return candidate.addresses.some(
    (address) => address.isVerified && form(address.email) === form(candidate.email),
  )
}
