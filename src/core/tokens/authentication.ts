/**
 * Finding the caller of a request by token, session or JWT, each in one statement that also checks what has been
 * revoked.
 */
import { clientOfClaims } from '../../settings/jwt-clients.ts'
import { settingsOfLogin } from '../../settings/remember.ts'
import { isLastingKey } from './lasting-key.ts'
import { constantTimeEqualText, hex, md5Hex, sha256Hex } from '../../crypto.ts'
import { rebindSession } from './credentials.sql.ts'
import {
  userColumnsOf,
  findUserByClaim,
  findUserBySession,
  findUserByTokenHash,
  type CallerColumn,
  type CallerColumns,
  type CallerRow,
} from '../users/users.sql.ts'
import type { Deps } from '../../deps.ts'
import { usesRecentProofs } from '../../settings/step-up.ts'
import { recordsUses, useIntervalSeconds } from '../../settings/login-lifetime.ts'
import {
  findUserByDeviceToken,
  findUserByUsedSession,
  touchDeviceToken,
  touchSession,
} from './device-token.sql.ts'
import { verifyToken, refuseToken, type Claims, type TokenFaultCode } from './jwt.ts'
import type { CallerCredential } from './proof.sql.ts'
import { parseProofState, proofStateJson, type ProofState } from './recent-proof.sql.ts'
import { ownerOfClaims } from './token-owner.ts'
import { withPublicId } from './public-id.ts'
import { saltedHmac } from './signing.ts'
import type { UserWithPassword } from '../users/user.ts'
import type { Settings } from '../../settings/parse.ts'

/**
 * What finding the caller needs. `column` is read with the caller, so that an endpoint which asks more of the
 * database than who is calling needs no second round trip.
 */
export type AuthenticationDeps = Pick<
  Deps,
  'db' | 'settings' | 'now' | 'randomBytes' | 'deferWrites'
> & {
  readonly column?: CallerColumn | undefined
  /** Whether the state of the caller's proof is read, too. */
  readonly readsProof?: boolean | undefined
}

/** A user who was found, by what, and what else was read. */
export type FoundCaller = {
  readonly user: UserWithPassword
  readonly credential: CallerCredential
  /** What `column` said. */
  readonly column?: string
  /** Where `readsProof` asked for it. */
  readonly proofState?: ProofState
  /** The staff member who impersonates the user (RFC 8693 §4.1: `act`). */
  readonly actorId?: number
}

async function foundOf(
  deps: AuthenticationDeps,
  row: CallerRow,
  credential: CallerCredential,
): Promise<FoundCaller> {
  const { column, proofState, ...user } = row
  return {
    user: await withPublicId(deps, user),
    credential,
    ...(column === null ? {} : { column }),
    ...(proofState === null ? {} : { proofState: parseProofState(proofState) }),
  }
}

function columnsFor(
  { settings, column, readsProof }: AuthenticationDeps,
  credential: CallerCredential,
) {
  const user = userColumnsOf(settings)
  return {
    user,
    column,
    ...(readsProof === true ? { proofState: proofStateJson(credential) } : {}),
  }
}

/** Whose auth token a request carries (DRF: `TokenAuthentication`). */
export type TokenCaller =
  | (FoundCaller & { readonly kind: 'user' })
  | { readonly kind: 'unknown_token' }
  | { readonly kind: 'inactive' }

/** Finds the user of an auth token. One round trip. */
export async function callerByToken(deps: AuthenticationDeps, key: string): Promise<TokenCaller> {
  const credential = { kind: 'token', keyHash: await sha256Hex(key) } as const
  const columns = columnsFor(deps, credential)
  if (deps.settings.TOKEN_PER_DEVICE) {
    const lives = settingsOfLogin(deps.settings, isLastingKey(key))
    return callerByDeviceToken(deps, { ...credential, lives }, columns)
  }
  const row = await findUserByTokenHash(deps.db, credential.keyHash, columns)
  if (row === undefined) return { kind: 'unknown_token' }
  return row.isActive
    ? { kind: 'user', ...(await foundOf(deps, row, credential)) }
    : { kind: 'inactive' }
}

async function callerByDeviceToken(
  deps: AuthenticationDeps,
  {
    lives,
    ...credential
  }: Extract<CallerCredential, { kind: 'token' }> & {
    readonly lives: Deps['settings']
  },
  columns: CallerColumns,
): Promise<TokenCaller> {
  const { db, now } = deps
  const { keyHash } = credential
  const row = await findUserByDeviceToken(db, { keyHash, now }, columns)
  if (row === undefined) return { kind: 'unknown_token' }
  if (!row.isActive) return { kind: 'inactive' }
  const { usedAtMs, isOfDevice, ...rest } = row
  if (isOfDevice === 0) return { kind: 'user', ...(await foundOf(deps, rest, credential)) }
  if (isDue(deps, usedAtMs)) deps.deferWrites([touchDeviceToken(db, { keyHash, now }, lives)])
  return { kind: 'user', ...(await foundOf(deps, rest, { ...credential, isOfDevice: true })) }
}

