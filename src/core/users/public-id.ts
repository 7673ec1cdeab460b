import { hex } from '../../crypto.ts'

/** A random UUID (RFC 9562 §5.4). */
export function newPublicId(randomBytes: (length: number) => Uint8Array): string {
  return uuidOf(randomBytes(16), 4)
}

/** Bytes as a UUID of a version. */
export function uuidOf(random: Uint8Array, version: 4 | 8): string {
  const bytes = random.slice(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return withHyphens(hex(bytes))
}

/** A UUID in Django's spelling, from any of its spellings; `undefined` for what is none. */
export function parseUuid(text: string): string | undefined {
  const digits = text.toLowerCase().replaceAll('-', '')
  return /^[0-9a-f]{32}$/.test(digits) ? withHyphens(digits) : undefined
}

function withHyphens(digits: string): string {
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-')
}
