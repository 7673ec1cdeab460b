/** Refreshing a login, with rotation and reuse detection (RFC 9700 §4.14.2). */
import {
  readRefreshState,
  revokeFamily,
  rotateRefreshToken,
  spendRetry,
  type RefreshState,
  type PresentedToken,
  type RefreshToken,
} from './refresh.sql.ts'
import { clientOfClaims, mayAskFrom } from '../../settings/jwt-clients.ts'
import { depsOfLogin } from '../../settings/remember.ts'
import {
  familyOf,
  isRememberedBy,
  isRevokedByPassword,
  isRevokedSince,
  TOKEN_VERSION_CLAIM,
} from '../tokens/authentication.ts'
import { ownClaims } from '../tokens/own-claims.ts'
import { withPublicId } from '../tokens/public-id.ts'
import { auditEvent } from '../audit/audit.ts'
import { userColumnsOf, type UserRow } from '../users/users.sql.ts'
import { continueSignIn, newRefreshExpiry, type ContinuedTokens } from './complete.ts'
import type { CredentialDeps } from './credentials.ts'
import { versionClaim } from './jwt-pair.ts'
import { ownerOfClaims, userNameInTokens } from '../tokens/token-owner.ts'
import { proofOf } from '../tokens/proof.sql.ts'
import {
  newJti,
  refreshLifetimeSeconds,
  refuseToken,
  verifyToken,
  type Claims,
  type TokenFault,
  type JwtSettings,
} from '../tokens/jwt.ts'
import type { Count } from '../limits/count.ts'
import { purge } from '../limits/hits.sql.ts'
import { countFor, type Throttled } from '../limits/rate-limits.ts'
import type { Settings } from '../../settings/parse.ts'

/** Result of a refresh. */
export type RefreshOutcome =
  /** With `SIMPLE_JWT_ROTATE_REFRESH_TOKENS` there is a new refresh token, too. */
  | ({ readonly kind: 'refreshed' } & ContinuedTokens)
  | TokenFault
  | { readonly kind: 'inactive' }
  | Throttled

/** A genuine refresh token that is used. */
type Use = PresentedToken & { readonly claims: Claims }

/**
 * Exchanges a refresh token for an access token and, with rotation, for its successor (simplejwt:
 * `TokenRefreshSerializer`). One round trip. A token that was rotated before gets the same successor within
 * `REFRESH_TOKEN_GRACE_SECONDS` (two tabs, a lost answer), and once later where the successor was never used; any
 * other reuse means that two parties hold the login, and ends it.
 */
export async function refreshTokens(
  given: CredentialDeps,
  token: string,
  asker: RefreshAsker = { origin: null },
): Promise<RefreshOutcome> {
  const verified = await verifyToken(given, token, 'refresh')
  if (verified.kind === 'refused') return verified
  const { claims } = verified
  if (!isOwnToken(given, claims, asker)) return refuseToken(given.settings, 'jwt_invalid')
  const deps = depsOfLogin(given, isRememberedBy(claims))
  const { settings } = deps
  const owner = ownerOfClaims(settings, claims)
  if (owner === undefined) return refuseToken(settings, 'jwt_invalid')
  const claim = { ...owner, columns: userColumnsOf(settings) }
  const use = { claims, token: refreshTokenOf(settings, claims), claim }
  const isSpending =
    settings.SIMPLE_JWT_ROTATE_REFRESH_TOKENS &&
    settings.SIMPLE_JWT_BLACKLIST_AFTER_ROTATION &&
    settings.TOKEN_BLACKLIST_ENABLED
  return isSpending ? rotate(deps, use) : reuse(deps, use)
}

/** Who trades a refresh token in, as far as they say it. */
export type RefreshAsker = {
  /** Which of `JWT_CLIENTS` it is. */
  readonly client?: string | undefined
  /** Where a browser's page is from. */
  readonly origin: string | null
}

/** A refresh token is of use to the client alone that it was issued for (RFC 6749 §6, §10.4). */
function isOwnToken({ settings }: CredentialDeps, claims: Claims, asker: RefreshAsker): boolean {
  const of = clientOfClaims(settings, claims)
  const isNamed = asker.client !== undefined && asker.client !== ''
  if (typeof of === 'string') return !isNamed
  return (!isNamed || asker.client === of.id) && mayAskFrom(of, asker.origin)
}

