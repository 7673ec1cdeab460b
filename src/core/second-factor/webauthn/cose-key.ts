/**
 * The algorithm of a COSE key (RFC 9052), read from its CBOR, so that unusable keys are refused at registration.
 */
import { decodeCredentialPublicKey } from '@simplewebauthn/server/helpers'
import { encodeBase64Url } from '../../../crypto.ts'
import { orNothing } from './or-nothing.ts'

/** What a public key must be for an algorithm (RFC 9053 §2 and §7, RFC 8230 §4): the labels are COSE's. */
type KeyShape =
  | { readonly kty: 2; readonly crv: number; readonly name: string; readonly bytes: number }
  | { readonly kty: 1; readonly crv: 6 }
  | { readonly kty: 3; readonly name: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS'; readonly hash: string }

/** The signature algorithms that are offered, in the order of preference; all that Web Crypto verifies. */
const SHAPES: readonly (KeyShape & { readonly algorithm: number })[] = [
  { algorithm: -7, kty: 2, crv: 1, name: 'P-256', bytes: 32 },
  { algorithm: -8, kty: 1, crv: 6 },
  { algorithm: -36, kty: 2, crv: 3, name: 'P-521', bytes: 66 },
  { algorithm: -37, kty: 3, name: 'RSA-PSS', hash: 'SHA-256' },
  { algorithm: -38, kty: 3, name: 'RSA-PSS', hash: 'SHA-384' },
  { algorithm: -39, kty: 3, name: 'RSA-PSS', hash: 'SHA-512' },
  { algorithm: -257, kty: 3, name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  { algorithm: -258, kty: 3, name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  { algorithm: -259, kty: 3, name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
]

/** 2048 bits, the least that NIST SP 800-131A allows. */
const MIN_RSA_BYTES = 2048 / 8

/**
 * The algorithm of a COSE key whose type, curve and lengths are those of the algorithm, and which Web Crypto
 * takes: a point that is not on its curve is refused here and not at the first login. `undefined` for any
 * other. The library checks that the algorithm was offered, and no more.
 */
export async function algorithmOfKey(
  publicKey: Uint8Array<ArrayBuffer>,
): Promise<number | undefined> {
  const key: CoseKey = decodeCredentialPublicKey(publicKey)
  const shape = SHAPES.find(({ algorithm }) => algorithm === key.get(3))
  if (shape === undefined || shape.kty !== key.get(1)) return undefined
  return (await canImport(shape, key)) ? shape.algorithm : undefined
}

type CoseKey = { readonly get: (label: number) => unknown }

/** Whether Web Crypto accepts the key: a point off the curve, say, is refused here instead of at the next login. */
async function canImport(shape: KeyShape, key: CoseKey): Promise<boolean> {
  switch (shape.kty) {
    case 1: {
      const x = bytesOf(key.get(-2), 32)
      if (key.get(-1) !== shape.crv) return false
      return imports({ kty: 'OKP', crv: 'Ed25519', x }, { name: 'Ed25519' })
    }
    case 2: {
      const [x, y] = [bytesOf(key.get(-2), shape.bytes), bytesOf(key.get(-3), shape.bytes)]
      if (key.get(-1) !== shape.crv) return false
      const algorithm = { name: 'ECDSA', namedCurve: shape.name }
      return imports({ kty: 'EC', crv: shape.name, x, y }, algorithm)
    }
    case 3: {
      const [modulus, exponent] = [key.get(-1), key.get(-2)]
      if (!(modulus instanceof Uint8Array) || !(exponent instanceof Uint8Array)) return false
      if (modulus.length < MIN_RSA_BYTES) return false
      const jwk = { kty: 'RSA', n: encodeBase64Url(modulus), e: encodeBase64Url(exponent) }
      return imports(jwk, { name: shape.name, hash: shape.hash })
    }
  }
}

/** A coordinate of that many bytes; of others nothing, which Web Crypto takes for no key. */
function bytesOf(value: unknown, length: number): string {
  return value instanceof Uint8Array && value.length === length ? encodeBase64Url(value) : ''
}

async function imports(
  jwk: JsonWebKey,
  algorithm: RsaHashedImportParams | EcKeyImportParams | { readonly name: string },
): Promise<boolean> {
  const key = await orNothing(() =>
    crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']),
  )
  return key !== undefined
}