/** Whether a use is to be recorded: now and then, so that not every read becomes a write. */
function isDue({ settings, now }: AuthenticationDeps, usedAtMs: number | null): boolean {
  if (!recordsUses(settings)) return false
  return now.getTime() - (usedAtMs ?? 0) >= useIntervalSeconds(settings) * 1000
}

/** Whose session a request carries. `over`: it has ended, or the password has changed since. */
export type SessionCaller =
  | (FoundCaller & { readonly kind: 'user' })
  | { readonly kind: 'over' }
  | { readonly kind: 'inactive' }

/**
 * Finds the user of a session. One round trip. A session that an older secret binds is bound to the current
 * one after the answer, so that the older one can be taken away.
 */
export async function callerBySession(
  deps: AuthenticationDeps,
  key: string,
): Promise<SessionCaller> {
  const keyHash = await sha256Hex(key)
  const credential = { kind: 'session', keyHash } as const
  const columns = columnsFor(deps, credential)
  const row = await findSession(deps, keyHash, columns)
  if (row === undefined) return { kind: 'over' }
  if (!row.isActive) return { kind: 'inactive' }
  const { authHash, isUsed, ...rest } = row
  const found = await foundOf(deps, rest, credential)
  const { user } = found
  const current = await sessionAuthHash(user.passwordHash, deps.settings.SECRET_KEY)
  if (constantTimeEqualText(current, authHash)) {
    const lives = settingsOfLogin(deps.settings, isLastingKey(key))
    if (isUsed) deps.deferWrites([touchSession(deps.db, { keyHash, now: deps.now }, lives)])
    return { kind: 'user', ...found }
  }
  for (const secret of deps.settings.SECRET_KEY_FALLBACKS) {
    const older = await sessionAuthHash(user.passwordHash, secret)
    if (!constantTimeEqualText(older, authHash)) continue
    deps.deferWrites([rebindSession(deps.db, keyHash, { old: older, new: current })])
    return { kind: 'user', ...found }
  }
  return { kind: 'over' }
}

/** A session, and whether this use of it is to be recorded. */
async function findSession(deps: AuthenticationDeps, keyHash: string, columns: CallerColumns) {
  const { db, settings, now } = deps
  if (!recordsUses(settings)) {
    const row = await findUserBySession(db, { keyHash, now }, columns)
    return row === undefined ? undefined : { ...row, isUsed: false }
  }
  const found = await findUserByUsedSession(db, { keyHash, now }, columns)
  if (found === undefined) return undefined
  const { usedAtMs, ...row } = found
  return { ...row, isUsed: isDue(deps, usedAtMs) }
}

/** What a session is bound to (Django: `AbstractBaseUser.get_session_auth_hash`). */
export async function sessionAuthHash(passwordHash: string, secret: string): Promise<string> {
  const salt = 'django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash'
  return hex(await saltedHmac(salt, passwordHash, secret))
}

/** Whose access token a request carries (simplejwt: `JWTAuthentication`). */
export type JwtCaller =
  | (FoundCaller & { readonly kind: 'user'; readonly claims: Claims })
  | { readonly kind: 'invalid'; readonly code: TokenFaultCode }
  | { readonly kind: 'no_user_claim' }
  | {
      readonly kind: 'refused'
      readonly code: 'user_not_found' | 'user_inactive' | 'password_changed'
    }

/** Verifies an access token and finds its user. One round trip, none for a bad token. */
export async function callerByJwt(deps: AuthenticationDeps, token: string): Promise<JwtCaller> {
  const verified = await verifyToken(deps, token, 'access')
  if (verified.kind === 'refused') return { kind: 'invalid', code: verified.code }
  return callerByClaims(deps, verified.claims)
}

