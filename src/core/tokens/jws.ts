/**
 * Signing and verifying JWS with Web Crypto (RFC 7515), for the configured algorithm only; the token's `alg` never
 * chooses (algorithm confusion, RFC 8725 §3.1).
 */
import { decodeBase64Url, encodeBase64Url, fromUtf8, utf8 } from '../../crypto.ts'
import type { Settings } from '../../settings/parse.ts'

/** The algorithms that tokens may be signed by. */
type Algorithm = Settings['SIMPLE_JWT_ALGORITHM']

/** What our own tokens are signed and verified with. */
export type JwtKeySettings = Pick<
  Settings,
  | 'SECRET_KEY'
  | 'SECRET_KEY_FALLBACKS'
  | 'SECRET_KEY_FALLBACKS_VERIFY_JWTS'
  | 'SIMPLE_JWT_ALGORITHM'
  | 'SIMPLE_JWT_SIGNING_KEY'
  | 'SIMPLE_JWT_VERIFYING_KEY'
  | 'SIMPLE_JWT_VERIFYING_KEY_FALLBACKS'
>

/** Keys that are ready for use. */
export type JwtKeys = {
  readonly signing: { readonly key: CryptoKey; readonly keyId: string | undefined }
  /** The newest first. */
  readonly verifying: readonly CryptoKey[]
}

/** Web Crypto's parameters of an algorithm (RFC 7518 §3.1, RFC 8037 §3.1). */
function parametersOf(algorithm: Algorithm) {
  if (algorithm === 'EdDSA') return { name: 'Ed25519' }
  const hash = `SHA-${algorithm.slice(2)}`
  if (algorithm.startsWith('ES')) return { name: 'ECDSA', hash }
  return { name: algorithm.startsWith('HS') ? 'HMAC' : 'RSASSA-PKCS1-v1_5', hash }
}

/** Signs a payload as a compact JWS (RFC 7515 §7.1). */
export async function signJws(
  algorithm: Algorithm,
  { key, keyId }: JwtKeys['signing'],
  payload: string,
): Promise<string> {
  const signed = `${headerOf(algorithm, keyId)}.${encodeBase64Url(utf8(payload))}`
  const signature = await crypto.subtle.sign(parametersOf(algorithm), key, utf8(signed))
  return `${signed}.${encodeBase64Url(new Uint8Array(signature))}`
}

/**
 * The payload of a compact JWS that one of the keys signed by this algorithm and no other; `undefined` where none did,
 * or where its header wants to be understood.
 */
export async function verifyJws(
  algorithm: Algorithm,
  keys: readonly CryptoKey[],
  token: string,
): Promise<string | undefined> {
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  if (more.length > 0) return undefined
  if (header !== ownHeaders.get(algorithm) && !isPlainHeader(header, algorithm)) return undefined
  const text = decodeBase64Url(payload)
  const bytes = decodeBase64Url(signature)
  if (text === undefined || bytes === undefined) return undefined
  const signed = utf8(token.slice(0, header.length + 1 + payload.length))
  for (const key of keys) {
    if (await isSignedBy(algorithm, key, { bytes, signed })) return fromUtf8(text)
  }
  return undefined
}

async function isSignedBy(
  algorithm: Algorithm,
  key: CryptoKey,
  { bytes, signed }: Readonly<Record<'bytes' | 'signed', Uint8Array<ArrayBuffer>>>,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify(parametersOf(algorithm), key, bytes, signed)
  } catch {
    // Some engines throw where a signature has the wrong length.
    return false
  }
}

/** Headers that change what is signed or demand understanding are never honoured (RFC 7515 §4.1.11, RFC 7797). */
function isPlainHeader(encoded: string, algorithm: Algorithm): boolean {
  const bytes = decodeBase64Url(encoded)
  if (bytes === undefined) return false
  try {
    const header: unknown = JSON.parse(fromUtf8(bytes))
    if (typeof header !== 'object' || header === null || !('alg' in header)) return false
    return header.alg === algorithm && !('crit' in header) && !('b64' in header)
  } catch {
    return false
  }
}

/** The header of what is signed without a key id, which is most of what is verified, too: spelled once per isolate. */
const ownHeaders = new Map<Algorithm, string>()

function headerOf(algorithm: Algorithm, keyId: string | undefined): string {
  if (keyId !== undefined) return encodeHeader({ alg: algorithm, typ: 'JWT', kid: keyId })
  const header = ownHeaders.get(algorithm) ?? encodeHeader({ alg: algorithm, typ: 'JWT' })
  ownHeaders.set(algorithm, header)
  return header
}

function encodeHeader(header: Readonly<Record<string, string>>): string {
  return encodeBase64Url(utf8(JSON.stringify(header)))
}
