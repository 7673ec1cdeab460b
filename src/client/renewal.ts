/**
 * One refresh for all calls that need one: concurrent calls wait for the same request, because a refresh token that
 * is rotated twice looks like a replay.
 */
import { property } from './properties.ts'
import type { Tokens } from './storage.ts'

/** Seconds that are left at least of a token that is handed out; less of one that lives less than five times as long. */
const LEFT_SECONDS = 30
const LEFT_PART = 5

/** What is stored with a new access token. */
export function renewing(access: string | undefined): Pick<Tokens, 'renewAt'> {
  const renewAt = access === undefined ? undefined : renewalOf(access, Date.now())
  return renewAt === undefined ? {} : { renewAt }
}

/**
 * When an access token that has just come is to be renewed, in milliseconds of this device's clock. A device's
 * clock may be wrong, so the token's own times are only compared with each other. `undefined` for what is no JWT.
 */
export function renewalOf(access: string, now: number): number | undefined {
  const claims = claimsOf(access)
  const lifetime = Number(property(claims, 'exp')) - Number(property(claims, 'iat'))
  if (!Number.isFinite(lifetime)) return undefined
  return now + (lifetime - Math.min(LEFT_SECONDS, lifetime / LEFT_PART)) * 1000
}

function claimsOf(jwt: string): unknown {
  try {
    return JSON.parse(decode(jwt.split('.')[1] ?? ''))
  } catch {
    return undefined
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Base64url, one character a byte: enough for the numbers in it. React Native has no `atob` everywhere. */
function decode(base64Url: string): string {
  let bits = 0
  let count = 0
  let text = ''
  for (const letter of base64Url) {
    bits = ((bits << 6) | ALPHABET.indexOf(letter)) & 0x3fff
    count += 6
    if (count >= 8) {
      count -= 8
      text += String.fromCharCode((bits >> count) & 0xff)
    }
  }
  return text
}
