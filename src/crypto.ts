/**
 * Encodings, hashes, MACs, constant-time comparison and sealing, on Web Crypto. The one place for them: everything
 * above is written against these functions.
 */

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** ECMAScript 2026: Workers have them, the Node that commands run in does not yet. */
declare global {
  interface Uint8Array {
    readonly toHex?: () => string
    readonly toBase64?: (options: {
      readonly alphabet: 'base64url'
      readonly omitPadding: true
    }) => string
  }
  interface Uint8ArrayConstructor {
    readonly fromBase64?: (
      text: string,
      options: { readonly alphabet: 'base64url' },
    ) => Uint8Array<ArrayBuffer>
  }
}

/** UTF-8 bytes of a string. Typed over `ArrayBuffer`, as Web Crypto requires. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** The string that UTF-8 bytes spell; broken sequences become U+FFFD. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  const builtIn = bytes.toHex?.()
  if (builtIn !== undefined) return builtIn
  let text = ''
  for (const byte of bytes) text += (byte >> 4).toString(16) + (byte & 15).toString(16)
  return text
}

/** Base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** Bytes of padded or unpadded base64; `undefined` when it is not base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** Base64url without padding (RFC 4648 §5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  const builtIn = bytes.toBase64?.({ alphabet: 'base64url', omitPadding: true })
  if (builtIn !== undefined) return builtIn
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Bytes of unpadded base64url; `undefined` when it is not base64url. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined
  try {
    const builtIn = Uint8Array.fromBase64?.(text, { alphabet: 'base64url' })
    if (builtIn !== undefined) return builtIn
  } catch {
    return undefined
  }
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
}

/** SHA-256 as lower-case hexadecimal: how random tokens are stored. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))))
}

/** SHA-1 as lower-case hexadecimal: only where a foreign protocol prescribes it, never for secrecy. */
export async function sha1Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-1', utf8(text))))
}

/**
 * MD5 as lower-case hexadecimal: only where a foreign format prescribes it, never for secrecy. Workers have it in Web
 * Crypto, beyond the standard; Node has not. There `node:crypto` is loaded, which takes a Worker half a start.
 */
export async function md5Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('MD5', utf8(text)).catch(() => undefined)
  if (digest !== undefined) return hex(new Uint8Array(digest))
  const { createHash } = await import('node:crypto')
  return createHash('md5').update(text).digest('hex')
}

/** HMAC-SHA-256 of a text. */
export async function hmacSha256(key: string | Uint8Array, text: string): Promise<Uint8Array> {
  return signHmac(await importHmacKey(typeof key === 'string' ? utf8(key) : key), text)
}

const hmacKeys = new Map<string, Promise<CryptoKey>>()

/** A deployment has a handful of secrets and purposes; a test's process has more. */
const MAX_HMAC_KEYS = 64

/**
 * The same under a key of the deployment's own that is made and imported once per isolate. `name` tells keys apart: it
 * holds all that `makeKey` makes the key of.
 */
export async function hmacUnder(
  name: string,
  makeKey: () => Uint8Array | Promise<Uint8Array>,
  text: string,
): Promise<Uint8Array> {
  const key = hmacKeys.get(name) ?? Promise.resolve(makeKey()).then(importHmacKey)
  if (hmacKeys.size >= MAX_HMAC_KEYS && !hmacKeys.has(name)) hmacKeys.clear()
  hmacKeys.set(name, key)
  return signHmac(await key, text)
}

function importHmacKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(bytes), HMAC_SHA256, false, ['sign'])
}

async function signHmac(key: CryptoKey, text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text)))
}

const HMAC_SHA256 = { name: 'HMAC', hash: 'SHA-256' }

/** Equality whose time depends on the lengths alone. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index += 1) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}

/** `constantTimeEqual` of two strings' UTF-8. */
export function constantTimeEqualText(a: string, b: string): boolean {
  return constantTimeEqual(utf8(a), utf8(b))
}

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** A random word of letters and digits (Django: `get_random_string`), without modulo bias. */
export function randomWord(randomBytes: (length: number) => Uint8Array, length: number): string {
  let word = ''
  while (word.length < length) {
    for (const byte of randomBytes(length)) {
      const index = byte & 63
      if (index < ALPHANUMERIC.length && word.length < length) word += ALPHANUMERIC[index]
    }
  }
  return word
}

/**
 * Seals a text with AES-256-GCM under a key derived from `secret` (HKDF, RFC 5869). `purpose` keeps
 * one use's boxes from opening in another. Answers base64url of nonce and ciphertext.
 */
export async function seal(
  {
    secret,
    randomBytes,
  }: { readonly secret: string; readonly randomBytes: (length: number) => Uint8Array },
  purpose: string,
  text: string,
): Promise<string> {
  const nonce = new Uint8Array(randomBytes(NONCE_BYTES))
  const key = await sealingKey(secret, purpose)
  const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, utf8(text))
  const bytes = new Uint8Array(NONCE_BYTES + box.byteLength)
  bytes.set(nonce)
  bytes.set(new Uint8Array(box), NONCE_BYTES)
  return encodeBase64Url(bytes)
}

/** A sealed text opened: `secretIndex` tells which of `secrets` did it (0: the current one). */
export type Unsealed = { readonly text: string; readonly secretIndex: number }

/** Opens what `seal` made with one of `secrets`; `undefined` when none fits. */
export async function unseal(
  secrets: readonly string[],
  purpose: string,
  sealed: string,
): Promise<Unsealed | undefined> {
  const bytes = decodeBase64Url(sealed)
  if (bytes === undefined || bytes.length <= NONCE_BYTES) return undefined
  const iv = bytes.slice(0, NONCE_BYTES)
  const box = bytes.slice(NONCE_BYTES)
  for (const [secretIndex, secret] of secrets.entries()) {
    try {
      const key = await sealingKey(secret, purpose)
      const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, box)
      return { text: fromUtf8(new Uint8Array(text)), secretIndex }
    } catch {
      // The tag does not fit this secret; the next may.
    }
  }
  return undefined
}

const NONCE_BYTES = 12
const sealingKeys = new Map<string, Promise<CryptoKey>>()

/** Derived once per isolate: a deployment has a handful of secrets and purposes. */
function sealingKey(secret: string, purpose: string): Promise<CryptoKey> {
  const name = `${purpose}\0${secret}`
  let key = sealingKeys.get(name)
  if (key === undefined) {
    key = deriveSealingKey(secret, purpose)
    sealingKeys.set(name, key)
  }
  return key
}

async function deriveSealingKey(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: utf8('rest-auth-edge'), info: utf8(purpose) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}
