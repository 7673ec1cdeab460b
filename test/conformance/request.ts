import type { CookieJar } from './cookies.ts'
import type { SentRequest } from './corpus.ts'
import { CorpusError, requireText } from './require.ts'
import { isJsonObject, mapMembers, type Json, type JsonObject } from './json.ts'
import { expand, expandText, type Memory } from './values.ts'

const HOST = 'testserver'
const BOUNDARY = 'conformance-boundary-7MA4YWxkTrZu0gW'

/** The request that a recorded one stands for: values filled in, cookies of the jar added. */
export function buildRequest(
  sent: SentRequest,
  memory: Memory,
  jar: CookieJar | undefined,
): Request {
  const path = expandText(sent.path, memory)
  const headers = new Headers()
  for (const [name, value] of Object.entries(sent.headers ?? {})) {
    headers.append(name, asByteString(requireText(expand(value, memory), name)))
  }
  addCookies(headers, jar?.header(new URL(path, `http://${HOST}`).pathname) ?? '')
  if (!headers.has('Host')) headers.set('Host', HOST)
  const { body, contentType } = encodeBody(sent, memory)
  const type = sent.content_type ?? contentType
  if (type !== undefined) headers.set('Content-Type', asByteString(expandText(type, memory)))
  const request = new Request(requestUrl(headers.get('Host') ?? HOST, path), {
    // Request refuses TRACE and CONNECT, and bodies of GET and HEAD; servers are sent them all the same.
    method: 'POST',
    headers,
    ...(body === undefined ? {} : { body }),
  })
  if (body !== undefined && type === undefined) request.headers.delete('Content-Type')
  // Django takes methods in any case. A Worker is sent capitals alone: runtimes refuse `post`, or write it so.
  Object.defineProperty(request, 'method', { value: sent.method.toUpperCase() })
  return request
}

/** A recorded request with its values filled in, for looking at it. */
export function fillRequest(sent: SentRequest, memory: Memory): SentRequest {
  const { path, headers, json, form, multipart, raw } = sent
  return {
    ...sent,
    path: expandText(path, memory),
    ...(headers === undefined ? {} : { headers: fillHeaders(headers, memory) }),
    ...(json === undefined ? {} : { json: expand(json, memory) }),
    ...(form === undefined ? {} : { form: expand(form, memory) }),
    ...(multipart === undefined ? {} : { multipart: expand(multipart, memory) }),
    ...(raw === undefined ? {} : { raw: expandText(raw, memory) }),
  }
}

function fillHeaders(headers: JsonObject, memory: Memory): JsonObject {
  return mapMembers(headers, (value) => expand(value, memory))
}

/** The Host decides the URL, as a server puts it together; one that fits no URL stays a header only. */
function requestUrl(host: string, path: string): string {
  const url = `http://${host}${path}`
  return URL.canParse(url) ? url : `http://${HOST}${path}`
}

/** The jar's cookies come first; a `Cookie` header of the recording is appended to them. */
function addCookies(headers: Headers, fromJar: string): void {
  const given = headers.get('Cookie') ?? ''
  const cookies = [fromJar, given].filter((part) => part !== '')
  if (cookies.length > 0) headers.set('Cookie', cookies.join('; '))
}

/** Header values travel as bytes, one to a character; the recorder sent UTF-8. */
function asByteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

type EncodedBody = {
  readonly body?: Uint8Array<ArrayBuffer>
  readonly contentType?: string
}

function encodeBody(sent: SentRequest, memory: Memory): EncodedBody {
  if (sent.json !== undefined) {
    const text = JSON.stringify(expand(sent.json, memory))
    return { body: bytes(text), contentType: 'application/json' }
  }
  if (sent.form !== undefined) {
    const text = pairs(sent.form, memory)
      .map((pair) => pair.map(percentEncode).join('='))
      .join('&')
    return { body: bytes(text), contentType: 'application/x-www-form-urlencoded' }
  }
  if (sent.multipart !== undefined) {
    const text = pairs(sent.multipart, memory).map(multipartPart).join('')
    return {
      body: bytes(`${text}--${BOUNDARY}--\r\n`),
      contentType: `multipart/form-data; boundary=${BOUNDARY}`,
    }
  }
  return sent.raw === undefined ? {} : { body: bytes(expandText(sent.raw, memory)) }
}

function pairs(value: Json, memory: Memory): readonly (readonly [string, string])[] {
  if (!Array.isArray(value)) throw new CorpusError('a form is a list of pairs')
  return value.map((pair) => {
    const [name, content] = Array.isArray(pair) ? pair : []
    if (typeof name !== 'string' || content === undefined) throw new CorpusError('not a pair')
    const filled = expand(content, memory)
    if (filled === null || Array.isArray(filled) || isJsonObject(filled)) {
      throw new CorpusError('a form field is a text')
    }
    return [expandText(name, memory), typeof filled === 'string' ? filled : JSON.stringify(filled)]
  })
}

/** As Python's `urlencode`: UTF-8, a plus for a blank. */
function percentEncode(text: string): string {
  return new URLSearchParams([['', text.toWellFormed()]]).toString().slice(1)
}

function multipartPart([name, value]: readonly [string, string]): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'utf8'))
}
