import { sha256Hex } from '../../crypto.ts'
import {
  insertAuthToken,
  replaceAuthToken,
  replacePasswordHash,
  setLastLogin,
} from '../tokens/credentials.sql.ts'
import {
  findLoginCandidates,
  namedAccounts,
  type LoginCandidate,
  type NamedCandidate,
  type TypedName,
} from './by-password.sql.ts'
import type { Counted } from '../limits/throttle.sql.ts'
import type { Deps } from '../../deps.ts'
import { newAuthToken, openAuthToken, storedAuthToken } from '../tokens/auth-token.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import {
  loginSetsLastLogin,
  newJwtPair,
  type CredentialDeps,
  type Credentials,
} from './credentials.ts'
import { noteLogin } from '../audit/audit.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'
import { readDeviceToken } from '../limits/known-device.ts'
import { countLogin, type Throttled } from '../limits/rate-limits.ts'
import { makePassword, verifyPassword } from '../passwords/passwords.ts'
import { newSession, openSession } from '../tokens/session.ts'
import type { UserWithPassword } from '../users/user.ts'
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
}

/** What a login came to. */
export type LoginOutcome =
  | {
      readonly kind: 'logged_in'
      readonly user: UserWithPassword
      readonly credentials: Credentials
    }
  | { readonly kind: 'bad_credentials' }
  | { readonly kind: 'email_unverified' }
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
  const found = await findByPassword(deps, input.password, counted.results)
  const outcome = await outcomeOf(deps, input, found)
  noteLogin(deps, {
    kind: NOTED_AS[outcome.kind],
    userId: found?.candidate.id ?? counted.results[0]?.id,
    hits: counted.hits,
  })
  return outcome
}

const NOTED_AS = {
  logged_in: 'login',
  email_unverified: 'login_unverified',
  bad_credentials: 'login_failed',
} as const

async function outcomeOf(
  deps: CredentialDeps,
  input: LoginInput,
  found: Proved | undefined,
): Promise<Exclude<LoginOutcome, Throttled>> {
  if (found === undefined) return { kind: 'bad_credentials' }
  const { candidate, newHash } = found
  if (
    deps.settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory' &&
    !hasVerifiedEmail(deps.settings, candidate)
  ) {
    return { kind: 'email_unverified' }
  }
  const sessionKey = await ownSession(deps, input.sessionKey, candidate)
  return { kind: 'logged_in', ...(await handOut(deps, candidate, newHash, sessionKey)) }
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
  if (proved === undefined || !proved.isActive) return undefined
  const newHash = needsRehash ? await makePassword(deps, password) : undefined
  return { candidate: proved, newHash }
}

