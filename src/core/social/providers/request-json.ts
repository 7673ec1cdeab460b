/**
 * One bounded request to a provider: deadline, size, JSON. Redirects are not followed, because a provider's answer
 * must not choose where our request goes (SSRF).
 */
import { readBounded } from '../../../bounded-body.ts'
import { parseJson } from '../../../parse-json.ts'
import type { ProviderRequest, Unavailable } from './provider.ts'

/** More than any profile or key set needs; what is longer is not read to its end. */
const MAX_ANSWER_BYTES = 256 * 1024

const DEFAULT_RETRY_AFTER_SECONDS = 5
const MAX_RETRY_AFTER_SECONDS = 3600

/** What a provider answered; `json` is undefined where the body is not JSON, or too long. */
export type Answer = {
  readonly kind: 'answer'
  readonly status: number
  readonly text: string
  readonly json: unknown
  /** Whether it says that it is JSON, or looks so. */
  readonly claimsJson: boolean
}

/** How to ask, and at which point of the login. */
export type AskOptions = {
  readonly during: Unavailable['during']
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | string
}

/**
 * Asks a provider. Its deadline is the attempt's, redirects are not followed (a token would travel
 * with them), and no more than 256 KiB is read. A provider that does not answer, or says that it cannot
 * now, is `unavailable`; everything else is the caller's to judge.
 */
export async function requestJson(
  attempt: Pick<ProviderRequest, 'fetch' | 'signal' | 'now'>,
  url: string,
  options: AskOptions,
): Promise<Answer | Unavailable> {
  try {
    const response = await attempt.fetch(url, {
      method: options.method ?? 'GET',
      // GitHub answers 403 to requests without a User-Agent.
      headers: { accept: 'application/json', 'user-agent': 'rest-auth-edge', ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
      redirect: 'manual',
      signal: attempt.signal,
    })
    if (isAway(response)) {
      await response.body?.cancel()
      return {
        ...unavailable(options.during),
        status: response.status,
        retryAfterSeconds: retryAfterSeconds(response.headers.get('retry-after'), attempt.now),
      }
    }
    const text = await readBounded(response, MAX_ANSWER_BYTES)
    return {
      kind: 'answer',
      status: response.status,
      text: text ?? '',
      json: text === undefined ? undefined : parseLossless(text),
      claimsJson:
        isJsonType(response.headers.get('content-type')) || text?.startsWith('{"') === true,
    }
  } catch {
    // Refused, cut, or out of time: what was thrown differs by runtime and says no more than this.
    return unavailable(options.during)
  }
}

function isJsonType(contentType: string | null): boolean {
  return contentType?.split(';')[0] === 'application/json'
}

/** 5xx, 408 and 429; GitHub limits by 403, too, with no request left or a time to wait. */
function isAway({ status, headers }: Response): boolean {
  if (status >= 500 || status === 408 || status === 429) return true
  return (
    status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0')
  )
}

/** A provider that did not answer at all. */
export function unavailable(during: Unavailable['during']): Unavailable {
  return {
    kind: 'unavailable',
    during,
    status: undefined,
    retryAfterSeconds: DEFAULT_RETRY_AFTER_SECONDS,
  }
}

/** An object of JSON, or undefined. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(value) ? value : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What a provider said when it refused, for the operator's log: the status and its own code (RFC 6749 §5.2; Facebook's
 * and X's have shapes of their own). Never its sentences, which repeat what was sent.
 */
export function describeRefusal(status: number, json: unknown): string {
  const fields = recordOf(json)
  const error = fields?.['error']
  const errors: unknown = fields?.['errors']
  const first = recordOf(Array.isArray(errors) ? errors[0] : undefined)
  const words = [error, recordOf(error)?.['type'], recordOf(error)?.['code'], first?.['code']]
  return [status, ...words].filter(isCode).join(' ')
}

function isCode(word: unknown): word is string | number {
  return typeof word === 'number' || (typeof word === 'string' && /^[\w.:-]{1,64}$/.test(word))
}

/**
 * JSON whose long integers become strings: X's ids have 19 digits, a double keeps 15. The pattern
 * takes strings whole, so that digits inside them stay.
 */
function parseLossless(text: string): unknown {
  const quoted = text.replace(/"(?:[^"\\]|\\.?)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs, (token) =>
    /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
  )
  return parseJson(quoted)
}

/** RFC 9110 §10.2.3: seconds, or a date. Bounded, since a client will believe it. */
function retryAfterSeconds(header: string | null, now: Date): number {
  if (header === null) return DEFAULT_RETRY_AFTER_SECONDS
  const seconds = /^\d+$/.test(header)
    ? Number(header)
    : Math.ceil((Date.parse(header) - now.getTime()) / 1000)
  if (!Number.isFinite(seconds)) return DEFAULT_RETRY_AFTER_SECONDS
  return Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_SECONDS)
}
