/** Production Workers refuse a PBKDF2 call with more iterations; local workerd and Node do not. */
export const PBKDF2_WEB_CRYPTO_MAX_ITERATIONS = 100_000

/** Hash function under the HMAC of PBKDF2, by its Web Crypto name. */
export type Digest = 'SHA-256' | 'SHA-1'

/** Cost and hash function of one PBKDF2 derivation. */
export type Pbkdf2Parameters = { readonly digest: Digest; readonly iterations: number }

const DIGEST_BITS = { 'SHA-256': 256, 'SHA-1': 160 } as const satisfies Record<Digest, number>

/**
 * PBKDF2 (RFC 8018 §5.2) by Web Crypto, as long as the digest. Throws above the cap, so that what works
 * locally also works in production.
 */
export async function deriveWithWebCrypto(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  { digest, iterations }: Pbkdf2Parameters,
): Promise<Uint8Array<ArrayBuffer>> {
  if (iterations > PBKDF2_WEB_CRYPTO_MAX_ITERATIONS) {
    throw new RangeError(`Web Crypto PBKDF2 is limited to ${PBKDF2_WEB_CRYPTO_MAX_ITERATIONS}.`)
  }
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: digest, salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, DIGEST_BITS[digest]))
}
