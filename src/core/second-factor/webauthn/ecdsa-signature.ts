/** COSE numbers of the curves (RFC 9053 §7.1), with the bytes of a coordinate. */
const COORDINATE_BYTES: Readonly<Record<number, number>> = { 1: 32, 2: 48, 3: 66 }

/**
 * An ECDSA signature as WebCrypto takes it, r and s side by side, from the DER in which authenticators send it
 * (RFC 3279 §2.2.3). Replaces the library's, which brings a whole ASN.1 parser along.
 * @throws where it is no DER of two positive integers that fit the curve
 */
export function unwrapEC2Signature(signature: Uint8Array, curve: number): Uint8Array<ArrayBuffer> {
  const length = COORDINATE_BYTES[curve]
  if (length === undefined) throw new Error(`unknown curve ${curve}`)
  const sequence = readElement(signature, 0, SEQUENCE)
  const r = readElement(sequence.content, 0, INTEGER)
  const s = readElement(sequence.content, r.end, INTEGER)
  if (sequence.end !== signature.length || s.end !== sequence.content.length) {
    throw new Error('something behind the signature')
  }
  const joined = new Uint8Array(2 * length)
  for (const [index, { content }] of [r, s].entries()) {
    const value = magnitude(content, length)
    joined.set(value, (index + 1) * length - value.length)
  }
  return joined
}

const SEQUENCE = 0x30
const INTEGER = 0x02

type Element = { readonly content: Uint8Array; readonly end: number }

/** One DER element; of lengths, those that a signature can have: one byte, or 0x81 and one. */
function readElement(bytes: Uint8Array, start: number, tag: number): Element {
  const first = bytes[start + 1] ?? 0
  const isLong = first === 0x81
  const length = isLong ? (bytes[start + 2] ?? 0) : first
  const content = start + (isLong ? 3 : 2)
  const isMinimal = isLong ? length >= 0x80 : length < 0x80
  if (bytes[start] !== tag || !isMinimal || content + length > bytes.length) {
    throw new Error('no DER')
  }
  return { content: bytes.subarray(content, content + length), end: content + length }
}

/** The bytes of a positive integer without the zero that says so. */
function magnitude(integer: Uint8Array, length: number): Uint8Array {
  const [first = 0x80, second = 0] = integer
  const isPadded = first === 0 && second >= 0x80
  const value = isPadded ? integer.subarray(1) : integer
  if (first >= 0x80 || value.length > length || (first === 0 && !isPadded)) {
    throw new Error('no positive integer of the curve')
  }
  return value
}