/** Finds the user of verified claims, whose login must not have ended. One round trip. */
export async function callerByClaims(deps: AuthenticationDeps, claims: Claims): Promise<JwtCaller> {
  const { settings } = deps
  if (claims[settings.SIMPLE_JWT_USER_ID_CLAIM] === undefined) {
    return { kind: 'no_user_claim' }
  }
  const claim = ownerOfClaims(settings, claims)
  if (claim === undefined) {
    return { kind: 'invalid', code: refuseToken(settings, 'jwt_invalid').code }
  }
  const family = familyOf(claims)
  const credential = {
    kind: 'jwt',
    family,
    ...provedOf(claims),
    ...(isRememberedBy(claims) ? {} : { isRemembered: false }),
    ...clientOf(settings, claims),
  } as const
  const row = await findUserByClaim(deps.db, { ...claim, family }, columnsFor(deps, credential))
  if (row === undefined) {
    return { kind: 'refused', code: 'user_not_found' }
  }
  const { isFamilyRevoked, ...rest } = row
  const found = await foundOf(deps, rest, credential)
  const { user } = found
  if (isFamilyRevoked === 1) {
    return { kind: 'invalid', code: refuseToken(settings, 'jwt_blacklisted').code }
  }
  if (settings.SIMPLE_JWT_CHECK_USER_IS_ACTIVE && !user.isActive) {
    return { kind: 'refused', code: 'user_inactive' }
  }
  if (
    isRevokedSince(claims, user.tokensRevokedAt) ||
    (await isRevokedByPassword(deps, claims, user))
  ) {
    return { kind: 'refused', code: 'password_changed' }
  }
  return { kind: 'user', ...found, ...actorOf(claims), claims }
}

/** For which client a token is, where it is for one. */
function clientOf(
  settings: Pick<Settings, 'JWT_CLIENTS'>,
  claims: Claims,
): { readonly client?: string } {
  const client = clientOfClaims(settings, claims)
  return typeof client === 'string' ? {} : { client: client.id }
}

/** A claim that names the login a token stems from. */
export const FAMILY_CLAIM = 'family'

/** A claim that says, by false, that a login ends with the browser. */
export const REMEMBER_CLAIM = 'remember'

/** Whether the login that a token stems from outlives the browser. */
export function isRememberedBy(claims: Claims): boolean {
  return claims[REMEMBER_CLAIM] !== false
}

/** The login that a token stems from, where it says so. */
export function familyOf(claims: Claims): string | undefined {
  const family = claims[FAMILY_CLAIM]
  return typeof family === 'string' ? family : undefined
}

/** A claim that says when the owner proved to be there, in seconds since 1970. */
const PROOF_CLAIM = 'proved_at'

/** The proof of a login as its JWTs carry it: it is there with the answer, and costs no write. */
export function proofClaim({ settings, now }: Pick<Deps, 'settings' | 'now'>): Claims {
  return usesRecentProofs(settings) ? { [PROOF_CLAIM]: Math.floor(now.getTime() / 1000) } : {}
}

/** When the owner of a JWT proved to be there, where it says so. */
export function provedOf(claims: Claims): { readonly provedAt?: Date } {
  const seconds = claims[PROOF_CLAIM]
  return typeof seconds === 'number' ? { provedAt: new Date(seconds * 1000) } : {}
}

/** With `SIMPLE_JWT_CHECK_REVOKE_TOKEN`, whether the password hash is another one than at login. */
export async function isRevokedByPassword(
  deps: Pick<Deps, 'settings'>,
  claims: Claims,
  user: { readonly passwordHash: string },
): Promise<boolean> {
  if (!deps.settings.SIMPLE_JWT_CHECK_REVOKE_TOKEN) return false
  const claim = claims[deps.settings.SIMPLE_JWT_REVOKE_TOKEN_CLAIM]
  return claim !== (await revokeClaim(user.passwordHash))
}

/** The digest of a password hash that tokens carry (simplejwt: `get_md5_hash_password`). */
export async function revokeClaim(passwordHash: string): Promise<string> {
  return (await md5Hex(passwordHash)).toUpperCase()
}

/** A claim that says of which version an account's tokens were when this one was issued. */
export const TOKEN_VERSION_CLAIM = 'token_version'

/** The version of an account's tokens: every revocation makes another. */
export function tokenVersion(revokedAt: Date | null): number {
  return revokedAt?.getTime() ?? 0
}

/**
 * Whether the account's tokens have been revoked since this one was issued. Equality of versions needs no
 * clock: a token that was issued in the same second, or by a login that was under way, is revoked, too. Tokens
 * without a version (Django's, or those of `REFRESH_TOKEN_FAMILIES = false`) go by their second of issue.
 */
export function isRevokedSince(claims: Claims, revokedAt: Date | null): boolean {
  const version = claims[TOKEN_VERSION_CLAIM]
  if (version !== undefined) return version !== tokenVersion(revokedAt)
  if (revokedAt === null) return false
  const issuedAt = claims['iat']
  return typeof issuedAt !== 'number' || issuedAt <= Math.floor(revokedAt.getTime() / 1000)
}

/** Who acts as the user of a token, `undefined` where it is the user; an unreadable claim means number 0. */
function actorOf(claims: Claims): { readonly actorId?: number } {
  const act = claims['act']
  if (act === undefined) return {}
  const sub = typeof act === 'object' && act !== null && 'sub' in act ? act.sub : undefined
  return { actorId: typeof sub === 'string' && /^[1-9]\d{0,14}$/.test(sub) ? Number(sub) : 0 }
}
