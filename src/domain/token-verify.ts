import { isRefreshTokenSpent } from '../db/refresh.ts'
import type { Deps } from '../deps.ts'
import { refused, verifyToken, type TokenFault, type VerifiedToken } from './jwt.ts'
import { refreshTokenOf } from './token-refresh.ts'

/**
 * Whether a token is good (simplejwt: `TokenVerifySerializer`). No round trip: signature and claims only;
 * one for a refresh token where `TOKEN_VERIFY_CHECKS_BLACKLIST` is on.
 */
export async function verifyRefreshable(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes'>,
  token: string,
): Promise<VerifiedToken | TokenFault> {
  const { settings } = deps
  const verified = await verifyToken(deps, token, 'any')
  if (verified.kind === 'refused' || !settings.TOKEN_VERIFY_CHECKS_BLACKLIST) return verified
  if (verified.claims[settings.SIMPLE_JWT_TOKEN_TYPE_CLAIM] !== 'refresh') return verified
  const known = refreshTokenOf(settings, verified.claims)
  if (known === undefined || !settings.TOKEN_BLACKLIST_ENABLED) return verified
  const isSpent = await isRefreshTokenSpent(deps.db, known.jti, known.family)
  return isSpent ? refused(settings, 'Token is blacklisted') : verified
}
