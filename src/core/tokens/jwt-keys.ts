import {
  calculateJwkThumbprint,
  exportJWK,
  importJWK,
  importPKCS8,
  importSPKI,
  type CryptoKey,
  type JWK,
} from 'jose'
import { utf8 } from '../../crypto.ts'
import type { Settings } from '../../settings/parse.ts'

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

/** By what the settings say of them: whoever asks with the same words gets the same keys, imported once. */
const imported = new Map<string, Promise<JwtKeys>>()

/** A process with more deployments than this is a test's; a Worker's isolate has one. */
const MAX_IMPORTED = 16

/** The keys of our own tokens, imported once per isolate. */
export function jwtKeys(settings: JwtKeySettings): Promise<JwtKeys> {
  const name = JSON.stringify([
    settings.SIMPLE_JWT_ALGORITHM,
    settings.SIMPLE_JWT_SIGNING_KEY ?? settings.SECRET_KEY,
    settings.SIMPLE_JWT_VERIFYING_KEY,
    isSymmetric(settings) ? olderSecrets(settings) : settings.SIMPLE_JWT_VERIFYING_KEY_FALLBACKS,
  ])
  const known = imported.get(name)
  if (known !== undefined) return known
  if (imported.size >= MAX_IMPORTED) imported.clear()
  const keys = isSymmetric(settings) ? secretKeys(settings) : keyPair(settings)
  imported.set(name, keys)
  return keys
}

/** The public keys that verify our tokens (RFC 7517 §5); empty for the HS algorithms. */
export async function publicJwks(
  settings: JwtKeySettings,
): Promise<{ readonly keys: readonly JWK[] }> {
  if (isSymmetric(settings)) return { keys: [] }
  const { verifying } = await jwtKeys(settings)
  const keys = verifying.map(async (key) => {
    const jwk = await exportJWK(key)
    const kid = await calculateJwkThumbprint(jwk)
    return { ...jwk, kid, use: 'sig', alg: settings.SIMPLE_JWT_ALGORITHM }
  })
  return { keys: await Promise.all(keys) }
}

function isSymmetric(settings: JwtKeySettings): boolean {
  return settings.SIMPLE_JWT_ALGORITHM.startsWith('HS')
}

/** Secrets that have signed JWTs: none, where JWTs have a key of their own, for an old SECRET_KEY never did. */
function olderSecrets(settings: JwtKeySettings): readonly string[] {
  const signs = settings.SIMPLE_JWT_SIGNING_KEY === undefined
  return signs && settings.SECRET_KEY_FALLBACKS_VERIFY_JWTS ? settings.SECRET_KEY_FALLBACKS : []
}

async function secretKeys(settings: JwtKeySettings): Promise<JwtKeys> {
  const hash = `SHA-${settings.SIMPLE_JWT_ALGORITHM.slice(2)}`
  const own = settings.SIMPLE_JWT_SIGNING_KEY ?? settings.SECRET_KEY
  const importSecret = (secret: string) =>
    crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash }, false, ['sign', 'verify'])
  const key = await importSecret(own)
  const older = await Promise.all(olderSecrets(settings).map(importSecret))
  return { signing: { key, keyId: undefined }, verifying: [key, ...older] }
}

async function keyPair(settings: JwtKeySettings): Promise<JwtKeys> {
  const algorithm = settings.SIMPLE_JWT_ALGORITHM
  const pem = settings.SIMPLE_JWT_SIGNING_KEY ?? ''
  const key = await importPKCS8(pem, algorithm, { extractable: true })
  const verifyingKey =
    settings.SIMPLE_JWT_VERIFYING_KEY === undefined
      ? await publicHalf(key, algorithm)
      : await importSPKI(settings.SIMPLE_JWT_VERIFYING_KEY, algorithm, { extractable: true })
  const older = await Promise.all(
    settings.SIMPLE_JWT_VERIFYING_KEY_FALLBACKS.map((spki) =>
      importSPKI(spki, algorithm, { extractable: true }),
    ),
  )
  const keyId = await calculateJwkThumbprint(await exportJWK(verifyingKey))
  return { signing: { key, keyId }, verifying: [verifyingKey, ...older] }
}

async function publicHalf(key: CryptoKey, algorithm: string): Promise<CryptoKey> {
  const { d, p, q, dp, dq, qi, ...publicJwk } = await exportJWK(key)
  void [d, p, q, dp, dq, qi]
  const half = await importJWK(publicJwk, algorithm, { extractable: true })
  if (half instanceof Uint8Array) throw new Error('an asymmetric algorithm has no secret key')
  return half
}
