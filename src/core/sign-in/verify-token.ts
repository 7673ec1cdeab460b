import { isRefreshTokenSpent } from './refresh.sql.ts'
import type { Deps } from '../../deps.ts'
import { verifyToken, type TokenFault, type VerifiedToken } from '../tokens/jwt.ts'
import { refreshTokenOf } from './refresh.ts'

/** What checking a token came to. */
export type CheckOutcome = VerifiedToken | TokenFault | { readonly kind: 'blacklisted' }

/**
 * Whether a token is good (simplejwt: `TokenVerifySerializer`). No round trip: signature and claims only;
 * one for a refresh token where blacklisted ones are to be refused.
 */
export async function checkToken(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes'>,
  token: string,
): Promise<CheckOutcome> {
  const { settings } = deps
  const verified = await verifyToken(deps, token, 'any')
  if (verified.kind === 'refused' || !looksBlacklisted(settings)) return verified
  const typeClaim = settings.SIMPLE_JWT_TOKEN_TYPE_CLAIM
  if (typeClaim !== undefined && verified.claims[typeClaim] !== 'refresh') return verified
  const known = refreshTokenOf(settings, verified.claims)
  if (known === undefined) return verified
  const isSpent = await isRefreshTokenSpent(deps.db, known.jti, known.family)
  return isSpent ? { kind: 'blacklisted' } : verified
}

/** The reference looks only where rotation blacklists. */
function looksBlacklisted(settings: Deps['settings']): boolean {
  if (!settings.TOKEN_BLACKLIST_ENABLED) return false
  return settings.TOKEN_VERIFY_CHECKS_BLACKLIST || settings.SIMPLE_JWT_BLACKLIST_AFTER_ROTATION
}
