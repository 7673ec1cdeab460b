/**
 * Checks of a JWT's claims: expiry, not-before, issuer, audience, type (RFC 8725 §3). An access token is accepted,
 * a refresh token is not.
 */
import type { GuardOptions } from './options.ts'
import { listOf, nowMs, type Claims } from './values.ts'

/**
 * Why claims of a genuine JWT are refused, `undefined` where they are valid: type, issuer, times and audience
 * (RFC 7519 §4.1, RFC 8725 §3.8 to §3.11). A refresh token is no access token.
 */
export function jwtFault(options: GuardOptions, claims: Claims): string | undefined {
  if (claims[options.tokenTypeClaim ?? 'token_type'] !== 'access') return 'not an access token'
  if (!isIssuerRight(options, claims['iss'])) return 'another issuer'
  return timeFault(options, claims) ?? audienceFault(options, claims['aud'])
}

function timeFault(options: GuardOptions, claims: Claims): string | undefined {
  const seconds = nowMs(options) / 1000
  const leeway = options.leewaySeconds ?? 5
  const { exp, nbf = 0, iat = 0 } = claims
  if (!(typeof exp === 'number' && exp > seconds - leeway)) return 'expired'
  const hasBegun = [nbf, iat].every((time) => typeof time === 'number' && time <= seconds + leeway)
  return hasBegun ? undefined : 'not valid yet'
}

function isIssuerRight({ issuer, auth }: GuardOptions, claim: unknown): boolean {
  if (issuer !== undefined) return claim === issuer
  if (claim === undefined || typeof auth !== 'string') return true
  const named = String(claim).replace(/\/$/, '')
  return named === new URL(auth).origin || named === auth.replace(/\/$/, '')
}

/** A token that is for someone is not for everyone: without `audience`, one that names any is refused. */
export function audienceFault(options: GuardOptions, claim: unknown): string | undefined {
  const wanted = listOf(options.audience)
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  if (claim === undefined && wanted.length === 0) return undefined
  return wanted.some((name) => named.includes(name)) ? undefined : 'another audience'
}
