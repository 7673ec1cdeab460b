/** simplejwt's verification of a token, of whichever type, with the checks that its blacklist adds. */
import { callerByClaims } from '../tokens/authentication.ts'
import { isRefreshTokenSpent, spentColumn } from './refresh.sql.ts'
import type { Deps } from '../../deps.ts'
import { verifyToken, type TokenFault, type VerifiedToken } from '../tokens/jwt.ts'
import { refreshTokenOf } from './refresh.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** Result of checking a token. */
export type CheckOutcome = VerifiedToken | TokenFault | { readonly kind: 'blacklisted' }

/**
 * Whether a token is valid (simplejwt: `TokenVerifySerializer`). No round trip: signature and claims only;
 * one for a refresh token where blacklisted ones are to be refused, and for any with `TOKEN_VERIFY_CHECKS_LOGIN`.
 */
export async function checkToken(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes' | 'deferWrites'>,
  token: string,
): Promise<CheckOutcome> {
  const { settings } = deps
  const verified = await verifyToken(deps, token, 'any')
  if (verified.kind === 'refused') return verified
  if (settings.policy.tokens.verifyChecksLogin) return checkLogin(deps, verified)
  if (!looksBlacklisted(settings)) return verified
  const typeClaim = settings.SIMPLE_JWT_TOKEN_TYPE_CLAIM
  if (typeClaim !== undefined && verified.claims[typeClaim] !== 'refresh') return verified
  const { jti, family } = refreshTokenOf(settings, verified.claims)
  const isSpent = await isRefreshTokenSpent(deps.db, jti, family)
  return isSpent ? { kind: 'blacklisted' } : verified
}

/** Whether token, login and account are all still good, in the round trip that finds the account. */
async function checkLogin(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes' | 'deferWrites'>,
  verified: VerifiedToken,
): Promise<CheckOutcome> {
  const column = spentColumn(refreshTokenOf(deps.settings, verified.claims).jti)
  const caller = await callerByClaims({ ...deps, column }, verified.claims)
  if (caller.kind === 'user' && caller.column === undefined) return verified
  return { kind: 'blacklisted' }
}

/** The reference looks only where rotation blacklists. */
function looksBlacklisted(
  settings: Pick<Settings, 'SIMPLE_JWT_BLACKLIST_AFTER_ROTATION' | 'TOKEN_BLACKLIST_ENABLED'> &
    PolicyOf<'tokens'>,
): boolean {
  if (!settings.TOKEN_BLACKLIST_ENABLED) return false
  return (
    settings.policy.tokens.verifyChecksBlacklist || settings.SIMPLE_JWT_BLACKLIST_AFTER_ROTATION
  )
}
