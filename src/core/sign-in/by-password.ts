/** The password login: which account is meant, rate limits, the hash, and what may be revealed to whom. */
import {
  findLoginCandidate,
  namedAccount,
  type NamedCandidate,
  type TypedName,
} from './by-password.sql.ts'
import { completeSignIn } from './complete.ts'
import type { SignInOutcome } from './sign-in.ts'
import type { CredentialDeps, Wanted } from './credentials.ts'
import { storedKeyOf } from './issued-token.ts'
import { sessionFate, sessionOf } from './request-session.ts'
import { proofOf } from '../tokens/proof.sql.ts'
import { noteLogin } from '../audit/audit.ts'
import { textFaults, type Fault } from '../faults.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import { foldUsername } from '../users/fold.ts'
import { readDeviceToken } from '../limits/known-device.ts'
import { countLogin, type Throttled } from '../limits/rate-limits.ts'
import { withHashing } from '../passwords/hash-queue.ts'
import { makePassword, verifyPassword } from '../passwords/passwords.ts'
import { hidesAddresses, type NameSettings } from '../users/username-address.ts'
import { normalizeUsername, type UsernameSettings } from '../users/username.ts'
import { loadSignIn } from './load-sign-in.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** What the client typed. */
export type LoginInput = {
  readonly username: string | undefined
  readonly email: string | undefined
  readonly password: string
  /** The session that the request came in, if any: it is kept if it belongs to the same user. */
  readonly sessionKey: string | undefined
  /** What `makeDeviceToken` gave this device at an earlier login. */
  readonly deviceToken: string | undefined
  /** What a trusted device shows instead of a second factor. */
  readonly trustToken?: string | undefined
  readonly wanted: Wanted
}

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

/** What may be wrong with what was typed, before anyone is looked for. */
type LoginFault = Fault<'username' | 'email' | 'password'>

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
 * @throws HashingBusy where too many passwords wait to be hashed, before anything else
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

/** What is typed must be text, an address an address, and name and password must be there: blank is as good as absent. */
function loginFaults(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_METHODS'>,
  { username = '', email = '', password }: LoginInput,
): readonly LoginFault[] {
  const faults = [
    ...textFaults('username', username),
    ...(email === '' ? [] : typedEmailFaults(email)),
    ...(password === '' ? [BLANK_PASSWORD] : textFaults('password', password)),
  ]
  if (faults.length > 0) return faults
  const methods = settings.ACCOUNT_LOGIN_METHODS
  const takesName = methods.includes('username')
  const takesEmail = methods.includes('email')
  if ((takesName && username !== '') || (takesEmail && email !== '')) return []
  if (!takesName) return [{ field: undefined, code: 'email_and_password_required' }]
  if (!takesEmail) return [{ field: undefined, code: 'username_and_password_required' }]
  return [{ field: undefined, code: 'name_and_password_required' }]
}

const BLANK_PASSWORD: LoginFault = { field: 'password', code: 'blank' }

/** Longest name that a login looks for: that of an address (RFC 3696 erratum 1690). */
const MAX_TYPED_LENGTH = 320

/** What the client typed: an address by itself where one is given and the methods allow it. */
function typedText(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_METHODS'>,
  { username, email }: LoginInput,
): string {
  return (isEmailLogin(settings, email) ? email : username) ?? ''
}

function isEmailLogin(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_METHODS'>,
  email: string | undefined,
): boolean {
  const takesEmail = settings.ACCOUNT_LOGIN_METHODS.includes('email')
  return takesEmail && email !== undefined && email !== ''
}

/** The forms in which it is compared. A value longer than any name matches no account, and takes the same work. */
function typedName(
  settings: UsernameSettings & Pick<Settings, 'ACCOUNT_LOGIN_METHODS'> & PolicyOf<'emails'>,
  input: LoginInput,
): TypedName {
  const text = typedText(settings, input)
  const typed = text.length > MAX_TYPED_LENGTH ? '' : text
  const username = isEmailLogin(settings, input.email) ? '' : typed
  const takesEmail = settings.ACCOUNT_LOGIN_METHODS.includes('email')
  return {
    username,
    foldedUsernames: username === '' ? [] : foldedNames(settings, username),
    isNarrow: !settings.policy.usernames.ignoreCase,
    foldedEmail: takesEmail ? foldEmail(typed) : '',
    email: settings.policy.emails.storedAreFolded ? undefined : lowerEmail(typed),
  }
}

/** Names from before NORMALIZE_USERNAMES, or imported, are found as they are typed. */
function foldedNames(settings: UsernameSettings, typed: string): readonly string[] {
  return [...new Set([foldUsername(typed), foldUsername(normalizeUsername(settings, typed))])]
}
