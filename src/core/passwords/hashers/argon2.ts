/** Argon2 as Django stores it (RFC 9106), for imported hashes, within bounds that fit into a Worker. */
import { constantTimeEqual, decodeBase64, utf8 } from '../../../crypto.ts'
import { partsOf, type HashFormat, type Hasher } from './hasher.ts'
import { loadImported } from './load-imported.ts'

/** Dearest argon2 memory that is verified: Django's own default, 100 MiB of the 128 that an isolate has. */
const ARGON2_MAX_MEMORY_KIB = 102_400
/** Memory times passes that is verified at most, in KiB: about two seconds of CPU. */
const ARGON2_MAX_WORK_KIB = 409_600

const VARIETIES = ['argon2id', 'argon2i', 'argon2d'] as const
const VERSIONS = [0x10, 0x13] as const

const ARGON2_FORMAT: HashFormat<Argon2Parts> =
  /^argon2\$(?<name>\w+)\$(?:v=(?<v>\d{2})\$)?m=(?<m>\d{1,6}),t=(?<t>\d{1,6}),p=(?<p>\d{1,3})\$(?<salt>[A-Za-z0-9+/]+)\$(?<hash>[A-Za-z0-9+/]+)$/

type Argon2Parts = Record<'name' | 'm' | 't' | 'p' | 'salt' | 'hash', string> & {
  readonly v?: string
}

/** Django's `Argon2PasswordHasher`: `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash`, varieties i and d too. */
export const argon2: Hasher = (encoded) => {
  const parts = partsOf(ARGON2_FORMAT, encoded)
  if (parts === undefined) return undefined
  const variety = VARIETIES.find((known) => known === parts.name)
  // A hash that names no version is of 1.0, sixteen.
  const version = VERSIONS.find((known) => known === Number(parts.v ?? 16))
  const salt = decodeBase64(parts.salt)
  const hash = decodeBase64(parts.hash)
  if (!variety || !version || !salt || !hash) return undefined
  const m = Number(parts.m)
  const t = Number(parts.t)
  const p = Number(parts.p)
  // RFC 9106 §3.1 bounds from below.
  if (salt.length < 8 || hash.length < 4 || p < 1 || t < 1 || m < 8 * p) return undefined
  if (m > ARGON2_MAX_MEMORY_KIB || m * t > ARGON2_MAX_WORK_KIB) return undefined
  return {
    nativeIterations: Infinity,
    matches: async (password) => {
      const { [variety]: derive } = await loadImported()
      // Not the asynchronous variant: two at once would not fit into an isolate.
      const key = derive(utf8(password), salt, { m, t, p, version, dkLen: hash.length })
      return constantTimeEqual(key, hash)
    },
  }
}