/** A refresh token that may be used again: read, not spent. */
async function reuse(deps: CredentialDeps, use: Use): Promise<RefreshOutcome> {
  const count = await countFor(deps, 'token_refresh')
  const counted = await readRefreshState(deps.db, use, count)
  if (counted.kind === 'throttled') return counted
  const state = counted.results
  const owner = await ownerOf(deps, use.claims, state)
  if (owner.kind !== 'user') return owner
  const fault = spentFault(deps, state)
  if (fault !== undefined) return fault
  if (!deps.settings.SIMPLE_JWT_ROTATE_REFRESH_TOKENS) {
    return continueLogin(deps, use, { user: owner.user, expiresAt: use.token.expiresAt })
  }
  const successor = { jti: newJti(deps.randomBytes), issuedAt: deps.now }
  return continueLogin(deps, use, { user: owner.user, successor })
}

/** Spends the token for a successor; a lost race is a reuse. */
async function rotate(deps: CredentialDeps, use: Use): Promise<RefreshOutcome> {
  const { settings, now } = deps
  const jti = newJti(deps.randomBytes)
  const count = await countRotation(deps, use)
  const version = { claim: use.claims[TOKEN_VERSION_CLAIM], issuedAt: use.claims['iat'] }
  const mayBeInactive = !settings.SIMPLE_JWT_CHECK_USER_IS_ACTIVE
  const rotation = { jti, version, now, count, mayBeInactive }
  const counted = await rotateRefreshToken(deps.db, use, rotation)
  if (counted.kind === 'throttled') return counted
  const state = counted.results
  const owner = await ownerOf(deps, use.claims, state)
  if (owner.kind !== 'user') return owner
  const { user } = owner
  if (state.isRotated) {
    if (count?.isPurgedLater === true) deps.deferWrites([purge(deps.db, now)])
    const successor = { jti, issuedAt: now }
    return continueLogin(deps, use, { user, successor, expiresAt: newRefreshExpiry(deps) })
  }
  const { spent } = state
  if (spent === undefined || spent.successorJti === null) {
    return refuseToken(settings, 'jwt_blacklisted')
  }
  const ageMs = now.getTime() - spent.spentAt.getTime()
  const graceMs = settings.REFRESH_TOKEN_GRACE_SECONDS * 1000
  const isWithinGrace = settings.policy.tokens.haveFamilies && graceMs > 0 && ageMs <= graceMs
  if (isWithinGrace) {
    const successor = { jti: spent.successorJti, issuedAt: spent.spentAt }
    return continueLogin(deps, use, { user, successor })
  }
  const isUnused = spent.isSuccessorUsed === 0
  if (isUnused && (await isLostAnswer(deps, use.token, spent.successorJti))) {
    const successor = { jti: spent.successorJti, issuedAt: spent.spentAt }
    return continueLogin(deps, use, { user, successor })
  }
  await endStolenLogin(deps, use.token, user)
  return refuseToken(settings, 'jwt_blacklisted')
}

/** The count of a rotation. Where its use is recorded after the answer, hits that have expired go with that. */
async function countRotation(deps: CredentialDeps, { token }: Use): Promise<Count | undefined> {
  const count = await countFor(deps, 'token_refresh')
  return count === undefined || token.family === undefined
    ? count
    : { ...count, isPurgedLater: true }
}

/**
 * Whether the client comes back because the answer got lost: the successor was never used. Once in a login's
 * life, for a thief who lags behind its owner looks the same.
 */
async function isLostAnswer(
  deps: CredentialDeps,
  { family }: RefreshToken,
  successorJti: string,
): Promise<boolean> {
  const { settings, now } = deps
  const isMended = settings.policy.tokens.haveFamilies && settings.REFRESH_TOKEN_GRACE_SECONDS > 0
  if (!isMended || family === undefined) return false
  const expiresAt = newRefreshExpiry(deps)
  const retries = await spendRetry(deps.db, { family, successorJti, expiresAt }, now)
  return retries.length > 0
}

/**
 * Replay: thief and owner both hold tokens of this login, and they cannot be told apart, so it ends for both.
 */
async function endStolenLogin(
  deps: CredentialDeps,
  { family }: RefreshToken,
  user: UserRow,
): Promise<void> {
  if (family === undefined) return
  const owner = { field: 'id', value: String(user.id) } as const
  // The successor that the thief may hold lives longer than the token that was used again.
  const login = { family, owner, expiresAt: newRefreshExpiry(deps) }
  await deps.db.batch([
    revokeFamily(deps.db, login, deps.now),
    ...(await auditEvent(deps, 'refresh_token_reused', user.id)),
  ])
  deps.log({ level: 'warn', event: 'refresh_token_reused', user_id: user.id })
}

