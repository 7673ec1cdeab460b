/** Asymmetric signing keys and their public halves as JWK. */
import {
  calculateJwkThumbprint,
  exportJWK,
  importJWK,
  importPKCS8,
  importSPKI,
  type CryptoKey,
  type JWK,
} from 'jose'
import type { JwtKeys, JwtKeySettings } from './jws.ts'

/** Imports the keys of an asymmetric algorithm; the id of the signing one is its thumbprint (RFC 7638). */
export async function keyPair(settings: JwtKeySettings): Promise<JwtKeys> {
  const algorithm = settings.SIMPLE_JWT_ALGORITHM
  const pem = settings.SIMPLE_JWT_SIGNING_KEY ?? ''
  const key = await importPKCS8(pem, algorithm, { extractable: true })
  const verifyingKey =
    settings.SIMPLE_JWT_VERIFYING_KEY === undefined
      ? await publicHalf(key, algorithm)
      : await importSPKI(settings.SIMPLE_JWT_VERIFYING_KEY, algorithm)
  const older = await Promise.all(
    settings.SIMPLE_JWT_VERIFYING_KEY_FALLBACKS.map((spki) => importSPKI(spki, algorithm)),
  )
  const kid = await calculateJwkThumbprint(await exportJWK(verifyingKey))
  return { signing: { key, header: { kid } }, verifying: [verifyingKey, ...older] }
}

/** A public key as others read it (RFC 7517 §4). */
export async function publicJwk(algorithm: string, key: CryptoKey): Promise<JWK> {
  const jwk = await exportJWK(key)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: algorithm }
}

type AsymmetricJwk = JWK & { readonly kty: 'EC' | 'OKP' | 'RSA' }

async function publicHalf(key: CryptoKey, algorithm: string): Promise<CryptoKey> {
  // What is public is named: no private part gets in.
  const { kty, crv, x, y, n, e } = await exportJWK(key)
  return importJWK({ kty, crv, x, y, n, e } as AsymmetricJwk, algorithm) // the algorithm has no other keys
}
