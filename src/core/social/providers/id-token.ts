/** From an ID token to a profile, for every provider of OpenID Connect. */
import type { Claims, IdTokenOutcome, IdTokenRules } from './id-token-claims.ts'
import { socialProfile, type ProfileFields } from './profile.ts'
import type { ProviderRequest, ProfileOutcome, ProviderTokens } from './provider.ts'
import { loadProviders } from './load-providers.ts'

/** What a provider reads out of its claims. */
export type ClaimedFields = Omit<ProfileFields, 'app' | 'tokens' | 'spend'>

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
  const { verify } = await loadProviders()
  return verify(attempt, rules)
}