/** The accounts that the input may mean, the likeliest first, and the attempt counted. */
async function candidatesOf(
  deps: CredentialDeps,
  input: LoginInput,
  knownUserId: number | undefined,
): Promise<Counted<readonly NamedCandidate[]>> {
  const session =
    input.sessionKey === undefined || !deps.settings.SESSION_LOGIN
      ? undefined
      : { keyHash: await sha256Hex(input.sessionKey), now: deps.now }
  const methods = deps.settings.ACCOUNT_LOGIN_METHODS
  const byEmail = methods.includes('email') ? (input.email ?? '') : ''
  const typed = byEmail === '' ? (input.username ?? '') : byEmail
  // Names from before NORMALIZE_USERNAMES, or imported, are found as they are typed.
  const names = [
    ...new Set([foldUsername(typed), foldUsername(normalizeUsername(deps.settings, typed))]),
  ]
  const search: TypedName =
    byEmail === ''
      ? { usernames: names, ...(methods.includes('email') ? { email: foldEmail(typed) } : {}) }
      : { email: foldEmail(typed) }
  const count = await countLogin(deps, { typed, accounts: namedAccounts(search), knownUserId })
  const counted = await findLoginCandidates(deps.db, { ...search, session }, count)
  if (counted.kind === 'throttled') return counted
  const found = counted.results
  const addressed = methods.includes('email') ? byAddress(deps.settings, found, typed) : []
  if (byEmail !== '') return { ...counted, results: addressed }
  const named = found.filter((candidate) => names.includes(foldUsername(candidate.username)))
  const exact = named.filter((candidate) => candidate.username === typed)
  return { ...counted, results: [...new Set([...exact, ...addressed, ...named.slice(0, 1)])] }
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

/** Writes and answers what a login hands out. */
export async function handOut(
  deps: CredentialDeps,
  candidate: Omit<LoginCandidate, 'addresses'>,
  newHash?: string,
  sessionKey?: string,
): Promise<{ readonly user: UserWithPassword; readonly credentials: Credentials }> {
  const { db, settings, now } = deps
  const user: UserWithPassword = { ...candidate, passwordHash: newHash ?? candidate.passwordHash }
  const isTokenLogin = !settings.USE_JWT && settings.TOKEN_MODEL !== undefined
  const token = isTokenLogin ? await tokenOf(deps, candidate) : undefined
  const session = settings.SESSION_LOGIN
    ? await newSession(deps, user.passwordHash, sessionKey)
    : undefined

  const writes = [
    ...(newHash === undefined
      ? []
      : replacePasswordHash(
          db,
          user.id,
          { old: candidate.passwordHash, new: newHash },
          await sessionAuthHash(newHash, settings.SECRET_KEY),
        )),
    ...(token?.replaces === undefined
      ? []
      : [replaceAuthToken(db, user.id, token.replaces, token)]),
    ...(session === undefined ? [] : [openSession(deps, user.id, session)]),
  ]
  const lastLogin = loginSetsLastLogin(settings) ? [setLastLogin(db, user.id, now)] : []
  const tokenWrite = token?.kind === 'new' ? insertAuthToken(db, user.id, token, now) : undefined

  let key = token?.key
  if (tokenWrite !== undefined) {
    const [rows] = await db.batch([tokenWrite, ...writes, ...lastLogin])
    key = await keyOf(deps, rows[0], token)
  } else if (writes.length > 0) {
    const [first, ...rest] = [...writes, ...lastLogin]
    if (first !== undefined) await db.batch([first, ...rest])
  } else if (lastLogin.length > 0) {
    deps.deferWrites(lastLogin)
  }
  return {
    user,
    credentials: {
      ...(key === undefined ? {} : { key }),
      ...(settings.USE_JWT ? { jwt: await newJwtPair(deps, user) } : {}),
      ...(session === undefined ? {} : { sessionKey: session.key }),
    },
  }
}

type LoginToken = {
  readonly kind: 'new' | 'known'
  readonly key: string
  readonly keyHash: string
  readonly sealedKey: string
  /** Hash of the stored key that this one, or this seal, replaces. */
  readonly replaces?: string
}

/** The account's token opened; a new one where there is none or no secret opens it. */
async function tokenOf(
  deps: CredentialDeps,
  candidate: Omit<LoginCandidate, 'addresses'>,
): Promise<LoginToken> {
  const { keyHash, sealedKey } = candidate
  if (keyHash === null || sealedKey === null) return { kind: 'new', ...(await newAuthToken(deps)) }
  const opened = await openAuthToken(deps.settings, sealedKey)
  if (opened === undefined) {
    return { kind: 'known', ...(await newAuthToken(deps)), replaces: keyHash }
  }
  if (!opened.isSealedByOldSecret) return { kind: 'known', key: opened.key, keyHash, sealedKey }
  return { kind: 'known', ...(await storedAuthToken(deps, opened.key)), replaces: keyHash }
}

/** The key that won: ours, or that of a login at the same moment. */
async function keyOf(
  deps: Pick<Deps, 'settings'>,
  row: { readonly keyHash: string; readonly sealedKey: string } | undefined,
  ours: { readonly key: string; readonly keyHash: string } | undefined,
): Promise<string | undefined> {
  if (row === undefined || row.keyHash === ours?.keyHash) return ours?.key
  return (await openAuthToken(deps.settings, row.sealedKey))?.key
}
