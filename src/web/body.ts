/** Reads request bodies as DRF does: JSON, form, multipart, by media type, up to a limit. */
import { message } from '../i18n/message.ts'
import { fromUtf8 } from '../crypto.ts'
import { decodeJson } from './charset.ts'
import { ApiError, badRequest, nonFieldError } from './errors.ts'
import { JsonNumber, JsonSyntaxError, parseJson, type JsonValue } from './json.ts'
import { MAX_FIELDS, readParts, TOO_MANY_FIELDS } from './multipart.ts'

/**
 * A request body as one record. `isForm` because DRF reads blank and missing form fields differently
 * from JSON's.
 */
export type Body = {
  readonly isForm: boolean
  readonly values: Readonly<Record<string, JsonValue>>
}

/** What a body is before it is known to be a record: JSON may be anything. */
export type ReadBody = Body | { readonly isForm: false; readonly notARecord: JsonValue }

/**
 * Reads a request body (JSON, urlencoded, multipart) as DRF's parsers do.
 *
 * @throws ApiError 400 broken JSON, 413 too long, 415 another media type
 */
export async function readBody(request: Request, maxBytes: number): Promise<ReadBody> {
  const bytes = await readBytes(request, maxBytes)
  const contentType = request.headers.get('content-type') ?? ''
  if (bytes.length === 0) {
    const isForm = mediaTypeOf(contentType) === FORM || mediaTypeOf(contentType) === MULTIPART
    return { isForm, values: {} }
  }
  if (mediaTypeCovers(contentType, JSON_TYPE)) return readJson(bytes, contentType)
  if (mediaTypeCovers(contentType, FORM)) return { isForm: true, values: readForm(bytes) }
  if (mediaTypeCovers(contentType, MULTIPART)) {
    return { isForm: true, values: readMultipart(bytes, contentType) }
  }
  throw new ApiError('unsupported_media_type', {
    status: 415,
    body: {
      detail: message('media_type_unsupported', { mediaType: contentType }),
    },
  })
}

/** A body can be read once; later calls get the same result, errors included. */
export function bodyReader(request: Request, maxBytes: number): () => Promise<ReadBody> {
  let reading: Promise<ReadBody> | undefined
  return () => (reading ??= readBody(request, maxBytes))
}

/**
 * Whether a media range (of `Accept`, or, as DRF takes it, of `Content-Type`) covers a type; parameters
 * do not matter.
 */
export function mediaTypeCovers(range: string, type: string): boolean {
  const [mainRange = '', ...rest] = mediaTypeOf(range).split('/')
  const subRange = rest.join('/')
  const [main, sub] = type.split('/')
  return (mainRange === '*' || mainRange === main) && (subRange === '*' || subRange === sub)
}

function mediaTypeOf(header: string): string {
  return header.split(';')[0]?.trim().toLowerCase() ?? ''
}

const JSON_TYPE = 'application/json'
const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'

/**
 * The record in a body.
 *
 * @throws ApiError 400 when JSON is no object, in DRF's words
 */
export function requireRecord(body: ReadBody): Body {
  if ('values' in body) return body
  const value = body.notARecord
  if (value === null) throw nonFieldError(message('body_missing'))
  throw nonFieldError(message('not_an_object', { type: pythonType(value) }))
}

/**
 * Reads a body as text, ignoring its declared type.
 *
 * @throws ApiError 413, 400
 */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  return fromUtf8(await readBytes(request, maxBytes))
}

/**
 * Reads the body up to a limit: `Content-Length` may be missing or false, so bytes are counted while they arrive
 * (denial of service).
 *
 * @throws ApiError 413
 */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = request.headers.get('content-length')
  if (Number(declared ?? 0) > maxBytes) throw tooLarge()
  if (request.body === null) return new Uint8Array()
  // HTTP ends a body where its header says: nothing longer comes, and it is read at once.
  if (declared !== null) return readDeclared(request, maxBytes)
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of request.body) {
      length += chunk.length
      if (length > maxBytes) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw unreadable()
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** Refuses a body whose declared length is too large before any of it is read. */
async function readDeclared(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await request.arrayBuffer().catch(() => {
    throw unreadable()
  })
  if (bytes.byteLength > maxBytes) throw tooLarge()
  return new Uint8Array(bytes)
}

function tooLarge(): ApiError {
  return new ApiError('too_large', {
    status: 413,
    body: { detail: message('body_too_large') },
  })
}

function unreadable(): ApiError {
  return badRequest(message('body_unreadable'))
}

function readJson(bytes: Uint8Array, contentType: string): ReadBody {
  let value: JsonValue
  try {
    value = parseJson(decodeJson(bytes, contentType))
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw badRequest(message('json_unreadable', { reason: error.message }))
    throw error
  }
  if (isRecord(value)) return { isForm: false, values: value }
  return { isForm: false, notARecord: value }
}

function isRecord(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonNumber)
  )
}

/** Of repeated keys the last one counts (Django: `QueryDict.__getitem__`). */
function readForm(bytes: Uint8Array): Readonly<Record<string, string>> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if (text.split('&').length > MAX_FIELDS) throw badRequest(TOO_MANY_FIELDS)
  // A leading question mark is part of a name here, and none of a URL's query.
  return lastOfEach(new URLSearchParams(`&${text}`))
}

/** A file is no text: fields refuse it as they refuse an object. */
function readMultipart(
  bytes: Uint8Array,
  contentType: string,
): Readonly<Record<string, JsonValue>> {
  return lastOfEach(
    readParts(bytes, contentType).map(([name, part]) => [
      name,
      typeof part === 'string' ? part : {},
    ]),
  )
}

/** Of repeated names the last one counts, as in Django's `QueryDict`. */
function lastOfEach<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const values: Record<string, T> = Object.create(null) as Record<string, T>
  for (const [key, value] of entries) values[key] = value
  return values
}

/** Python's name of a JSON value's type. */
export function pythonType(value: JsonValue): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'str'
  if (value instanceof JsonNumber) return value.isInteger ? 'int' : 'float'
  return Array.isArray(value) ? 'list' : 'dict'
}
