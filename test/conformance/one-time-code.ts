import { createHmac } from 'node:crypto'
import { CorpusError, requireNumber, requireOnly, requireText } from './require.ts'
import type { JsonObject } from './json.ts'

/** A `totp` step, its values filled in. */
export type TotpStep = {
  readonly secret: string
  /** Periods from now; with another than 0, `secondsToWait` keeps the next request in this period. */
  readonly at: number
  readonly digits: number
  readonly periodSeconds: number
}

/** So much of a period is left when a code of another period is made. */
const SECONDS_LEFT = 5

/** Reads a `totp` step; anything unknown in it throws. */
export function readTotpStep(step: JsonObject): TotpStep {
  const { secret, at = 0, digits = 6, period = 30, ...unknown } = step
  requireOnly(unknown, [], 'totp')
  return {
    secret: requireText(secret, 'totp: secret'),
    at: requireNumber(at, 'totp: at'),
    digits: requireNumber(digits, 'totp: digits'),
    periodSeconds: requireNumber(period, 'totp: period'),
  }
}

/** Seconds that must pass first, so that the next request falls into the period of the code. */
export function secondsToWait({ at, periodSeconds }: TotpStep, now: Date): number {
  const left = periodSeconds - ((now.getTime() / 1000) % periodSeconds)
  return at === 0 || left >= SECONDS_LEFT ? 0 : left
}

/** The time step that a code belongs to. */
export function timeStep({ at, periodSeconds }: TotpStep, now: Date): number {
  return Math.floor(now.getTime() / 1000 / periodSeconds) + at
}

/** The code (RFC 6238 over HMAC-SHA-1), made without the app's own code. */
export function oneTimeCode(totp: TotpStep, now: Date): string {
  const { secret, digits } = totp
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(timeStep(totp, now)))
  const mac = createHmac('sha1', decodeBase32(secret)).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 15
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 §6, padding left away. */
function decodeBase32(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) throw new CorpusError(`not base32: ${text}`)
    bits = (bits << 5) | value
    count += 5
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 255)
    bits &= (1 << count) - 1
  }
  return Buffer.from(bytes)
}

/** Recovery codes of a seed, as the reference derives them. */
export function recoveryCodesOf(seedHex: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const mac = createHmac('sha256', Buffer.from(seedHex, 'hex')).update(String(index))
    const digits = mac.digest('hex').slice(0, 8)
    return `${digits.slice(0, 4)}-${digits.slice(4)}`
  })
}
