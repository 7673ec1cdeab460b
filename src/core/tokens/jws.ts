/**
 * Signing and verifying compact JWS by jose (RFC 7515), for the configured algorithm only; the token's `alg` never
 * chooses (algorithm confusion, RFC 8725 §3.1).
 */
import { CompactSign } from 'jose/jws/compact/sign'
import { compactVerify } from 'jose/jws/compact/verify'
import { fromUtf8, utf8 } from '../../crypto.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** The algorithms that tokens may be signed by. */
type Algorithm = Settings['SIMPLE_JWT_ALGORITHM']

/** What our own tokens are signed and verified with. */
export type JwtKeySettings = Pick<
  Settings,
  | 'SECRET_KEY'
  | 'SECRET_KEY_FALLBACKS'
  | 'SIMPLE_JWT_ALGORITHM'
  | 'SIMPLE_JWT_SIGNING_KEY'
  | 'SIMPLE_JWT_VERIFYING_KEY'
  | 'SIMPLE_JWT_VERIFYING_KEY_FALLBACKS'
> &
  PolicyOf<'tokens'>

/** Keys that are ready for use. */
export type JwtKeys = {
  /** The header names a key that has a public half. */
  readonly signing: { readonly key: CryptoKey; readonly header: { readonly kid?: string } }
  /** The newest first. */
  readonly verifying: readonly CryptoKey[]
}

/** Signs a payload as a compact JWS (RFC 7515 §7.1). */
export function signJws(
  algorithm: Algorithm,
  { key, header }: JwtKeys['signing'],
  payload: string,
): Promise<string> {
  const signed = new CompactSign(utf8(payload))
  return signed.setProtectedHeader({ alg: algorithm, typ: 'JWT', ...header }).sign(key)
}

/**
 * The payload of a compact JWS that one of the keys signed by this algorithm and no other; `undefined` where none did,
 * or where its header changes what is signed or demands understanding (RFC 7515 §4.1.11, RFC 7797).
 */
export async function verifyJws(
  algorithm: Algorithm,
  keys: readonly CryptoKey[],
  token: string,
): Promise<string | undefined> {
  for (const key of keys) {
    try {
      const options = { algorithms: [algorithm] }
      const { payload, protectedHeader } = await compactVerify(token, key, options)
      // What `crit` demands beside `b64`, jose refuses by itself.
      return 'b64' in protectedHeader ? undefined : fromUtf8(payload)
    } catch {
      // Another key may fit; what is broken beyond keys fails with every one.
    }
  }
  return undefined
}
