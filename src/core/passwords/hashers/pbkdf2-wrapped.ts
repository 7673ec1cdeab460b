import { partsOf, type HashFormat, type Hasher } from './hasher.ts'
import { PBKDF2_WEB_CRYPTO_MAX_ITERATIONS } from './web-crypto-pbkdf2.ts'
import { loadImported } from './load-imported.ts'

const WRAPPED_FORMAT: HashFormat<WrappedParts> =
  /^pbkdf2_wrapped\$(?<outer>[1-9]\d{0,5})\$(?<salt>[^$]+)\$(?<hash>[^$]+)\$(?<recipe>(?:md5|sha1)\$[^$]*|pbkdf2_sha(?:256|1)\$(?<inner>[1-9]\d{0,4})\$[^$]+)$/

type WrappedParts = Record<'outer' | 'salt' | 'hash' | 'recipe', string> & {
  readonly inner?: string
}

/** A weak hash of Django's that was wrapped when it was imported; see `docs/django_hasher.py`. */
export const pbkdf2Wrapped: Hasher = (encoded) => {
  const parts = partsOf(WRAPPED_FORMAT, encoded)
  if (parts === undefined) return undefined
  const { salt, hash, recipe } = parts
  const iterations = Number(parts.outer)
  if (iterations > PBKDF2_WEB_CRYPTO_MAX_ITERATIONS) return undefined
  return {
    nativeIterations: iterations + Number(parts.inner ?? 0),
    matches: async (password) => {
      const { matchesWrapped } = await loadImported()
      return matchesWrapped(password, { recipe, salt, iterations, hash })
    },
  }
}
