import type { Hasher } from './hasher.ts'
import { PBKDF2_WEB_CRYPTO_MAX_ITERATIONS } from './web-crypto-pbkdf2.ts'
import { loadImported } from './load-imported.ts'

const WRAPPED_FORMAT =
  /^pbkdf2_wrapped\$([1-9]\d{0,5})\$([^$]+)\$([^$]+)\$((?:md5|sha1)\$[^$]*|pbkdf2_sha(?:256|1)\$([1-9]\d{0,4})\$[^$]+)$/

/** A weak hash of Django's that was wrapped when it was imported; see `docs/django_hasher.py`. */
export const pbkdf2Wrapped: Hasher = (encoded) => {
  const [, iterationsText, salt, hash, recipe, recipeIterations = '0'] =
    WRAPPED_FORMAT.exec(encoded) ?? []
  if (salt === undefined || hash === undefined || recipe === undefined) return undefined
  const iterations = Number(iterationsText)
  if (iterations > PBKDF2_WEB_CRYPTO_MAX_ITERATIONS) return undefined
  return {
    nativeIterations: iterations + Number(recipeIterations),
    matches: async (password) => {
      const { matchesWrapped } = await loadImported()
      return matchesWrapped(password, { recipe, salt, iterations, hash })
    },
  }
}
