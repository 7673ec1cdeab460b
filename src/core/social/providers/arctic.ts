/**
 * The one file that uses Arctic: authorization URLs with PKCE and state. Codes are exchanged by our own bounded
 * request, because Arctic's uses the global `fetch` without a deadline.
 */
import { CodeChallengeMethod, OAuth2Client } from 'arctic'

/**
 * The authorization URL (RFC 6749 §4.1.1), with PKCE (RFC 7636) where there is a verifier. Codes are
 * exchanged without Arctic: it calls the global `fetch`, follows redirects and reads answers of any length.
 */
export function arcticAuthorizationUrl(request: {
  readonly endpoint: string
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string
  readonly codeVerifier: string | undefined
  readonly scopes: readonly string[]
}): URL {
  const client = new OAuth2Client(request.clientId, null, request.redirectUri)
  const scopes = [...request.scopes]
  if (request.codeVerifier === undefined) {
    return client.createAuthorizationURL(request.endpoint, request.state, scopes)
  }
  return client.createAuthorizationURLWithPKCE(
    request.endpoint,
    request.state,
    CodeChallengeMethod.S256,
    request.codeVerifier,
    scopes,
  )
}
