/** Multipart forms (RFC 7578), bounded in parts and bytes (denial of service). */
import { decodeBase64 } from '../crypto.ts'
import { message } from '../i18n/message.ts'
import { badRequest } from './errors.ts'

/** What a part says: a text, or that it is a file, which no field here takes. */
export type FormPart = string | { readonly isFile: true }

/**
 * The named parts of a multipart body, in order, read as forgivingly as Django reads them (`MultiPartParser`): names with or
 * without quotes, any disposition, a part that nothing ends. What has no name is passed over.
 *
 * @throws ApiError 400 where no boundary is named
 */
export function readParts(
  bytes: Uint8Array,
  contentType: string,
): readonly (readonly [string, FormPart])[] {
  const sections = latin1(bytes).split(`--${boundaryOf(contentType)}`)
  const parts = sections.map(readSection)
  // Django counts the text before and after the parts, too.
  if (parts.length > MAX_FIELDS + 2) throw badRequest(TOO_MANY_FIELDS)
  return parts.filter((part) => part !== undefined)
}

/** Django: `DATA_UPLOAD_MAX_NUMBER_FIELDS`. */
export const MAX_FIELDS = 1000
/** The refusal of forms with more fields than Django takes (`DATA_UPLOAD_MAX_NUMBER_FIELDS`). */
export const TOO_MANY_FIELDS = message('too_many_fields')

/**
 * The boundary in a content type.
 *
 * @throws ApiError 400 for one that RFC 2046 §5.1.1 does not allow
 */
function boundaryOf(contentType: string): string {
  if (/[^\x00-\x7f]/.test(contentType)) {
    throw badRequest(
      message('form_unreadable', {
        reason: `Invalid non-ASCII Content-Type in multipart: ${contentType}`,
      }),
    )
  }
  const boundary = parametersOf(contentType).get('boundary')
  if (boundary !== undefined && /^[ -~]{0,200}[!-~]$/.test(boundary)) return boundary
  throw badRequest(
    message('form_unreadable', { reason: `Invalid boundary in multipart: ${boundary ?? 'None'}` }),
  )
}

/** Headers longer than this are none (Django: `MAX_TOTAL_HEADER_SIZE`). */
const MAX_HEADERS = 1024

/** Headers and content of one part. */
function readSection(section: string): readonly [string, FormPart] | undefined {
  const headersEnd = section.slice(0, MAX_HEADERS).indexOf('\r\n\r\n')
  if (headersEnd < 0) return undefined
  const headers = section.slice(0, headersEnd).split('\r\n')
  const disposition = headerOf(headers, 'content-disposition')
  const parameters = parametersOf(disposition ?? '')
  const name = parameters.get('name')?.trim()
  if (name === undefined) return undefined
  const isFile = (parameters.get('filename') ?? '') !== ''
  if (isFile) return [utf8Of(name), { isFile }]
  const text = section.slice(headersEnd + 4).replace(/\r?\n?$/, '')
  const encoding = headerOf(headers, 'content-transfer-encoding')?.trim()
  return [utf8Of(name), utf8Of(encoding === 'base64' ? unpacked(text) : text)]
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  const line = headers.findLast((one) => one.slice(0, one.indexOf(':')).toLowerCase() === name)
  return line?.slice(name.length + 1)
}

/** Parameters of a header's value, by name in small letters (RFC 2045 §5.1, RFC 2231 §4). */
function parametersOf(value: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  // Every second piece is in quotes, where a semicolon does not separate.
  const pieces = value
    .split('"')
    .map((piece, index) => (index % 2 === 0 ? piece.replaceAll(';', '\0') : piece))
  for (const parameter of pieces.join('"').split('\0').slice(1)) {
    const equals = parameter.indexOf('=')
    if (equals < 0) continue
    const name = parameter.slice(0, equals).trim().toLowerCase()
    const raw = parameter.slice(equals + 1).trim()
    const text =
      /^".*"$/.test(raw) && raw.length > 1 ? raw.slice(1, -1).replace(/\\(["\\])/g, '$1') : raw
    parameters.set(name.replace(/\*$/, ''), name.endsWith('*') ? extendedValue(text) : text)
  }
  return parameters
}

/** `utf-8''na%C3%AFve`, as one character a byte. */
function extendedValue(text: string): string {
  const parts = text.split("'")
  if (parts.length !== 3) return text
  return (parts[2] ?? '').replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}

function unpacked(text: string): string {
  const packed = text.replace(/[^a-z0-9+/=]/gi, '')
  const bytes = packed.length % 4 === 0 ? decodeBase64(packed) : undefined
  return bytes === undefined ? text : latin1(bytes)
}

/** A character for each byte, so that what is in the parts comes out as it went in. */
function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

function utf8Of(text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(text, (one) => one.charCodeAt(0)),
  )
}
