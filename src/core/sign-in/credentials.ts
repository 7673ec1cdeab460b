import { noteFamily } from '../tokens/credentials.sql.ts'
import type { Deps } from '../../deps.ts'
import { FAMILY_CLAIM, revokeClaim } from '../tokens/authentication.ts'
import {
  accessClaimsOf,
  newJti,
  newRefreshClaims,
  signClaims,
  type Claims,
  type JwtPair,
} from '../tokens/jwt.ts'
import type { UserWithPassword } from '../users/user.ts'

/** The slice of `Deps` that handing out credentials needs. */
export type CredentialDeps = Pick<
  Deps,
  'db' | 'settings' | 'now' | 'randomBytes' | 'deferWrites' | 'client' | 'log'
>

/** What a login hands out. */
export type Credentials = {
  /** DRF's auth token; absent with `USE_JWT`, or without `TOKEN_MODEL`. */
  readonly key?: string
  readonly jwt?: JwtPair
  /** Value of the session cookie, with `SESSION_LOGIN`. */
  readonly sessionKey?: string
}

/**
 * A JWT pair for a user (simplejwt: `RefreshToken.for_user`). Writes nothing that the answer waits for:
 * the login is noted in `defer`, so that it can be listed and ended.
 */
export async function newJwtPair(deps: CredentialDeps, user: UserWithPassword): Promise<JwtPair> {
  const { settings } = deps
  const family = newJti(deps.randomBytes)
  const claims = newRefreshClaims(
    deps,
    userClaimOf(settings, user),
    settings.SIMPLE_JWT_CHECK_REVOKE_TOKEN
      ? { [settings.SIMPLE_JWT_REVOKE_TOKEN_CLAIM]: await revokeClaim(user.passwordHash) }
      : {},
  )
  const refreshClaims = settings.REFRESH_TOKEN_FAMILIES
    ? { ...claims, [FAMILY_CLAIM]: family }
    : claims
  if (settings.REFRESH_TOKEN_FAMILIES) {
    const lifetimeMs = settings.SIMPLE_JWT_REFRESH_TOKEN_LIFETIME * 1000
    const expiresAt = new Date(deps.now.getTime() + lifetimeMs)
    noteLoginInUse(deps, { family, userId: user.id, expiresAt })
  }
  return pairOf(deps, refreshClaims)
}

/** Notes, after the answer, that the login of a family is in use by this client until its token ends. */
export function noteLoginInUse(
  deps: CredentialDeps,
  login: { readonly family: string; readonly userId: number; readonly expiresAt: Date },
): void {
  const { client, now } = deps
  deps.deferWrites([
    noteFamily(deps.db, {
      ...login,
      userAgent: client.userAgent,
      country: client.country,
      createdAt: now,
      lastUsedAt: now,
    }),
  ])
}

/** Signs a refresh token and an access token made from it. */
export async function pairOf(deps: CredentialDeps, refreshClaims: Claims): Promise<JwtPair> {
  const { settings, now } = deps
  const [access, refresh] = await Promise.all([
    signClaims(settings, accessClaimsOf(deps, refreshClaims)),
    signClaims(settings, refreshClaims),
  ])
  return {
    access,
    refresh,
    accessExpiresAt: new Date(now.getTime() + settings.SIMPLE_JWT_ACCESS_TOKEN_LIFETIME * 1000),
    refreshExpiresAt: new Date(now.getTime() + settings.SIMPLE_JWT_REFRESH_TOKEN_LIFETIME * 1000),
    refreshClaims,
  }
}

function userClaimOf(settings: Deps['settings'], user: UserWithPassword): string {
  const field = settings.SIMPLE_JWT_USER_ID_FIELD
  return field === 'id' ? String(user.id) : user[field]
}

/** Whether a login sets `last_login`: Django does it where a session is opened. */
export function loginSetsLastLogin(settings: Deps['settings']): boolean {
  if (settings.SESSION_LOGIN) return true
  if (!settings.HONOUR_UPDATE_LAST_LOGIN) return false
  return !settings.USE_JWT || settings.SIMPLE_JWT_UPDATE_LAST_LOGIN
}
