import { constantTimeEqual, decodeBase64, utf8 } from '../../crypto.ts'
import type { Hasher } from './hasher.ts'

/** Django's own default, 100 MiB; an isolate has 128 MiB for everything. */
export const ARGON2_MAX_MEMORY_KIB = 102_400
/** Memory times passes, in KiB: about two seconds of CPU. */
export const ARGON2_MAX_WORK_KIB = 409_600

const ARGON2_FORMAT =
  /^argon2\$(argon2(?:id|i|d))\$(?:v=(\d{1,2})\$)?m=(\d{1,6}),t=(\d{1,6}),p=(\d{1,3})\$([\w+/-]+)\$([\w+/-]+)$/

/** Django's `Argon2PasswordHasher`: `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash`, varieties i and d too. */
export const argon2: Hasher = (encoded) => {
  const [, variety, version, memory, passes, lanes, salt64, hash64] =
    ARGON2_FORMAT.exec(encoded) ?? []
  if (salt64 === undefined || hash64 === undefined) return undefined
  const salt = decodeBase64(salt64)
  const hash = decodeBase64(hash64)
  const m = Number(memory)
  const t = Number(passes)
  const p = Number(lanes)
  // RFC 9106 §3.1 bounds from below; a hash without `v=` is of version 1.0.
  if (salt === undefined || salt.length < 8 || hash === undefined || hash.length < 4)
    return undefined
  if (p < 1 || t < 1 || m < 8 * p) return undefined
  if (m > ARGON2_MAX_MEMORY_KIB || m * t > ARGON2_MAX_WORK_KIB) return undefined
  const versionNumber = version === undefined ? 0x10 : Number(version)
  if (versionNumber !== 0x10 && versionNumber !== 0x13) return undefined
  return {
    nativeIterations: Infinity,
    matches: async (password) => {
      const { argon2d, argon2i, argon2id } = await import('@noble/hashes/argon2.js')
      const varieties = { argon2d, argon2i, argon2id }
      const derive =
        varieties[variety === 'argon2d' || variety === 'argon2i' ? variety : 'argon2id']
      // Not the asynchronous variant: two of them at once would not fit into an isolate.
      const key = derive(utf8(password), salt, {
        m,
        t,
        p,
        version: versionNumber,
        dkLen: hash.length,
        maxmem: (ARGON2_MAX_MEMORY_KIB + 1024) * 1024,
      })
      return constantTimeEqual(key, hash)
    },
  }
}
