/**
 * Django's `signing`: signed values with a salt for each purpose, so that a token of one purpose is none of another
 * (cross-protocol replay).
 */
import {
  constantTimeEqualText,
  decodeBase64Url,
  encodeBase64Url,
  hmacUnder,
  utf8,
} from '../../crypto.ts'
import { parseJson } from '../../parse-json.ts'

/** Django's `salted_hmac` with SHA-256: the key is the digest of salt and secret. */
export function saltedHmac(salt: string, value: string, secret: string): Promise<Uint8Array> {
  const digest = async () =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(salt + secret)))
  return hmacUnder(`${salt} of ${secret}`, digest, value)
}

/** Digits of Django's base 62, used for timestamps in signatures. */
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Signs a JSON value with a timestamp, as Django's `signing.dumps`: links of either side verify. */
export async function signObject(
  value: unknown,
  { salt, secret, now }: { readonly salt: string; readonly secret: string; readonly now: Date },
): Promise<string> {
  const payload = encodeBase64Url(utf8(JSON.stringify(value)))
  const signed = `${payload}:${toBase62(Math.floor(now.getTime() / 1000))}`
  return `${signed}:${await signature(signed, salt, secret)}`
}

/**
 * Opens what `signObject` or Django's `signing.dumps` made with one of `secrets`; `undefined` when the
 * signature does not fit or is older than `maxAgeSeconds`.
 */
export async function verifyObject(
  text: string,
  {
    salt,
    secrets,
    maxAgeSeconds,
    now,
  }: {
    readonly salt: string
    readonly secrets: readonly string[]
    readonly maxAgeSeconds: number
    readonly now: Date
  },
): Promise<unknown> {
  const end = text.lastIndexOf(':')
  const signed = text.slice(0, Math.max(0, end))
  const start = signed.lastIndexOf(':')
  if (start < 1) return undefined
  let isGenuine = false
  for (const secret of secrets) {
    const expected = await signature(signed, salt, secret)
    isGenuine = constantTimeEqualText(expected, text.slice(end + 1)) || isGenuine
  }
  const signedAtSeconds = fromBase62(signed.slice(start + 1))
  if (!isGenuine || signedAtSeconds === undefined) return undefined
  if (now.getTime() / 1000 - signedAtSeconds > maxAgeSeconds) return undefined
  return parseJson(decodeBase64Url(signed.slice(0, start)))
}

async function signature(signed: string, salt: string, secret: string): Promise<string> {
  return encodeBase64Url(await saltedHmac(`${salt}signer`, signed, secret))
}

function toBase62(value: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) {
    text = BASE62.charAt(rest % 62) + text
  }
  return text === '' ? '0' : text
}

function fromBase62(text: string): number | undefined {
  let value = 0
  for (const digit of text) {
    const index = BASE62.indexOf(digit)
    if (index < 0) return undefined
    value = value * 62 + index
  }
  return text === '' ? undefined : value
}
