/** The table of hashers, by the algorithm in front of the first `$` of a stored hash. */
import { argon2 } from './argon2.ts'
import { bcrypt, bcryptSha256 } from './bcrypt.ts'
import type { Hasher } from './hasher.ts'
import { md5 } from './md5.ts'
import { pbkdf2Sha256Chain } from './pbkdf2-chain.ts'
import { pbkdf2Sha1, pbkdf2Sha256 } from './pbkdf2.ts'
import { pbkdf2Wrapped } from './pbkdf2-wrapped.ts'
import { scrypt } from './scrypt.ts'

/** Every algorithm that is verified, by the name in front of the first `$`. Unlisted ones never match. */
export const hashers = {
  pbkdf2_sha256: pbkdf2Sha256,
  pbkdf2_sha1: pbkdf2Sha1,
  pbkdf2_sha256_chain: pbkdf2Sha256Chain,
  pbkdf2_wrapped: pbkdf2Wrapped,
  scrypt,
  argon2,
  bcrypt_sha256: bcryptSha256,
  bcrypt,
  md5,
} satisfies Record<string, Hasher>
