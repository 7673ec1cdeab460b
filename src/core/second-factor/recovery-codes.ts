/** Recovery codes: making, typing, hashing, and the forms of dj-rest-auth and allauth for imports. */
import { encodeBase64Url, hex, hmacSha256, utf8 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'

/** Hexadecimal digits of a code, a hyphen in their middle: 32 bits. */
const CODE_DIGITS = 8

/** A set of new codes, each a different one. */
export function newRecoveryCodes(
  randomBytes: (length: number) => Uint8Array,
  count: number,
): readonly string[] {
  const codes = new Set<string>()
  while (codes.size < count) codes.add(hyphenated(hex(randomBytes(CODE_DIGITS / 2))))
  return [...codes]
}

/**
 * The codes that dj-rest-auth derives from a user's seed: number i is the first eight hexadecimal digits of
 * HMAC-SHA-256 of i in decimal. For imports; own codes are random.
 */
export async function deriveRecoveryCodes(
  seed: Uint8Array,
  count: number,
): Promise<readonly string[]> {
  const codes: string[] = []
  for (let index = 0; index < count; index += 1) {
    const mac = await hmacSha256(seed, String(index))
    codes.push(hyphenated(hex(mac).slice(0, CODE_DIGITS)))
  }
  return codes
}

/**
 * The codes that allauth derives from a user's seed: one HMAC-SHA-1 that goes on from code to code, of whose first
 * four bytes each takes the last eight decimal digits. For imports.
 */
export async function allauthRecoveryCodes(
  seed: string,
  count: number,
): Promise<readonly string[]> {
  const key = await crypto.subtle.importKey('raw', utf8(seed), HMAC_SHA1, false, ['sign'])
  const codes: string[] = []
  let message = ''
  for (let index = 0; index < count; index += 1) {
    message += `${String(index).padStart(3)},`
    const mac = await crypto.subtle.sign('HMAC', key, utf8(message))
    const value = new DataView(mac).getUint32(0) % 10 ** CODE_DIGITS
    codes.push(hyphenated(String(value).padStart(CODE_DIGITS, '0')))
  }
  return codes
}

const HMAC_SHA1 = { name: 'HMAC', hash: 'SHA-1' }

function hyphenated(digits: string): string {
  return `${digits.slice(0, CODE_DIGITS / 2)}-${digits.slice(CODE_DIGITS / 2)}`
}

/** The code that someone typed, as it was given out; `undefined` where it is none. */
export function typedRecoveryCode(
  settings: Pick<Deps['settings'], 'MFA_LENIENT_CODES'>,
  typed: string,
): string | undefined {
  const lower = typed.trim().toLowerCase()
  const code = settings.MFA_LENIENT_CODES ? hyphenated(lower.replaceAll(/[\s-]/g, '')) : lower
  return /^[0-9a-f]{4}-[0-9a-f]{4}$/.test(code) ? code : undefined
}

/** One salt a set of codes: a guess is one computation, whichever code it is tried against. */
export function newRecoverySalt(deps: Pick<Deps, 'settings' | 'randomBytes'>): string {
  const salt = encodeBase64Url(deps.randomBytes(SALT_BYTES))
  return `${deps.settings.PASSWORD_PBKDF2_ITERATIONS}$${salt}`
}

const SALT_BYTES = 16

/**
 * How a code is stored. 32 bits are found in seconds with any hash, so the code goes through an HMAC under
 * a key from `SECRET_KEY` first: who has the table alone has nothing to try guesses against. PBKDF2 over it,
 * as for passwords (ASVS 6.5.2), is for who has the secret as well.
 */
export async function hashRecoveryCode(
  secret: string,
  salt: string,
  code: string,
): Promise<string> {
  const [iterations = '', text = ''] = salt.split('$')
  const peppered = new Uint8Array(await hmacSha256(secret, `recovery-code:${code}`))
  const key = await crypto.subtle.importKey('raw', peppered, 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt: utf8(text), iterations: Number(iterations) },
    key,
    256,
  )
  return encodeBase64Url(new Uint8Array(bits))
}

/** The hashes that a typed code may be stored as: one a secret that is still honoured. */
export async function recoveryCodeHashes(
  settings: Pick<Deps['settings'], 'SECRET_KEY' | 'SECRET_KEY_FALLBACKS'>,
  salt: string,
  code: string,
): Promise<readonly string[]> {
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const hashes: string[] = []
  for (const secret of secrets) hashes.push(await hashRecoveryCode(secret, salt, code))
  return hashes
}
