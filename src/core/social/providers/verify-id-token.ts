/**
 * Verifies ID tokens (OpenID Connect Core §3.1.3.7) with asymmetric algorithms only: with HMAC, the public key
 * would be the secret (algorithm confusion).
 */
import { encodeBase64Url, hex, utf8 } from '../../../crypto.ts'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { Claims, IdTokenOutcome, IdTokenRules } from './id-token-claims.ts'
import { fetchKeys } from './jwks.ts'
import { rejected } from './profile.ts'
import type { ProviderRequest, Rejected } from './provider.ts'

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

/**
 * Verifies an ID token (OpenID Connect Core §3.1.3.7): a signature by one of the provider's keys, the
 * issuer, our client id as audience (and as `azp` where there are several), the expiry, and the nonce
 * where the login began with one.
 */
export async function verify(
  attempt: ProviderRequest,
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
    if (!(await hasNonce(payload['nonce'], attempt.given))) return rejected('bad_id_token')
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

/**
 * §3.1.3.7 point 11. Where we began the login, the ID token carries our nonce. A client's own is compared where the ID
 * token has one; Apple's and Google's SDKs for apps put its SHA-256 there.
 */
async function hasNonce(
  claim: unknown,
  { nonce, isNonceOurs }: ProviderRequest['given'],
): Promise<boolean> {
  if (nonce === undefined || nonce === claim) return true
  if (isNonceOurs === true) return false
  if (typeof claim !== 'string') return claim === undefined
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(nonce)))
  return [hex(digest), encodeBase64Url(digest)].includes(claim)
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
function isForUs(attempt: ProviderRequest, claims: Claims): boolean {
  const party = claims['azp']
  if (!Array.isArray(claims.aud) || claims.aud.length === 1) return true
  return typeof party === 'string' && attempt.app.clientIds.includes(party)
}
