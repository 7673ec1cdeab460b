/** Decodes JSON in the charsets that Python accepts. */
import { JsonSyntaxError } from './json.ts'

/** Names of the charset whose characters are its bytes. */
const LATIN = /^(?:iso-?8859-1|latin-?1|l1)$/i
/** Browsers read these as Windows-1252; Python takes seven bits and no more. */
const ASCII = /^(?:us-?)?ascii$/i
/** Python's names of the wide encodings; without an end named, a mark or the machine's order decides. */
const UTF_16 = /^utf[-_]?16(?:[-_]?([bl]e))?$/i
const UTF_32 = /^utf[-_]?32(?:[-_]?([bl]e))?$/i

/**
 * The text of JSON in the charset that its media type names, as DRF reads it: UTF-8 where none is named, or one that
 * nobody knows. A byte order mark stays, so that it can be refused by name.
 *
 * @throws JsonSyntaxError what is no text of the charset, in Python's words where those are known
 */
export function decodeJson(bytes: Uint8Array, contentType: string): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  if (LATIN.test(charset)) return characters(bytes)
  if (ASCII.test(charset)) return decodeAscii(bytes)
  const utf16 = UTF_16.exec(charset)
  if (utf16 !== null) return decodeUtf16(bytes, utf16[1])
  const utf32 = UTF_32.exec(charset)
  if (utf32 !== null) return decodeUtf32(bytes, utf32[1])
  const decoder = decoderOf(charset) ?? decoderOf('utf-8')
  try {
    return decoder?.decode(bytes) ?? ''
  } catch {
    throw new JsonSyntaxError(`'${charset.toLowerCase()}' codec can't decode the body`)
  }
}

function characters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

function decodeAscii(bytes: Uint8Array): string {
  const at = bytes.findIndex((byte) => byte > 0x7f)
  if (at < 0) return characters(bytes)
  const byte = bytes[at]?.toString(16)
  throw new JsonSyntaxError(
    `'ascii' codec can't decode byte 0x${byte} in position ${at}: ordinal not in range(128)`,
  )
}

/** UTF-16, with the byte order from its mark, as Python decodes it. */
function decodeUtf16(bytes: Uint8Array, end: string | undefined): string {
  if (end !== undefined) {
    return new TextDecoder(`utf-16${end}`, { ignoreBOM: true }).decode(bytes)
  }
  const mark = String(bytes.subarray(0, 2))
  const name = mark === '255,254' ? 'utf-16le' : mark === '254,255' ? 'utf-16be' : undefined
  if (name === undefined) throw new JsonSyntaxError('UTF-16 stream does not start with BOM')
  return new TextDecoder(name).decode(bytes)
}

/** No browser reads it. What is cut off at the end is left out: a text that needs it is broken anyway. */
function decodeUtf32(bytes: Uint8Array, end: string | undefined): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isMarkedBig = bytes.length > 3 && view.getUint32(0) === 0xfeff
  const isLittle = end === undefined ? !isMarkedBig : end.toLowerCase() === 'le'
  let text = ''
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, isLittle)
    if (point > 0x10ffff) {
      throw new JsonSyntaxError(
        `'utf-32-${isLittle ? 'le' : 'be'}' codec can't decode bytes in position ${at}-${at + 3}: code point not in range(0x110000)`,
      )
    }
    text += String.fromCodePoint(point)
  }
  return end === undefined && text.startsWith('\ufeff') ? text.slice(1) : text
}

function decoderOf(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true })
  } catch {
    return undefined
  }
}
