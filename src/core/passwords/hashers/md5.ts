/**
 * Django's salted MD5, for imported hashes only. Cheap to crack once stolen: the import wraps such hashes unless
 * told otherwise.
 */
import { constantTimeEqual, md5Hex, utf8 } from '../../../crypto.ts'
import type { Hasher } from './hasher.ts'

const MD5_FORMAT = /^md5\$([^$]+)\$([0-9a-f]{32})$/

/**
 * Django's `MD5PasswordHasher`: `md5$salt$hex` of salt and password. Without a salt it is refused, as Django's
 * default hashers do.
 */
export const md5: Hasher = (encoded) => {
  const [, salt, hash] = MD5_FORMAT.exec(encoded) ?? []
  if (salt === undefined || hash === undefined) return undefined
  return {
    nativeIterations: 0,
    matches: async (password) => constantTimeEqual(utf8(await md5Hex(salt + password)), utf8(hash)),
  }
}
