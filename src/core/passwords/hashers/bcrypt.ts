/** bcrypt as Django stores it, for imported hashes. */
import { constantTimeEqual, sha256Hex, utf8 } from '../../../crypto.ts'
import { partsOf, type HashFormat, type Hasher } from './hasher.ts'
import { loadImported } from './load-imported.ts'

/** Dearest bcrypt hash that is verified: 2 ** 14 rounds, about a second of CPU; Django writes 12. */
const BCRYPT_MAX_ROUNDS = 14
const BCRYPT_MIN_ROUNDS = 4

const BCRYPT_FORMAT: HashFormat<Record<'salt' | 'rounds' | 'checksum', string>> =
  /^\w+\$(?<salt>\$2[aby]\$(?<rounds>\d\d)\$[./A-Za-z0-9]{22})(?<checksum>[./A-Za-z0-9]{31})$/

/** Django's `BCryptPasswordHasher`: `bcrypt$$2b$12$…`; only the first 72 bytes of a password count. */
export const bcrypt: Hasher = (encoded) => readBcrypt(encoded, async (password) => password)

/** Django's `BCryptSHA256PasswordHasher`: bcrypt over the hexadecimal SHA-256 of the password. */
export const bcryptSha256: Hasher = (encoded) => readBcrypt(encoded, sha256Hex)

function readBcrypt(
  encoded: string,
  prepare: (password: string) => Promise<string>,
): ReturnType<Hasher> {
  const parts = partsOf(BCRYPT_FORMAT, encoded)
  if (parts === undefined) return undefined
  const { salt, checksum } = parts
  const rounds = Number(parts.rounds)
  if (rounds < BCRYPT_MIN_ROUNDS || rounds > BCRYPT_MAX_ROUNDS) return undefined
  return {
    nativeIterations: Infinity,
    matches: async (password) => {
      const { hashSync } = await loadImported()
      const actual = hashSync(await prepare(password), salt)
      return constantTimeEqual(utf8(actual), utf8(salt + checksum))
    },
  }
}