/**
 * Continues the login. `expiresAt`: when its newest refresh token ends, where the use is to be recorded. The
 * access token is made from the old claims, as simplejwt does.
 */
async function continueLogin(
  deps: CredentialDeps,
  { claims: oldClaims, token }: Use,
  next: {
    readonly successor?: { readonly jti: string; readonly issuedAt: Date }
    readonly expiresAt?: Date
    readonly user: UserRow
  },
): Promise<RefreshOutcome> {
  const { settings } = deps
  const { user, successor, expiresAt } = next
  const claims = await freshClaims(deps, oldClaims, user)
  const tokens = await continueSignIn(deps, {
    // The current password, even if it was changed: the statement has found that the token outlives its change.
    proof: {
      ...proofOf('caller', user),
      passwordHash: undefined,
      mayBeInactive: !settings.SIMPLE_JWT_CHECK_USER_IS_ACTIVE,
    },
    claims,
    successor: successor === undefined ? undefined : successorOf(settings, claims, successor),
    use:
      token.family === undefined || expiresAt === undefined
        ? undefined
        : { family: token.family, expiresAt },
  })
  return { kind: 'refreshed', ...tokens }
}

/** The login's claims, with what is said of the user as it is now. */
async function freshClaims(deps: CredentialDeps, claims: Claims, row: UserRow): Promise<Claims> {
  const { settings } = deps
  const user = await withPublicId(deps, row)
  return {
    ...claims,
    ...(settings.USER_PK === 'uuid'
      ? { [settings.SIMPLE_JWT_USER_ID_CLAIM]: userNameInTokens(settings, user) }
      : {}),
    ...ownClaims(settings, user, claims),
    ...versionClaim(settings, user.tokensRevokedAt),
  }
}

/** The user whose login continues; or what is wrong with owner or login, regardless of the token's own state. */
async function ownerOf(
  deps: CredentialDeps,
  claims: Claims,
  { user, isFamilyRevoked }: RefreshState,
): Promise<{ readonly kind: 'user'; readonly user: UserRow } | RefreshOutcome> {
  const { settings } = deps
  if (user === undefined) return refuseToken(settings, 'jwt_invalid')
  if (settings.SIMPLE_JWT_CHECK_USER_IS_ACTIVE && !user.isActive) return { kind: 'inactive' }
  if (isFamilyRevoked || isRevokedSince(claims, user.tokensRevokedAt)) {
    return refuseToken(settings, 'jwt_blacklisted')
  }
  const isChecked = settings.policy.tokens.refreshChecksRevokeClaim
  if (isChecked && (await isRevokedByPassword(deps, claims, user))) {
    return refuseToken(settings, 'jwt_blacklisted')
  }
  return { kind: 'user', user }
}

/** Why a spent token is refused. */
function spentFault(deps: CredentialDeps, state: RefreshState): RefreshOutcome | undefined {
  const { settings } = deps
  if (!settings.TOKEN_BLACKLIST_ENABLED || state.spent === undefined) return undefined
  return refuseToken(settings, 'jwt_blacklisted')
}

function successorOf(
  settings: JwtSettings,
  claims: Claims,
  { jti, issuedAt }: { readonly jti: string; readonly issuedAt: Date },
): Claims {
  const seconds = Math.floor(issuedAt.getTime() / 1000)
  return {
    ...claims,
    [settings.SIMPLE_JWT_JTI_CLAIM]: jti,
    exp: seconds + refreshLifetimeSeconds(settings, claims, issuedAt),
    iat: seconds,
  }
}

/** Id, family and end of a token that `verifyToken` has verified: it has an id, and an end. */
export function refreshTokenOf(
  settings: Pick<Settings, 'SIMPLE_JWT_JTI_CLAIM'>,
  claims: Claims,
): RefreshToken {
  const exp = Number(claims['exp'])
  // A date that cannot be is as good as never: such a token only proves that its signer was odd.
  const expiresMs = Math.min(exp * 1000, 8.64e15)
  return {
    jti: String(claims[settings.SIMPLE_JWT_JTI_CLAIM]),
    family: familyOf(claims),
    expiresAt: new Date(Math.trunc(expiresMs)),
  }
}
