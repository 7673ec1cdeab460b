/** Time-based one-time passwords (RFC 6238, RFC 4226). */
import { constantTimeEqualText } from '../../crypto.ts'
import type { Settings } from '../../settings/parse.ts'
import { decodeBase32, encodeBase32 } from './base32.ts'

/** How codes are made and checked, of every user at once. */
type TotpSettings = Pick<
  Settings,
  'MFA_TOTP_DIGITS' | 'MFA_TOTP_PERIOD' | 'MFA_TOTP_TOLERANCE' | 'MFA_TOTP_ACCEPTS_EARLY_CODES'
>

/** 160 bits, the length of HMAC-SHA-1 (RFC 4226 §4, R6). */
const SECRET_BYTES = 20

/** A new shared secret in base32. */
export function newTotpSecret(randomBytes: (length: number) => Uint8Array): string {
  return encodeBase32(randomBytes(SECRET_BYTES))
}

/** The time step of a moment (RFC 6238 §4.2). */
export function totpStep(now: Date, periodSeconds: number): number {
  return Math.floor(now.getTime() / 1000 / periodSeconds)
}

/** The code of a step (RFC 6238, HMAC-SHA-1; RFC 4226 §5.3). */
export async function totpCode(
  secret: Uint8Array<ArrayBuffer>,
  step: number,
  digits: number,
): Promise<string> {
  const key = await crypto.subtle.importKey('raw', secret, HMAC_SHA1, false, ['sign'])
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(step))
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer))
  const offset = mac.getUint8(mac.byteLength - 1) & 15
  const number = mac.getUint32(offset) & 0x7f_ff_ff_ff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** A code as it was typed; blanks in it do not matter where the settings forgive them. */
export function typedCode(settings: Pick<Settings, 'MFA_LENIENT_CODES'>, code: string): string {
  return settings.MFA_LENIENT_CODES ? code.replaceAll(/\s/g, '') : code
}

const HMAC_SHA1 = { name: 'HMAC', hash: 'SHA-1' }

/**
 * The newest step within the window whose code this is; `undefined` where there is none, and for a secret that
 * is no base32. Every step of the window is computed, whichever matches.
 */
export async function matchingStep(
  settings: TotpSettings,
  { secret, code }: { readonly secret: string; readonly code: string },
  now: Date,
): Promise<number | undefined> {
  const key = decodeBase32(secret)
  if (key === undefined || key.length === 0) return undefined
  const current = totpStep(now, settings.MFA_TOTP_PERIOD)
  // Full-width digits are digits (NFKC), as the reference takes them.
  const typed = code.normalize('NFKC')
  let found: number | undefined
  const tolerance = settings.MFA_TOTP_TOLERANCE
  const last = settings.MFA_TOTP_ACCEPTS_EARLY_CODES ? current + tolerance : current
  for (let step = current - tolerance; step <= last; step += 1) {
    const expected = await totpCode(key, step, settings.MFA_TOTP_DIGITS)
    if (constantTimeEqualText(expected, typed)) found = step
  }
  return found
}
