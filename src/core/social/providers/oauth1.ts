/** OAuth 1.0a signatures (RFC 5849), which Twitter's oldest API needs. */
import { encodeBase64, utf8 } from '../../../crypto.ts'

/** A request to be signed, and the two pairs of keys that sign it. */
export type SignedRequest = {
  readonly method: 'GET' | 'POST'
  /** Without its query. */
  readonly url: string
  readonly query: Readonly<Record<string, string>>
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly token: string
  readonly tokenSecret: string
  readonly nonce: string
  readonly timestampSeconds: number
}

/** The `Authorization` header of an OAuth 1.0a request, HMAC-SHA1 (RFC 5849 §3). */
export async function signOAuth1(request: SignedRequest): Promise<string> {
  const parameters: Record<string, string> = {
    oauth_consumer_key: request.consumerKey,
    oauth_nonce: request.nonce,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(request.timestampSeconds),
    oauth_token: request.token,
    oauth_version: '1.0',
  }
  const base = signatureBase(request, { ...request.query, ...parameters })
  const key = await crypto.subtle.importKey(
    'raw',
    utf8(`${percentEncode(request.consumerSecret)}&${percentEncode(request.tokenSecret)}`),
    { name: 'HMAC', hash: 'SHA-1' },
    false,
    ['sign'],
  )
  const signature = await crypto.subtle.sign('HMAC', key, utf8(base))
  parameters['oauth_signature'] = encodeBase64(new Uint8Array(signature))
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`,
  )
  return `OAuth ${pairs.join(', ')}`
}

/** RFC 5849 §3.4.1: sorted by encoded name, each part encoded once more. */
function signatureBase(
  request: Pick<SignedRequest, 'method' | 'url'>,
  parameters: Readonly<Record<string, string>>,
): string {
  const normalized = Object.entries(parameters)
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&')
  return [request.method, request.url, normalized].map(percentEncode).join('&')
}

/** RFC 3986's unreserved characters stay, everything else is encoded (RFC 5849 §3.6). */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
