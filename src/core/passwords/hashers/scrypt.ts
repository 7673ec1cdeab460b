/** scrypt as Django stores it (RFC 7914), by Node's native implementation, which workerd has. */
import { constantTimeEqual, encodeBase64, utf8 } from '../../../crypto.ts'
import { partsOf, type HashFormat, type Hasher } from './hasher.ts'

/** Workers refuse scrypt when N × r × p is above this; Node does not. */
const SCRYPT_MAX_COST = 2 ** 20
const SCRYPT_HASH_BYTES = 64

const SCRYPT_FORMAT: HashFormat<Record<'n' | 'salt' | 'r' | 'p' | 'hash', string>> =
  /^scrypt\$(?<n>[1-9]\d{0,6})\$(?<salt>[^$]+)\$(?<r>[1-9]\d{0,6})\$(?<p>[1-9]\d{0,6})\$(?<hash>[^$]+)$/

/** Django's `ScryptPasswordHasher`: `scrypt$N$salt$r$p$base64`. */
export const scrypt: Hasher = (encoded) => {
  const parts = partsOf(SCRYPT_FORMAT, encoded)
  if (parts === undefined) return undefined
  const { salt, hash } = parts
  const N = Number(parts.n)
  const r = Number(parts.r)
  const p = Number(parts.p)
  const isPowerOfTwo = N > 1 && (N & (N - 1)) === 0
  if (!isPowerOfTwo || N * r * p > SCRYPT_MAX_COST) return undefined
  return {
    nativeIterations: Infinity,
    matches: async (password) => {
      const key = await deriveScrypt(password, salt, { N, r, p })
      return constantTimeEqual(utf8(encodeBase64(key)), utf8(hash))
    },
  }
}

type ScryptCost = { readonly N: number; readonly r: number; readonly p: number }

/** Web Crypto has no scrypt; `node:crypto`'s is native in workerd. */
async function deriveScrypt(password: string, salt: string, cost: ScryptCost): Promise<Uint8Array> {
  const crypto = await import('node:crypto')
  // RFC 7914 §2: 128 × N × r bytes, and as much again per parallel block; Node refuses above `maxmem`.
  const maxmem = 128 * cost.r * (cost.N + cost.p + 2)
  return new Promise((resolve, reject) => {
    crypto.scrypt(password, salt, SCRYPT_HASH_BYTES, { ...cost, maxmem }, (error, key) => {
      if (error) reject(error)
      if (!error) resolve(key)
    })
  })
}
