/**
 * The cookie that holds the verifier of a login that a link began; scripts cannot read it. Over https no sibling site
 * can set it, or it would slip in verifier, state and code of a login of its own (RFC 6265bis §4.1.3.2).
 */
export function verifierCookieName(request: Request): string {
  return isHttps(request) ? '__Host-social_verifier' : 'social_verifier'
}

/** Whether the request came encrypted. */
export function isHttps(request: Request): boolean {
  return new URL(request.url).protocol === 'https:'
}
