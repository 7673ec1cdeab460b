import {
  readRefreshState,
  revokeFamily,
  rotateRefreshToken,
  type RefreshState,
  type RefreshToken,
} from './refresh.sql.ts'
import type { Deps } from '../../deps.ts'
import {
  familyOf,
  isRevokedByPassword,
  isRevokedByTime,
  userClaim,
} from '../tokens/authentication.ts'
import { auditEvent } from '../audit/audit.ts'
import { noteLoginInUse, pairOf, type CredentialDeps } from './credentials.ts'
import {
  newJti,
  refused,
  signClaims,
  accessClaimsOf,
  verifyToken,
  type Claims,
} from '../tokens/jwt.ts'
import { countFor, type Throttled } from '../limits/rate-limits.ts'

/** What a refresh came to. */
export type RefreshOutcome =
  | {
      readonly kind: 'refreshed'
      readonly access: string
      readonly accessExpiresAt: Date
      /** With `SIMPLE_JWT_ROTATE_REFRESH_TOKENS`. */
      readonly refresh?: string
      readonly refreshExpiresAt?: Date
    }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'inactive' }
  | Throttled

/**
 * Trades a refresh token for an access token and, rotating, for its successor (simplejwt:
 * `TokenRefreshSerializer`; RFC 9700 §4.14). One round trip. A token that was rotated before answers the
 * same successor within `REFRESH_TOKEN_GRACE_SECONDS` (two tabs, a lost answer); after that its use is a
 * theft by one side, and the whole login ends.
 */
export async function refreshTokens(deps: CredentialDeps, token: string): Promise<RefreshOutcome> {
  const { settings } = deps
  const verified = await verifyToken(deps, token, 'refresh')
  if (verified.kind === 'refused') return verified
  const { claims } = verified
  const field = settings.SIMPLE_JWT_USER_ID_FIELD
  const value = userClaim(field, claims[settings.SIMPLE_JWT_USER_ID_CLAIM])
  const known = refreshTokenOf(settings, claims)
  if (value === undefined || known === undefined) return refused(settings, 'Token is invalid')
  const claim = { field, value }

  const isRotating = settings.SIMPLE_JWT_ROTATE_REFRESH_TOKENS
  const isSpending =
    settings.SIMPLE_JWT_BLACKLIST_AFTER_ROTATION && settings.TOKEN_BLACKLIST_ENABLED
  const successorClaims = successorOf(deps, claims, newJti(deps.randomBytes), deps.now)
  if (!isRotating || !isSpending) {
    const count = await countFor(deps, 'token_refresh')
    const counted = await readRefreshState(deps.db, known, claim, count)
    if (counted.kind === 'throttled') return counted
    const state = counted.results
    const fault = (await faultOf(deps, claims, state)) ?? spentFault(deps, state)
    if (fault !== undefined) return fault
    if (isRotating) return rotated(deps, claims, successorClaims)
    noteUse(deps, known, state, known.expiresAt)
    return accessOnly(deps, claims)
  }
  return rotate(deps, { claims, known, claim, successorClaims })
}

async function rotate(
  deps: CredentialDeps,
  use: {
    readonly claims: Claims
    readonly known: RefreshToken
    readonly claim: { readonly field: 'id' | 'username' | 'email'; readonly value: string }
    readonly successorClaims: Claims
  },
): Promise<RefreshOutcome> {
  const { settings, now } = deps
  const issuedAtSeconds = typeof use.claims['iat'] === 'number' ? use.claims['iat'] : 0
  const jti = String(use.successorClaims[settings.SIMPLE_JWT_JTI_CLAIM])
  const count = await countFor(deps, 'token_refresh')
  const successor = { jti, issuedAtSeconds }
  const counted = await rotateRefreshToken(deps.db, use.known, use.claim, successor, { now, count })
  if (counted.kind === 'throttled') return counted
  const state = counted.results
  const fault = await faultOf(deps, use.claims, state)
  if (fault !== undefined) return fault
  if (state.isRotated) {
    const lifetimeMs = settings.SIMPLE_JWT_REFRESH_TOKEN_LIFETIME * 1000
    noteUse(deps, use.known, state, new Date(now.getTime() + lifetimeMs))
    return rotated(deps, use.claims, use.successorClaims)
  }
  const { spent } = state
  if (spent === undefined) return refused(settings, 'Token is blacklisted')
  const ageMs = now.getTime() - spent.spentAt.getTime()
  const graceMs = settings.REFRESH_TOKEN_GRACE_SECONDS * 1000
  const isWithinGrace = settings.REFRESH_TOKEN_FAMILIES && graceMs > 0 && ageMs <= graceMs
  if (spent.successorJti !== null && isWithinGrace) {
    const again = successorOf(deps, use.claims, spent.successorJti, spent.spentAt)
    return rotated(deps, use.claims, again)
  }
  if (spent.successorJti !== null && use.known.family !== undefined && state.user !== undefined) {
    const { family, expiresAt } = use.known
    await deps.db.batch([
      revokeFamily(deps.db, { family, userId: state.user.id, expiresAt }, now),
      ...(await auditEvent(deps, 'refresh_token_reused', state.user.id)),
    ])
    deps.log({ level: 'warn', event: 'refresh_token_reused', user_id: state.user.id })
  }
  return refused(settings, 'Token is blacklisted')
}

