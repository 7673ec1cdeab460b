import { constantTimeEqualText, encodeBase64, hex, md5Hex, utf8 } from '../../../crypto.ts'
import { partsOf, type HashFormat } from './hasher.ts'
import {
  deriveWithWebCrypto,
  PBKDF2_WEB_CRYPTO_MAX_ITERATIONS,
  type Digest,
} from './web-crypto-pbkdf2.ts'

/** A hash that a stolen database gives away cheaply: what of it stays known, and its digest. */
type WeakHash = {
  /** Algorithm, cost and salt, from which a password gives the digest again. */
  readonly recipe: string
  readonly digest: string
}

/** Under this many PBKDF2 iterations a hash is weak; a wrapped one costs at least as many more. */
const MIN_ITERATIONS = PBKDF2_WEB_CRYPTO_MAX_ITERATIONS

const UNSALTED_MD5 = /^[0-9a-f]{32}$/
const WEAK_FORMATS: readonly HashFormat<WeakParts>[] = [
  /^(?<recipe>md5\$[^$]*)\$(?<digest>[0-9a-f]{32})$/,
  /^(?<recipe>sha1\$[^$]*)\$(?<digest>[0-9a-f]{40})$/,
  /^(?<recipe>pbkdf2_sha(?:256|1)\$(?<iterations>[1-9]\d{0,5})\$[^$]+)\$(?<digest>[A-Za-z0-9+/]+=*)$/,
]

type WeakParts = Record<'recipe' | 'digest', string> & { readonly iterations?: string }

/** Reads Django's `md5`, `sha1` (with or without a salt) and PBKDF2 of few iterations; others are not weak. */
function readWeakHash(encoded: string): WeakHash | undefined {
  if (UNSALTED_MD5.test(encoded)) return { recipe: 'md5$', digest: encoded }
  for (const format of WEAK_FORMATS) {
    const parts = partsOf(format, encoded)
    if (parts !== undefined && Number(parts.iterations ?? 0) < MIN_ITERATIONS) return parts
  }
  return undefined
}

/** Whether a stored hash can be and should be wrapped. */
export function isWeakHash(encoded: string): boolean {
  return readWeakHash(encoded) !== undefined
}

/** The column of Django's user model, to which hashes go back. */
const MAX_ENCODED_LENGTH = 128

/** What a wrapped hash begins with: enough to tell that another one was made of the same. */
export function wrappedPrefix(salt: string, iterations: number): string {
  return `pbkdf2_wrapped$${iterations}$${salt}$`
}

/**
 * Wraps a weak hash in PBKDF2-HMAC-SHA256 without knowing the password (Django: "password upgrading without requiring a
 * login"), so that a stolen database is no shortcut to it; `undefined` where it is not weak, or would not fit Django's
 * column: `pbkdf2_wrapped$iterations$salt$base64$recipe`.
 */
export async function wrapHash(
  encoded: string,
  salt: string,
  iterations: number,
): Promise<string | undefined> {
  const weak = readWeakHash(encoded)
  if (weak === undefined) return undefined
  const key = await derive(weak.digest, salt, iterations)
  const wrapped = `${wrappedPrefix(salt, iterations)}${encodeBase64(key)}$${weak.recipe}`
  return wrapped.length > MAX_ENCODED_LENGTH ? undefined : wrapped
}

/** Whether a password gives the digest that was wrapped. */
export async function matchesWrapped(
  password: string,
  stored: {
    readonly recipe: string
    readonly salt: string
    readonly iterations: number
    readonly hash: string
  },
): Promise<boolean> {
  const digest = await digestOf(stored.recipe, password)
  const key = await derive(digest, stored.salt, stored.iterations)
  return constantTimeEqualText(encodeBase64(key), stored.hash)
}

function derive(digest: string, salt: string, iterations: number): Promise<Uint8Array> {
  return deriveWithWebCrypto(utf8(digest), utf8(salt), { digest: 'SHA-256', iterations })
}

async function digestOf(recipe: string, password: string): Promise<string> {
  const salt = recipe.slice(recipe.lastIndexOf('$') + 1)
  if (recipe.startsWith('md5$')) return md5Hex(salt + password)
  if (recipe.startsWith('sha1$')) {
    return hex(new Uint8Array(await crypto.subtle.digest('SHA-1', utf8(salt + password))))
  }
  const digest: Digest = recipe.startsWith('pbkdf2_sha1$') ? 'SHA-1' : 'SHA-256'
  const parameters = { digest, iterations: Number(recipe.split('$')[1]) }
  return encodeBase64(await deriveWithWebCrypto(utf8(password), utf8(salt), parameters))
}
