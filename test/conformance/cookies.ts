import { isJsonObject, numberOf, type Json, type JsonObject } from './json.ts'
import { matchJson, mismatch, TOLERANCE_SECONDS, type Mismatch } from './match.ts'
import type { Memory } from './values.ts'

/** One `Set-Cookie` header; `undefined` for an attribute that is missing. */
export type SetCookie = {
  readonly name: string
  readonly value: string
  readonly path: string | undefined
  readonly domain: string | undefined
  readonly sameSite: string | undefined
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly maxAgeSeconds: number | undefined
  readonly expires: Date | undefined
}

/** Reads a `Set-Cookie` header (RFC 6265 §5.2). */
function parseSetCookie(header: string): SetCookie {
  const [pair = '', ...rest] = header.split(';')
  const [name, value] = splitPair(pair)
  const attributes = new Map(
    rest.map(splitPair).map(([attribute, given]) => [attribute.toLowerCase(), given]),
  )
  const maxAge = attributes.get('max-age')
  const expires = attributes.get('expires')
  return {
    name,
    value: value.replace(/^"(.*)"$/, '$1'),
    path: attributes.get('path'),
    domain: attributes.get('domain'),
    sameSite: attributes.get('samesite'),
    httpOnly: attributes.has('httponly'),
    secure: attributes.has('secure'),
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
    expires: expires === undefined ? undefined : new Date(expires),
  }
}

/** Exactly the recorded cookies are set, each once, with the recorded attributes. */
export function matchCookies(
  expected: JsonObject,
  headers: readonly string[],
  memory: Memory,
): readonly Mismatch[] {
  const cookies = headers.map(parseSetCookie)
  const surplus = cookies.filter(
    ({ name }, index) =>
      (!Object.hasOwn(expected, name) && name !== 'messages') ||
      cookies.findIndex((other) => other.name === name) !== index,
  )
  return [
    ...Object.entries(expected).flatMap(([name, wanted]) =>
      matchCookie(
        name,
        wanted,
        cookies.find((cookie) => cookie.name === name),
        memory,
      ),
    ),
    ...surplus.map(({ name, value }) => mismatch(`cookie ${name}`, undefined, value)),
  ]
}

function matchCookie(
  name: string,
  expected: Json,
  cookie: SetCookie | undefined,
  memory: Memory,
): readonly Mismatch[] {
  const where = `cookie ${name}`
  if (!isJsonObject(expected)) return [mismatch(where, expected, cookie?.value)]
  const { optional, deleted, ...attributes } = expected
  if (cookie === undefined) {
    return optional === true ? [] : [mismatch(where, expected, undefined)]
  }
  if (deleted === true && !isExpired(cookie, memory.now)) {
    return [mismatch(where, 'expired', cookie.value)]
  }
  return Object.entries(attributes).flatMap(([attribute, wanted]) =>
    matchAttribute(`${where} ${attribute}`, attribute, wanted, cookie, memory),
  )
}

function matchAttribute(
  where: string,
  attribute: string,
  expected: Json,
  cookie: SetCookie,
  memory: Memory,
): readonly Mismatch[] {
  switch (attribute) {
    case 'value':
      return matchJson(expected, cookie.value, memory, where)
    case 'path':
      return matchJson(expected, cookie.path ?? null, memory, where)
    case 'domain':
      return matchJson(expected, cookie.domain ?? null, memory, where)
    case 'samesite':
      return matchJson(expected, cookie.sameSite ?? null, memory, where)
    case 'httponly':
      return matchJson(expected, cookie.httpOnly, memory, where)
    case 'secure':
      return matchJson(expected, cookie.secure, memory, where)
    case 'max_age':
      return matchNear(expected, cookie.maxAgeSeconds, where)
    case 'expires_in':
      return matchNear(expected, secondsUntil(cookie.expires, memory.now), where)
    default:
      return [mismatch(where, expected, undefined)]
  }
}

function matchNear(expected: Json, actual: number | undefined, where: string): readonly Mismatch[] {
  const wanted = numberOf(expected)
  const near =
    wanted === undefined
      ? actual === undefined
      : Math.abs((actual ?? Number.NaN) - wanted) <= TOLERANCE_SECONDS
  return near ? [] : [mismatch(where, expected, actual)]
}

function secondsUntil(time: Date | undefined, now: Date): number | undefined {
  return time === undefined ? undefined : (time.getTime() - now.getTime()) / 1000
}

/** Max-Age wins over Expires (RFC 6265 §5.3). */
function isExpired({ maxAgeSeconds, expires }: SetCookie, now: Date): boolean {
  if (maxAgeSeconds !== undefined) return maxAgeSeconds <= 0
  return expires !== undefined && expires.getTime() <= now.getTime()
}

function splitPair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 0) return [text.trim(), '']
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

/**
 * The cookies of one client. They are kept by name and path; domain and `Secure` do not matter, and a
 * cookie leaves only when it is set expired, not by the clock.
 */
export class CookieJar {
  readonly #cookies = new Map<string, SetCookie>()

  /** Takes what an answer sets. */
  keep(headers: readonly string[], now: Date): void {
    for (const cookie of headers.map(parseSetCookie)) {
      const key = `${cookie.name} ${cookie.path ?? '/'}`
      this.#cookies.delete(key)
      if (!isExpired(cookie, now)) this.#cookies.set(key, cookie)
    }
  }

  /** The `Cookie` header for a path; empty where no cookie covers it. */
  header(path: string): string {
    return [...this.#cookies.values()]
      .filter((cookie) => covers(cookie.path ?? '/', path))
      .sort((a, b) => (b.path ?? '/').length - (a.path ?? '/').length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }
}

/** RFC 6265 §5.1.4. */
function covers(cookiePath: string, path: string): boolean {
  if (path === cookiePath) return true
  if (!path.startsWith(cookiePath)) return false
  return cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}
