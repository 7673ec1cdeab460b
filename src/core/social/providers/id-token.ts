import type { JWTPayload } from 'jose'
import { socialProfile, type ProfileFields } from './profile.ts'
import type {
  ProviderRequest,
  ProfileOutcome,
  ProviderTokens,
  Rejected,
  SocialProfile,
  Unavailable,
} from './provider.ts'

/** What an ID token is checked against. */
export type IdTokenRules = {
  readonly token: string
  readonly jwksUrl: string
  /** Exact issuers, or a rule over the claims where the issuer names a tenant. */
  readonly isIssuer: (issuer: string, claims: Claims) => boolean
}

/** What an ID token says. */
export type Claims = JWTPayload

/** What a provider reads out of its claims. */
export type ClaimedFields = Omit<ProfileFields, 'app' | 'tokens' | 'spend'>

/** Outcome of verifying an ID token; `spend` is for tokens that a client brought. */
export type IdTokenOutcome =
  | {
      readonly kind: 'claims'
      readonly claims: Claims
      readonly spend: NonNullable<SocialProfile['spend']>
    }
  | Rejected
  | Unavailable

/**
 * The profile in an ID token. One that came along with `tokens` is fresh from the provider; one that a
 * client brought must be spent, or who steals it from a log is its owner until it expires.
 */
export async function profileOfIdToken(
  attempt: ProviderRequest,
  rules: IdTokenRules & { readonly tokens?: ProviderTokens },
  read: (claims: Claims) => ClaimedFields,
): Promise<ProfileOutcome> {
  const verified = await verifyIdToken(attempt, rules)
  if (verified.kind !== 'claims') return verified
  const origin = rules.tokens === undefined ? { spend: verified.spend } : { tokens: rules.tokens }
  return socialProfile({ app: attempt.app, ...read(verified.claims), ...origin })
}

/**
 * Verifies an ID token. What does it is loaded with the first one: an isolate that starts has no use for it.
 */
export async function verifyIdToken(
  attempt: ProviderRequest,
  rules: IdTokenRules,
): Promise<IdTokenOutcome> {
  const { verify } = await import('./providers.chunk.ts')
  return verify(attempt, rules)
}
