/** A request that is not let through: an answer in waiting, in the service's own shape. */
export class GuardError extends Error {
  override readonly name = 'GuardError'
  readonly status: number
  readonly body: { readonly detail: string; readonly code: string }
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: GuardError['body'], headers: GuardError['headers'] = {}) {
    super(body.detail)
    this.status = status
    this.body = body
    this.headers = { 'Cache-Control': 'no-store', ...headers }
  }

  /** The answer to send. */
  toResponse(): Response {
    return Response.json(this.body, this)
  }
}

/** 401 to a request without credentials (RFC 6750 §3.1: no error code then). */
export function unauthenticated(): GuardError {
  const detail = 'Authentication credentials were not provided.'
  return new GuardError(401, { code: 'not_authenticated', detail }, challenge(''))
}

/** 401 to credentials that are wrong; the reason is for developers who debug a client (RFC 6750 §3). */
export function invalidToken(reason: string): GuardError {
  const words = ` error="invalid_token", error_description="${reason}"`
  return new GuardError(
    401,
    { code: 'token_not_valid', detail: 'Token is invalid or expired' },
    challenge(words),
  )
}

/** 403 to a user who lacks a role or scope. */
export function permissionDenied(): GuardError {
  const detail = 'You do not have permission to perform this action.'
  const words = ' error="insufficient_scope"'
  return new GuardError(403, { code: 'permission_denied', detail }, challenge(words))
}

/** 403 to a write that a foreign page may have made (CSRF). */
export function foreignOrigin(): GuardError {
  return new GuardError(403, {
    code: 'csrf_failed',
    detail: 'CSRF Failed: the origin is not trusted.',
  })
}

/** 503 where the service is needed and cannot be asked: no request is accepted on a guess. `cause` says why. */
export function unavailable(cause: unknown): GuardError {
  const detail = 'Logins cannot be checked at the moment.'
  const error = new GuardError(503, { code: 'unavailable', detail }, { 'Retry-After': '5' })
  return Object.assign(error, { cause })
}

function challenge(words: string): GuardError['headers'] {
  return { 'WWW-Authenticate': `Bearer${words}` }
}
