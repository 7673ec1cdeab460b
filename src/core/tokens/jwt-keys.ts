/** The keys of our JWTs, imported once per isolate: importing an RSA key costs more than a signature. */
import type { JWK } from 'jose'
import { utf8 } from '../../crypto.ts'
import type { JwtKeys, JwtKeySettings } from './jws.ts'
import { lazily } from '../../lazily.ts'
import { oncePer } from '../../once-per.ts'

const loadKeyPairs = lazily(() => import('./key-pair.chunk.ts'))

/** By their setting's value: the same value returns the same keys, imported once. */
const imported = new Map<string, Promise<JwtKeys>>()

/** A process with more deployments than this is a test's; a Worker's isolate has one. */
const MAX_IMPORTED = 16

/** The keys of our own tokens, imported once per isolate; by the settings object, which avoids building a string. */
export const jwtKeys = oncePer(keysByName)

function keysByName(settings: JwtKeySettings): Promise<JwtKeys> {
  const name = JSON.stringify([
    settings.SIMPLE_JWT_ALGORITHM,
    settings.SIMPLE_JWT_SIGNING_KEY ?? settings.SECRET_KEY,
    settings.SIMPLE_JWT_VERIFYING_KEY,
    isSymmetric(settings) ? olderSecrets(settings) : settings.SIMPLE_JWT_VERIFYING_KEY_FALLBACKS,
  ])
  const known = imported.get(name)
  if (known !== undefined) return known
  if (imported.size >= MAX_IMPORTED) imported.clear()
  const keys = isSymmetric(settings) ? secretKeys(settings) : keyPairOf(settings)
  imported.set(name, keys)
  return keys
}

async function keyPairOf(settings: JwtKeySettings): Promise<JwtKeys> {
  const { keyPair } = await loadKeyPairs()
  return keyPair(settings)
}

/** The public keys that verify our tokens (RFC 7517 §5); empty for the HS algorithms. */
export async function publicJwks(
  settings: JwtKeySettings,
): Promise<{ readonly keys: readonly JWK[] }> {
  if (isSymmetric(settings)) return { keys: [] }
  const { publicJwk } = await loadKeyPairs()
  const { verifying } = await jwtKeys(settings)
  const keys = verifying.map((key) => publicJwk(settings.SIMPLE_JWT_ALGORITHM, key))
  return { keys: await Promise.all(keys) }
}

function isSymmetric(settings: JwtKeySettings): boolean {
  return settings.SIMPLE_JWT_ALGORITHM.startsWith('HS')
}

/** Secrets that have signed JWTs: none, where JWTs have a key of their own, for an old SECRET_KEY never did. */
function olderSecrets(settings: JwtKeySettings): readonly string[] {
  const signs = settings.SIMPLE_JWT_SIGNING_KEY === undefined
  return signs && settings.policy.tokens.fallbackKeysVerify ? settings.SECRET_KEY_FALLBACKS : []
}

async function secretKeys(settings: JwtKeySettings): Promise<JwtKeys> {
  const hash = `SHA-${settings.SIMPLE_JWT_ALGORITHM.slice(2)}`
  const own = settings.SIMPLE_JWT_SIGNING_KEY ?? settings.SECRET_KEY
  const importSecret = (secret: string) =>
    crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash }, false, ['sign', 'verify'])
  const key = await importSecret(own)
  const older = await Promise.all(olderSecrets(settings).map(importSecret))
  return { signing: { key, header: {} }, verifying: [key, ...older] }
}
