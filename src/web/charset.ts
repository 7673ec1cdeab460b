import { JsonSyntaxError } from './json.ts'

/** Names of the charset whose characters are its bytes. */
const LATIN = /^(?:iso-?8859-1|latin-?1|l1)$/i

/**
 * The text of JSON in the charset that its media type names, as DRF reads it: UTF-8 where none is named, or one that
 * nobody knows. A byte order mark stays, so that it can be refused by name.
 *
 * @throws JsonSyntaxError what is no text of the charset, in Python's words where those are known
 */
export function decodeJson(bytes: Uint8Array, contentType: string): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  if (LATIN.test(charset)) return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  if (/^utf-?16$/i.test(charset)) return decodeUtf16(bytes)
  const decoder = decoderOf(charset) ?? decoderOf('utf-8')
  try {
    return decoder?.decode(bytes) ?? ''
  } catch {
    throw new JsonSyntaxError(`'${charset.toLowerCase()}' codec can't decode the body`)
  }
}

function decodeUtf16(bytes: Uint8Array): string {
  const mark = String(bytes.subarray(0, 2))
  const name = mark === '255,254' ? 'utf-16le' : mark === '254,255' ? 'utf-16be' : undefined
  if (name === undefined) throw new JsonSyntaxError('UTF-16 stream does not start with BOM')
  return new TextDecoder(name).decode(bytes)
}

function decoderOf(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true })
  } catch {
    return undefined
  }
}
