/** Types of ID token verification, apart from both its caller and its code, which is loaded late. */
import type { JWTPayload } from 'jose'
import type { Rejected, SocialProfile, Unavailable } from './provider.ts'

/** What an ID token is checked against. */
export type IdTokenRules = {
  readonly token: string
  readonly jwksUrl: string
  /** Exact issuers, or a rule over the claims where the issuer names a tenant. */
  readonly isIssuer: (issuer: string, claims: Claims) => boolean
}

/** What an ID token says. */
export type Claims = JWTPayload

/** Outcome of verifying an ID token; `spend` is for tokens that a client brought. */
export type IdTokenOutcome =
  | {
      readonly kind: 'claims'
      readonly claims: Claims
      readonly spend: NonNullable<SocialProfile['spend']>
    }
  | Rejected
  | Unavailable
