/**
 * Django's salted MD5, for imported hashes only. Cheap to crack once stolen: the import wraps such hashes unless
 * told otherwise.
 */
import { constantTimeEqual, md5Hex, utf8 } from '../../../crypto.ts'
import { partsOf, type HashFormat, type Hasher } from './hasher.ts'

const MD5_FORMAT: HashFormat<{ salt: string; hash: string }> =
  /^md5\$(?<salt>[^$]+)\$(?<hash>[0-9a-f]{32})$/

/**
 * Django's `MD5PasswordHasher`: `md5$salt$hex` of salt and password. Without a salt it is refused, as Django's
 * default hashers do.
 */
export const md5: Hasher = (encoded) => {
  const parts = partsOf(MD5_FORMAT, encoded)
  if (parts === undefined) return undefined
  const { salt, hash } = parts
  return {
    nativeIterations: 0,
    matches: async (password) => constantTimeEqual(utf8(await md5Hex(salt + password)), utf8(hash)),
  }
}
