/** Errors as DRF words them; `ApiError` carries status, body and headers to the error handler. */
import { message, type Message } from '../i18n/message.ts'

/** Messages by field, as DRF's `ValidationError.detail`; of a field of fields by its fields. */
export type FieldErrors = { readonly [field: string]: readonly Message[] | FieldErrors }

/** What went wrong, for logs and tests; never on the wire. */
export type ErrorKind =
  | 'invalid'
  | 'unreadable'
  | 'unsupported_media_type'
  | 'not_acceptable'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_large'
  | 'throttled'
  | 'unavailable'
  | 'internal'

/** An error that becomes a response in one place, `app.onError`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly kind: ErrorKind
  readonly status: number
  /** The JSON body; its messages are translated when the response is written. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  /** `Set-Cookie` values that go with the error (a refused logout still clears cookies). */
  readonly cookies: readonly string[]
  /** What the operator may do about it; for the log only. */
  readonly hint: string | undefined

  constructor(
    kind: ErrorKind,
    answer: {
      readonly status: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
      readonly cookies?: readonly string[]
      readonly cause?: unknown
      readonly hint?: string | undefined
    },
  ) {
    super(kind, answer.cause === undefined ? undefined : { cause: answer.cause })
    this.kind = kind
    this.status = answer.status
    this.body = answer.body
    this.headers = answer.headers ?? {}
    this.cookies = answer.cookies ?? []
    this.hint = answer.hint
  }
}

/** 400: messages by field, all of them at once. */
export function fieldErrors(errors: FieldErrors): ApiError {
  return new ApiError('invalid', { status: 400, body: errors })
}

/** 400: messages about the input as a whole. */
export function nonFieldError(...messages: readonly Message[]): ApiError {
  return new ApiError('invalid', { status: 400, body: { non_field_errors: messages } })
}

/** 400 with a `detail`: a body that cannot be read, or a request that makes no sense. */
export function badRequest(detail: Message): ApiError {
  return new ApiError('unreadable', { status: 400, body: { detail } })
}

/** 401. `authenticate` is the `WWW-Authenticate` challenge (RFC 9110 §11.6.1), absent: 403 (DRF). */
export function unauthenticated(body: unknown, authenticate: string | undefined): ApiError {
  if (authenticate === undefined) return new ApiError('unauthenticated', { status: 403, body })
  return new ApiError('unauthenticated', {
    status: 401,
    body,
    headers: { 'WWW-Authenticate': authenticate },
  })
}

/** 403; the hint is for the operator. */
export function forbidden(detail: Message, hint?: string): ApiError {
  return new ApiError('forbidden', { status: 403, body: { detail }, hint })
}

/** 404 as a DRF view says it. */
export function notFound(): ApiError {
  return new ApiError('not_found', { status: 404, body: { detail: message('not_found') } })
}

/** 405; the route adds `Allow`. */
export function methodNotAllowed(method: string): ApiError {
  return new ApiError('method_not_allowed', {
    status: 405,
    body: { detail: message('method_not_allowed', { method }) },
  })
}

/** 429 with `Retry-After` (RFC 9110 §10.2.3), in DRF's words. */
export function throttled(waitSeconds: number): ApiError {
  const seconds = Math.max(1, Math.ceil(waitSeconds))
  const code = seconds === 1 ? 'throttled_one' : 'throttled'
  return new ApiError('throttled', {
    status: 429,
    body: { detail: message(code, { seconds }) },
    headers: { 'Retry-After': String(seconds) },
  })
}

/** 503: the database or a provider is away; nothing was done, or it may be repeated. */
export function unavailable(
  cause?: unknown,
  {
    retryAfterSeconds = 5,
    hint,
  }: { readonly retryAfterSeconds?: number; readonly hint?: string } = {},
): ApiError {
  return new ApiError('unavailable', {
    status: 503,
    body: { detail: message('unavailable') },
    headers: { 'Retry-After': String(retryAfterSeconds) },
    cause,
    hint,
  })
}
