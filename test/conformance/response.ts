import { matchCookies } from './cookies.ts'
import type { ExpectedResponse } from './corpus.ts'
import { parseJson, type Json } from './json.ts'
import { requireText } from './require.ts'
import { matchJson, mismatch, type Mismatch } from './match.ts'
import type { Memory } from './values.ts'

/** An answer, read to its end. */
export type ActualResponse = {
  readonly status: number
  readonly headers: Headers
  readonly cookies: readonly string[]
  readonly text: string
}

export async function readResponse(response: Response): Promise<ActualResponse> {
  return {
    status: response.status,
    headers: response.headers,
    cookies: response.headers.getSetCookie(),
    text: await response.text(),
  }
}

/**
 * Everything in an answer that is not as recorded. Cookies refer to what the body gave, so they are
 * looked at only where the body is right.
 */
export function matchResponse(
  expected: ExpectedResponse,
  actual: ActualResponse,
  memory: Memory,
): readonly Mismatch[] {
  if (expected.served === true) return matchServed(actual)
  const body = matchBody(expected, actual.text, memory)
  return [
    ...matchJson(expected.status, actual.status, memory, 'status'),
    ...body,
    ...matchHeaders(expected, actual.headers, memory),
    ...(body.length > 0 || expected.any_cookies === true
      ? []
      : matchCookies(expected.cookies ?? {}, actual.cookies, memory)),
  ]
}

function matchServed({ status, headers }: ActualResponse): readonly Mismatch[] {
  const isServed = (status < 300 || status >= 400) && status < 500
  const isRouted = headers.has('allow')
  return isServed && isRouted ? [] : [mismatch('status', 'that of the endpoint', status)]
}

function matchBody(
  { any_body, empty, text, json }: ExpectedResponse,
  actual: string,
  memory: Memory,
): readonly Mismatch[] {
  if (any_body === true) return []
  if (empty === true) return actual === '' ? [] : [mismatch('body', '', actual.slice(0, 500))]
  if (text !== undefined) return matchJson(text, actual, memory, 'body')
  if (json === undefined) return []
  try {
    return matchJson(json, parseJson(actual), memory, 'body')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return [mismatch('body', json, actual.slice(0, 500))]
  }
}

/** They change what a client does next, so a surplus one is a difference too. */
const ABSENT_UNLESS_LISTED = ['www-authenticate', 'retry-after', 'location']

function matchHeaders(
  expected: ExpectedResponse,
  actual: Headers,
  memory: Memory,
): readonly Mismatch[] {
  const listed = Object.entries(expected.headers ?? {}).filter(
    ([name]) => expected.any_body !== true || name.toLowerCase() !== 'content-type',
  )
  const names = listed.map(([name]) => name.toLowerCase())
  return [
    ...listed.flatMap(([name, value]) => matchHeader(name, value, actual.get(name), memory)),
    ...ABSENT_UNLESS_LISTED.filter((name) => !names.includes(name) && actual.has(name)).map(
      (name) => mismatch(`header ${name}`, undefined, actual.get(name) ?? ''),
    ),
  ]
}

function matchHeader(
  name: string,
  expected: Json,
  actual: string | null,
  memory: Memory,
): readonly Mismatch[] {
  const where = `header ${name}`
  const kind = typeof expected === 'string' ? name.toLowerCase() : 'matched'
  if (kind !== 'allow' && kind !== 'vary') {
    return matchJson(expected, actual ?? undefined, memory, where)
  }
  const wanted = headerTokens(requireText(expected, where))
  const tokens = headerTokens(actual ?? '')
  const isSameSize = kind === 'vary' || wanted.length === tokens.length
  const holds = isSameSize && wanted.every((token) => tokens.includes(token))
  return holds ? [] : [mismatch(where, expected, actual ?? undefined)]
}

function headerTokens(header: string): readonly string[] {
  const tokens = header.split(',').map((token) => token.trim().toLowerCase())
  return [...new Set(tokens.filter((token) => token !== ''))]
}
