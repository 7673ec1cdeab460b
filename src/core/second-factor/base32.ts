/** Base32 (RFC 4648 §6), in which authenticator apps take secrets. */
import { stripPadding } from '../../strip.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS = 5

/** Base32 without padding (RFC 4648 §6): how authenticator apps write secrets. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let pending = 0
  let count = 0
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    count += 8
    while (count >= BITS) {
      count -= BITS
      text += ALPHABET.charAt((pending >> count) & 31)
    }
    pending &= (1 << count) - 1
  }
  return count === 0 ? text : text + ALPHABET.charAt((pending << (BITS - count)) & 31)
}

/** The bytes of base32, case and padding aside; `undefined` where it is none. */
export function decodeBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes: number[] = []
  let pending = 0
  let count = 0
  for (const letter of stripPadding(text.toUpperCase())) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) return undefined
    pending = (pending << BITS) | value
    count += BITS
    if (count < 8) continue
    count -= 8
    bytes.push((pending >> count) & 255)
    pending &= (1 << count) - 1
  }
  return Uint8Array.from(bytes)
}
