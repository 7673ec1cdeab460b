import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose'
import { fetchKeys } from './jwks.ts'
import { rejected, socialProfile, type ProfileFields } from './profile.ts'
import type {
  Attempt,
  ProfileOutcome,
  ProviderTokens,
  Rejected,
  SocialProfile,
  Unavailable,
} from './provider.ts'

/** Signatures by the provider's private key only: an HMAC would be keyed by what is public here. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]

const CLOCK_TOLERANCE_SECONDS = 60

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
  attempt: Attempt,
  rules: IdTokenRules & { readonly tokens?: ProviderTokens },
  read: (claims: Claims) => ClaimedFields,
): Promise<ProfileOutcome> {
  const verified = await verifyIdToken(attempt, rules)
  if (verified.kind !== 'claims') return verified
  const origin = rules.tokens === undefined ? { spend: verified.spend } : { tokens: rules.tokens }
  return socialProfile({ app: attempt.app, ...read(verified.claims), ...origin })
}

/**
 * Verifies an ID token (OpenID Connect Core §3.1.3.7): a signature by one of the provider's keys, the
 * issuer, our client id as audience (and as `azp` where there are several), the expiry, and the nonce
 * where the login began with one.
 */
export async function verifyIdToken(
  attempt: Attempt,
  rules: IdTokenRules,
): Promise<IdTokenOutcome> {
  const keyId = keyIdOf(rules.token)
  if (keyId.kind === 'rejected') return keyId
  const found = await fetchKeys(attempt, rules.jwksUrl, keyId.kid)
  if (found.kind !== 'keys') return found
  try {
    const { payload } = await jwtVerify(rules.token, createLocalJWKSet(found.keys), {
      algorithms: ALGORITHMS,
      audience: [...attempt.app.clientIds],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: attempt.now,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
    })
    if (!isForUs(attempt, payload)) return rejected('token_of_another_app')
    if (!rules.isIssuer(payload.iss ?? '', payload)) return rejected('bad_id_token')
    const { nonce } = attempt.given
    if (nonce !== undefined && payload['nonce'] !== nonce) return rejected('bad_id_token')
    return {
      kind: 'claims',
      claims: payload,
      spend: {
        // What was signed, not the signature: an ECDSA signature has a second, equally valid form.
        value: rules.token.slice(0, rules.token.lastIndexOf('.')),
        expiresAt: new Date(((payload.exp ?? 0) + CLOCK_TOLERANCE_SECONDS) * 1000),
      },
    }
  } catch {
    return rejected('bad_id_token')
  }
}

function keyIdOf(
  token: string,
): { readonly kind: 'key_id'; readonly kid: string | undefined } | Rejected {
  try {
    return { kind: 'key_id', kid: decodeProtectedHeader(token).kid }
  } catch {
    return rejected('bad_id_token')
  }
}

/** §3.1.3.7 points 4 and 5: with several audiences, the authorized party is us. */
function isForUs(attempt: Attempt, claims: Claims): boolean {
  const party = claims['azp']
  if (!Array.isArray(claims.aud) || claims.aud.length === 1) return true
  return typeof party === 'string' && attempt.app.clientIds.includes(party)
}
