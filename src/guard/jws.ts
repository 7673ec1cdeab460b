/**
 * Parses and verifies JWS with Web Crypto, without a dependency: the guard runs in other people's programs. The
 * algorithm comes from the key, never from the token (algorithm confusion, RFC 8725 §3.1).
 */
import { objectOf, type Claims } from './values.ts'

/** Algorithms of the service (`SIMPLE_JWT_ALGORITHM`). */
export type Algorithm = `HS${256 | 384 | 512}` | `RS${256 | 384 | 512}` | `ES${256 | 384}` | 'EdDSA'

const ALGORITHM = /^(?:[HR]S(?:256|384|512)|ES(?:256|384)|EdDSA)$/

/** Web Crypto's parameters, for importing a key and for verifying with it alike (RFC 7518 §3.1). */
function parametersOf(algorithm: Algorithm) {
  const bits = algorithm.slice(2)
  const hash = `SHA-${bits}`
  if (algorithm === 'EdDSA') return { name: 'Ed25519' }
  if (algorithm.startsWith('ES')) return { name: 'ECDSA', hash, namedCurve: `P-${bits}` }
  return { name: isSymmetric(algorithm) ? 'HMAC' : 'RSASSA-PKCS1-v1_5', hash }
}

/** A token taken apart, not verified yet. */
export type Jws = {
  readonly algorithm: Algorithm
  readonly keyId: unknown
  readonly claims: Claims
  readonly signed: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
}

/** A public key of the service (RFC 7517 §4). */
export type PublicKey = {
  readonly algorithm: Algorithm
  readonly keyId: unknown
  readonly jwk: JsonWebKey
}

/** Whether it has a JWT's three parts; opaque keys have no dots. */
export function looksLikeJwt(token: string): boolean {
  return token.split('.').length === 3
}

/**
 * Takes a compact JWS apart (RFC 7515 §7.1). `undefined` for what is none, for algorithms that are unknown
 * (`none` among them), and for headers that demand to be understood (§4.1.11) or change what is signed (RFC 7797).
 */
export function parseJws(token: string): Jws | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.')
  try {
    const { alg, kid, crit, b64 } = readJson(header)
    if (!isAlgorithm(alg) || crit !== undefined || b64 !== undefined) return undefined
    return {
      algorithm: alg,
      keyId: kid,
      claims: readJson(payload),
      signed: new TextEncoder().encode(`${header}.${payload}`),
      signature: decodeBase64Url(signature),
    }
  } catch {
    return undefined
  }
}

/** Whether a key made the signature. */
export async function isSignedBy(jws: Jws, key: CryptoKey): Promise<boolean> {
  try {
    return await crypto.subtle.verify(parametersOf(jws.algorithm), key, jws.signature, jws.signed)
  } catch {
    // Some engines throw where a signature has the wrong length.
    return false
  }
}

/** Imports a secret for one of the HS algorithms; `undefined` for the others (algorithm confusion). */
export async function importSecret(
  algorithm: Algorithm,
  secret: string,
): Promise<CryptoKey | undefined> {
  if (!isSymmetric(algorithm)) return undefined
  const bytes = new TextEncoder().encode(secret)
  return crypto.subtle.importKey('raw', bytes, parametersOf(algorithm), false, ['verify'])
}

/** RFC 7518 §3.3. */
const MIN_RSA_BITS = 2048

/** Imports a public key; `undefined` where it is none of its algorithm, or too short to be one. */
export async function importPublicKey({
  algorithm,
  jwk,
}: PublicKey): Promise<CryptoKey | undefined> {
  const parameters = parametersOf(algorithm)
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, parameters, false, ['verify'])
    const bits: unknown = Reflect.get(key.algorithm, 'modulusLength')
    return typeof bits === 'number' && bits < MIN_RSA_BITS ? undefined : key
  } catch {
    return undefined
  }
}

/** The usable keys of a JWKS: for signatures, public, and each for the one algorithm that it names (RFC 8725 §3.1). */
export function publicKeysOf(jwks: unknown): readonly PublicKey[] {
  const { keys } = objectOf(jwks)
  if (!Array.isArray(keys)) throw new Error('That is no key set.')
  return keys.flatMap((one: unknown) => {
    const { alg, use = 'sig', kid, ...jwk } = objectOf(one)
    if (!isAlgorithm(alg) || isSymmetric(alg) || use !== 'sig') return []
    return [{ algorithm: alg, keyId: kid, jwk }]
  })
}

function isSymmetric(algorithm: Algorithm): boolean {
  return algorithm.startsWith('HS')
}

function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && ALGORITHM.test(name)
}

function readJson(part: string): Claims {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64Url(part))
  return objectOf(JSON.parse(text))
}

/** Strict base64url (RFC 7515 §2): no padding, no other characters. */
function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(text)) throw new Error('That is no base64url.')
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
