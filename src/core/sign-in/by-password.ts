import { sha256Hex } from '../../crypto.ts'
import {
  findLoginCandidates,
  namedAccounts,
  type NamedCandidate,
  type TypedName,
} from './by-password.sql.ts'
import type { Counted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import { completeSignIn, type SignInOutcome } from './complete.ts'
import type { CredentialDeps, Wanted } from './credentials.ts'
import { storedKeyOf } from './issued-token.ts'
import { proofOf } from './proof.sql.ts'
import { noteLogin } from '../audit/audit.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'
import { readDeviceToken } from '../limits/known-device.ts'
import { countLogin, type Throttled } from '../limits/rate-limits.ts'
import { makePassword, verifyPassword } from '../passwords/passwords.ts'
import { normalizeUsername } from '../users/username.ts'

/** What the client typed. */
export type LoginInput = {
  readonly username: string | undefined
  readonly email: string | undefined
  readonly password: string
  /** The session that the request came in, if any: it goes on when it is the same user's. */
  readonly sessionKey: string | undefined
  /** What `makeDeviceToken` gave this device at an earlier login. */
  readonly deviceToken: string | undefined
  readonly wanted: Wanted
}

/** Result of a login. */
export type LoginOutcome =
  | Extract<SignInOutcome, { readonly kind: 'issued' | 'email_unverified' }>
  | { readonly kind: 'bad_credentials' }
  | Throttled

/**
 * Logs in by name or address and password (dj-rest-auth: `LoginSerializer.validate`, Django's
 * `ModelBackend` and allauth's `AuthenticationBackend`). One round trip; a second one where a token, a
 * session or a better hash must be written. Unknown, inactive and wrong cost and answer the same. Attempts
 * are counted in the batch that reads the accounts, before the password is looked at: of any number of
 * guesses at once, no more are answered than the rates allow.
 */
export async function login(deps: CredentialDeps, input: LoginInput): Promise<LoginOutcome> {
  const knownUserId =
    input.deviceToken === undefined ? undefined : await readDeviceToken(deps, input.deviceToken)
  const counted = await candidatesOf(deps, input, knownUserId)
  if (counted.kind === 'throttled') return counted
  let judged = await judge(deps, input, counted.results)
  if (judged.outcome.kind === 'stale_proof') {
    // Another login has stored a better hash meanwhile, or the password was changed: asked once more.
    const again = await findLoginCandidates(deps.db, await searchOf(deps, input), undefined)
    if (again.kind === 'counted') {
      judged = await judge(deps, input, candidatesFor(deps.settings, input, again.results))
    }
  }
  const { outcome, userId } = judged
  const kind = NOTED_AS[outcome.kind]
  noteLogin(deps, { kind, userId: userId ?? counted.results[0]?.id, hits: counted.hits })
  return outcome.kind === 'issued' || outcome.kind === 'email_unverified'
    ? outcome
    : { kind: 'bad_credentials' }
}

const NOTED_AS = {
  issued: 'login',
  email_unverified: 'login_unverified',
  bad_credentials: 'login_failed',
  inactive: 'login_failed',
  stale_proof: 'login_failed',
} as const

type Judged = {
  readonly outcome: SignInOutcome | { readonly kind: 'bad_credentials' }
  /** Whose password it was. */
  readonly userId: number | undefined
}

async function judge(
  deps: CredentialDeps,
  input: LoginInput,
  candidates: readonly NamedCandidate[],
): Promise<Judged> {
  const found = await findByPassword(deps, input.password, candidates)
  if (found === undefined) return { outcome: { kind: 'bad_credentials' }, userId: undefined }
  const { candidate, newHash } = found
  const isVerified = hasVerifiedEmail(deps.settings, candidate)
  const isAsked = deps.settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
  const signIn = {
    proof: proofOf('password', candidate),
    wanted: input.wanted,
    storedKey: storedKeyOf(candidate),
    newHash,
    sessionKey: await ownSession(deps, input.sessionKey, candidate),
    email: isVerified ? 'verified' : isAsked ? 'unverified' : 'not_asked',
  } as const
  return { outcome: await completeSignIn(deps, signIn, candidate), userId: candidate.id }
}

/** The request's session key, where the session is the user's own (Django: `login` keeps it then). */
export async function ownSession(
  deps: Pick<Deps, 'settings'>,
  sessionKey: string | undefined,
  candidate: Pick<NamedCandidate, 'passwordHash' | 'sessionAuthHash'>,
): Promise<string | undefined> {
  if (candidate.sessionAuthHash === null) return undefined
  const expected = await sessionAuthHash(candidate.passwordHash, deps.settings.SECRET_KEY)
  return candidate.sessionAuthHash === expected ? sessionKey : undefined
}

/** Verification is of the account's own address: to the letter in dj-rest-auth 7.1, which locks out imported capitals. */
function hasVerifiedEmail(settings: Deps['settings'], candidate: NamedCandidate): boolean {
  const form = settings.FOLD_STORED_EMAILS ? foldEmail : (text: string) => text
  return candidate.addresses.some(
    (address) => address.isVerified && form(address.email) === form(candidate.email),
  )
}

type Proved = { readonly candidate: NamedCandidate; readonly newHash: string | undefined }

async function findByPassword(
  deps: CredentialDeps,
  password: string,
  candidates: readonly NamedCandidate[],
): Promise<Proved | undefined> {
  const [first, ...others] = candidates
  const outcome = await verifyPassword(deps, password, first?.passwordHash)
  let proved: NamedCandidate | undefined = outcome.kind === 'correct' ? first : undefined
  let needsRehash = outcome.kind === 'correct' && outcome.needsRehash
  for (const other of proved === undefined ? others : []) {
    const next = await verifyPassword(deps, password, other.passwordHash)
    if (next.kind === 'wrong') continue
    proved = other
    needsRehash = next.needsRehash
    break
  }
  if (proved === undefined) return undefined
  if (!proved.isActive) return { candidate: proved, newHash: undefined }
  const newHash = needsRehash ? await makePassword(deps, password) : undefined
  return { candidate: proved, newHash }
}

/** The accounts that the input may mean, the likeliest first, and the attempt counted. */
async function candidatesOf(
  deps: CredentialDeps,
  input: LoginInput,
  knownUserId: number | undefined,
): Promise<Counted<readonly NamedCandidate[]>> {
  const search = await searchOf(deps, input)
  const { typed } = typedName(deps.settings, input)
  const count = await countLogin(deps, { typed, accounts: namedAccounts(search), knownUserId })
  const counted = await findLoginCandidates(deps.db, search, count)
  if (counted.kind === 'throttled') return counted
  return { ...counted, results: candidatesFor(deps.settings, input, counted.results) }
}

/** What was typed: an address by itself where one is given and the methods allow it. */
function typedName(
  settings: Deps['settings'],
  input: LoginInput,
): { readonly typed: string; readonly isEmail: boolean } {
  const takesEmail = settings.ACCOUNT_LOGIN_METHODS.includes('email')
  const email = takesEmail ? (input.email ?? '') : ''
  return email === ''
    ? { typed: input.username ?? '', isEmail: false }
    : { typed: email, isEmail: true }
}

/** Names from before NORMALIZE_USERNAMES, or imported, are found as they are typed. */
function foldedNames(settings: Deps['settings'], typed: string): readonly string[] {
  return [...new Set([foldUsername(typed), foldUsername(normalizeUsername(settings, typed))])]
}

async function searchOf(
  { settings, now }: CredentialDeps,
  input: LoginInput,
): Promise<Parameters<typeof findLoginCandidates>[1]> {
  const { typed, isEmail } = typedName(settings, input)
  const takesEmail = settings.ACCOUNT_LOGIN_METHODS.includes('email')
  const search: TypedName = {
    ...(isEmail ? {} : { usernames: foldedNames(settings, typed) }),
    ...(takesEmail ? { email: foldEmail(typed) } : {}),
  }
  const session =
    input.sessionKey === undefined || !input.wanted.session
      ? undefined
      : { keyHash: await sha256Hex(input.sessionKey), now }
  return { ...search, session }
}

function candidatesFor(
  settings: Deps['settings'],
  input: LoginInput,
  found: readonly NamedCandidate[],
): readonly NamedCandidate[] {
  const { typed, isEmail } = typedName(settings, input)
  const takesEmail = settings.ACCOUNT_LOGIN_METHODS.includes('email')
  const addressed = takesEmail ? byAddress(settings, found, typed) : []
  if (isEmail) return addressed
  const names = foldedNames(settings, typed)
  const named = found.filter((candidate) => names.includes(foldUsername(candidate.username)))
  const exact = named.filter((candidate) => candidate.username === typed)
  return [...new Set([...exact, ...addressed, ...named.slice(0, 1)])]
}

/** Who has verified the address beats who only claims it (allauth: `filter_users_by_email`). */
function byAddress(
  settings: Deps['settings'],
  candidates: readonly NamedCandidate[],
  typed: string,
): NamedCandidate[] {
  const isTyped = (stored: string) =>
    settings.FOLD_STORED_EMAILS
      ? foldEmail(stored) === foldEmail(typed)
      : stored === lowerEmail(typed)
  const verified = candidates.filter((candidate) =>
    candidate.addresses.some((address) => address.isVerified && isTyped(address.email)),
  )
  if (verified.length > 0) return verified
  return candidates.filter(
    (candidate) =>
      isTyped(candidate.email) || candidate.addresses.some((address) => isTyped(address.email)),
  )
}
