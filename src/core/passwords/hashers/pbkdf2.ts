/** Django's PBKDF2 hashers. */
import { constantTimeEqual, encodeBase64, utf8 } from '../../../crypto.ts'
import { partsOf, type HashFormat, type Hasher } from './hasher.ts'
import {
  deriveWithWebCrypto,
  PBKDF2_WEB_CRYPTO_MAX_ITERATIONS,
  type Digest,
} from './web-crypto-pbkdf2.ts'
import { lazily } from '../../../lazily.ts'

/** Dearest PBKDF2 hash that is verified, about a second of CPU: an imported row must not burn more. */
export const PBKDF2_MAX_ITERATIONS = 2_000_000

/** Django's `PBKDF2PasswordHasher`: `pbkdf2_sha256$iterations$salt$base64`. */
export const pbkdf2Sha256: Hasher = (encoded) => readPbkdf2(encoded, 'SHA-256')

/** Django's `PBKDF2SHA1PasswordHasher`: `pbkdf2_sha1$iterations$salt$base64`. */
export const pbkdf2Sha1: Hasher = (encoded) => readPbkdf2(encoded, 'SHA-1')

const PBKDF2_FORMAT: HashFormat<Record<'iterations' | 'salt' | 'hash', string>> =
  /^\w+\$(?<iterations>[1-9]\d{0,7})\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/

function readPbkdf2(encoded: string, digest: Digest): ReturnType<Hasher> {
  const parts = partsOf(PBKDF2_FORMAT, encoded)
  if (parts === undefined) return undefined
  const { salt, hash } = parts
  const iterations = Number(parts.iterations)
  if (iterations > PBKDF2_MAX_ITERATIONS) return undefined
  const isNative = iterations <= PBKDF2_WEB_CRYPTO_MAX_ITERATIONS
  return {
    nativeIterations: isNative ? iterations : Infinity,
    matches: async (password) => {
      const derive = isNative ? deriveWithWebCrypto : await loadKernel()
      const key = await derive(utf8(password), utf8(salt), { digest, iterations })
      return constantTimeEqual(utf8(encodeBase64(key)), utf8(hash))
    },
  }
}

const loadKernelChunk = lazily(() => import('./pbkdf2-kernel.chunk.ts'))

/** Loaded only when an imported hash asks for more than Web Crypto gives. */
async function loadKernel(): Promise<typeof deriveWithWebCrypto> {
  const { deriveWithKernel } = await loadKernelChunk()
  return deriveWithKernel
}
