/** simplejwt's token pair. Only the gate calls this. */
import {
  FAMILY_CLAIM,
  REMEMBER_CLAIM,
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
import { CLIENT_CLAIM } from '../../settings/jwt-clients.ts'
import { isForgotten } from '../../settings/remember.ts'
import { ownClaims } from '../tokens/own-claims.ts'
import { accountIdClaim, userNameInTokens } from '../tokens/token-owner.ts'
import type { UserWithPassword } from '../users/user.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** A JWT pair for a user (simplejwt: `RefreshToken.for_user`), of the login with this family. */
export async function newJwtPair(
  deps: JwtDeps,
  user: UserWithPassword,
  { family, claims }: { readonly family: string; readonly claims: Claims },
): Promise<JwtPair> {
  const { settings } = deps
  const client = clientClaim(deps)
  return pairOf(
    deps,
    newRefreshClaims(deps, userNameInTokens(settings, user), {
      ...claims,
      ...client,
      ...ownClaims(settings, user, client),
      ...(settings.SIMPLE_JWT_CHECK_REVOKE_TOKEN
        ? { [settings.SIMPLE_JWT_REVOKE_TOKEN_CLAIM]: await revokeClaim(user.passwordHash) }
        : {}),
      ...(settings.policy.tokens.haveFamilies ? { [FAMILY_CLAIM]: family } : {}),
      ...versionClaim(settings, user.tokensRevokedAt),
      ...accountIdClaim(settings, user.id),
      ...(isForgotten(settings) ? { [REMEMBER_CLAIM]: false } : {}),
    }),
  )
}

/** Names the client that asks for a login, where one does. */
function clientClaim({ jwtClient }: JwtDeps): Claims {
  return jwtClient === undefined ? {} : { [CLIENT_CLAIM]: jwtClient }
}

/**
 * Ties a token to the account's token version, so that one write revokes them all at once. Without families a token
 * has simplejwt's own claims only, until the account's tokens are first revoked.
 */
export function versionClaim(settings: PolicyOf<'tokens'>, tokensRevokedAt: Date | null): Claims {
  if (!settings.policy.tokens.haveFamilies && tokensRevokedAt === null) return {}
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

/** Who acts as the user of a token (RFC 8693 §4.1), and for how long. */
export type ActingParty = { readonly id: number; readonly seconds: number }

/** An access token with which a staff member impersonates the user; nothing refreshes it. */
export async function actingToken(
  deps: JwtDeps,
  user: UserWithPassword,
  { family, actor }: { readonly family: string; readonly actor: ActingParty },
): Promise<string> {
  const { settings, now } = deps
  const client = clientClaim(deps)
  const claims = newRefreshClaims(deps, userNameInTokens(settings, user), {
    ...client,
    ...ownClaims(settings, user, client),
    [FAMILY_CLAIM]: family,
    [TOKEN_VERSION_CLAIM]: tokenVersion(user.tokensRevokedAt),
    ...(settings.SIMPLE_JWT_CHECK_REVOKE_TOKEN
      ? { [settings.SIMPLE_JWT_REVOKE_TOKEN_CLAIM]: await revokeClaim(user.passwordHash) }
      : {}),
    act: { sub: String(actor.id) },
  })
  return signClaims(settings, {
    ...accessClaimsOf(deps, claims),
    exp: Math.floor(now.getTime() / 1000) + actor.seconds,
  })
}
