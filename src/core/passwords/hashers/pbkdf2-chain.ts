/**
 * PBKDF2 in several Web Crypto calls, chained: Workers limit one call to 100,000 iterations, and OWASP recommends
 * 600,000.
 */
import { constantTimeEqual, encodeBase64, utf8 } from '../../../crypto.ts'
import { letIoProceed } from '../../../let-io-proceed.ts'
import { partsOf, type HashFormat, type Hasher } from './hasher.ts'
import { PBKDF2_MAX_ITERATIONS } from './pbkdf2.ts'
import { deriveWithWebCrypto, PBKDF2_WEB_CRYPTO_MAX_ITERATIONS } from './web-crypto-pbkdf2.ts'

/** Cost of one chain: `calls` derivations of `iterations` each. */
export type ChainCost = { readonly calls: number; readonly iterations: number }

/**
 * PBKDF2-HMAC-SHA256 chained: key₀ is the password, keyᵢ = PBKDF2(keyᵢ₋₁, salt, iterations), the hash is the
 * last key. Each call is keyed by all 32 bytes of the one before, so none can be started early or skipped:
 * guessing a password costs calls × iterations, as with one call of that many, which Workers refuse. The salt
 * is the same in every call; a chain of one call is plain PBKDF2, so a stored hash can be made stronger
 * without its password by appending calls.
 */
export async function deriveChain(
  password: string,
  salt: string,
  { calls, iterations }: ChainCost,
): Promise<Uint8Array> {
  const saltBytes = utf8(salt)
  let key = utf8(password)
  for (let call = 0; call < calls; call++) {
    if (call > 0) await letIoProceed()
    key = await deriveWithWebCrypto(key, saltBytes, { digest: 'SHA-256', iterations })
  }
  return key
}

const CHAIN_FORMAT: HashFormat<ChainParts> =
  /^pbkdf2_sha256_chain\$(?<calls>[1-9]\d{0,3})x(?<iterations>[1-9]\d{0,5})\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/

type ChainParts = Record<'calls' | 'iterations' | 'salt' | 'hash', string>

/** Our own format, `pbkdf2_sha256_chain$callsxiterations$salt$base64`; see `docs/django_hasher.py`. */
export const pbkdf2Sha256Chain: Hasher = (encoded) => {
  const parts = partsOf(CHAIN_FORMAT, encoded)
  if (parts === undefined) return undefined
  const { salt, hash } = parts
  const cost = { calls: Number(parts.calls), iterations: Number(parts.iterations) }
  if (cost.iterations > PBKDF2_WEB_CRYPTO_MAX_ITERATIONS) return undefined
  if (cost.calls * cost.iterations > PBKDF2_MAX_ITERATIONS) return undefined
  return {
    nativeIterations: cost.calls * cost.iterations,
    matches: async (password) => {
      const key = await deriveChain(password, salt, cost)
      return constantTimeEqual(utf8(encodeBase64(key)), utf8(hash))
    },
  }
}