function noteUse(
  deps: CredentialDeps,
  { family }: RefreshToken,
  { user }: RefreshState,
  expiresAt: Date,
): void {
  if (family !== undefined && user !== undefined) {
    noteLoginInUse(deps, { family, userId: user.id, expiresAt })
  }
}

/** What is wrong with owner or login, whatever became of the token itself. */
async function faultOf(
  deps: CredentialDeps,
  claims: Claims,
  state: RefreshState,
): Promise<RefreshOutcome | undefined> {
  const { settings } = deps
  if (state.user === undefined) return refused(settings, 'Token is invalid')
  if (!state.user.isActive) return { kind: 'inactive' }
  if (state.isFamilyRevoked || isRevokedByTime(claims, state.user.tokensRevokedAt)) {
    return refused(settings, 'Token is blacklisted')
  }
  const isChecked = settings.REFRESH_CHECKS_REVOKE_CLAIM
  if (isChecked && (await isRevokedByPassword(deps, claims, state.user))) {
    return refused(settings, 'Token is blacklisted')
  }
  return undefined
}

function spentFault(deps: CredentialDeps, state: RefreshState): RefreshOutcome | undefined {
  const { settings } = deps
  if (!settings.TOKEN_BLACKLIST_ENABLED || state.spent === undefined) return undefined
  return refused(settings, 'Token is blacklisted')
}

async function accessOnly(deps: CredentialDeps, claims: Claims): Promise<RefreshOutcome> {
  const lifetimeMs = deps.settings.SIMPLE_JWT_ACCESS_TOKEN_LIFETIME * 1000
  return {
    kind: 'refreshed',
    access: await signClaims(deps.settings, accessClaimsOf(deps, claims)),
    accessExpiresAt: new Date(deps.now.getTime() + lifetimeMs),
  }
}

/** The access token is made from the old claims, as simplejwt does; the refresh token is the successor. */
async function rotated(
  deps: CredentialDeps,
  claims: Claims,
  successorClaims: Claims,
): Promise<RefreshOutcome> {
  const access = await signClaims(deps.settings, accessClaimsOf(deps, claims))
  const pair = await pairOf(deps, successorClaims)
  return { ...pair, kind: 'refreshed', access }
}

function successorOf(deps: CredentialDeps, claims: Claims, jti: string, issuedAt: Date): Claims {
  const { settings } = deps
  const seconds = Math.floor(issuedAt.getTime() / 1000)
  return {
    ...claims,
    [settings.SIMPLE_JWT_JTI_CLAIM]: jti,
    exp: seconds + settings.SIMPLE_JWT_REFRESH_TOKEN_LIFETIME,
    iat: seconds,
  }
}

/** A refresh token's id, family and end; `undefined` when it has no usable id. */
export function refreshTokenOf(
  settings: Deps['settings'],
  claims: Claims,
): RefreshToken | undefined {
  const jti = claims[settings.SIMPLE_JWT_JTI_CLAIM]
  if (typeof jti !== 'string') return undefined
  const exp = Number(claims['exp'])
  // A date that cannot be is as good as never: such a token only proves that its signer was odd.
  const expiresMs = Math.min(exp * 1000, 8.64e15)
  return {
    jti,
    family: familyOf(claims),
    expiresAt: new Date(Math.trunc(expiresMs)),
  }
}
