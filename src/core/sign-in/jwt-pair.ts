import type { Deps } from '../../deps.ts'
import {
  FAMILY_CLAIM,
  revokeClaim,
  TOKEN_VERSION_CLAIM,
  tokenVersion,
} from '../tokens/authentication.ts'
import {
  accessClaimsOf,
  newRefreshClaims,
  refreshLifetimeSeconds,
  signClaims,
  type Claims,
  type JwtDeps,
  type JwtPair,
} from '../tokens/jwt.ts'
import { accountIdClaim } from '../tokens/token-owner.ts'
import type { UserWithPassword } from '../users/user.ts'

/** A JWT pair for a user (simplejwt: `RefreshToken.for_user`), of the login with this family. */
export async function newJwtPair(
  deps: JwtDeps,
  user: UserWithPassword,
  family: string,
): Promise<JwtPair> {
  const { settings } = deps
  return pairOf(
    deps,
    newRefreshClaims(deps, userClaimOf(settings, user), {
      ...(settings.SIMPLE_JWT_CHECK_REVOKE_TOKEN
        ? { [settings.SIMPLE_JWT_REVOKE_TOKEN_CLAIM]: await revokeClaim(user.passwordHash) }
        : {}),
      ...(settings.REFRESH_TOKEN_FAMILIES ? { [FAMILY_CLAIM]: family } : {}),
      ...versionClaim(settings, user.tokensRevokedAt),
      ...accountIdClaim(settings, user.id),
    }),
  )
}

/**
 * What lets the database take a token back at once: a revocation gives the account another version. Without
 * families a token has simplejwt's own claims only, until the account's tokens are first revoked.
 */
export function versionClaim(settings: Deps['settings'], tokensRevokedAt: Date | null): Claims {
  if (!settings.REFRESH_TOKEN_FAMILIES && tokensRevokedAt === null) return {}
  return { [TOKEN_VERSION_CLAIM]: tokenVersion(tokensRevokedAt) }
}

/** Signs a refresh token and an access token made from it. */
export async function pairOf(deps: JwtDeps, refreshClaims: Claims): Promise<JwtPair> {
  const [access, refresh] = await Promise.all([
    accessTokenOf(deps, refreshClaims),
    signClaims(deps.settings, refreshClaims),
  ])
  const lifetimeMs = refreshLifetimeSeconds(deps.settings, refreshClaims, deps.now) * 1000
  return {
    ...access,
    refresh,
    refreshExpiresAt: new Date(deps.now.getTime() + lifetimeMs),
    refreshClaims,
  }
}

/** Signs an access token made from a refresh token's claims. */
export async function accessTokenOf(
  deps: JwtDeps,
  refreshClaims: Claims,
): Promise<Pick<JwtPair, 'access' | 'accessExpiresAt'>> {
  const lifetimeMs = deps.settings.SIMPLE_JWT_ACCESS_TOKEN_LIFETIME * 1000
  return {
    access: await signClaims(deps.settings, accessClaimsOf(deps, refreshClaims)),
    accessExpiresAt: new Date(deps.now.getTime() + lifetimeMs),
  }
}

function userClaimOf(settings: Deps['settings'], user: UserWithPassword): string {
  const field = settings.SIMPLE_JWT_USER_ID_FIELD
  return field === 'id' ? String(user.id) : user[field]
}
