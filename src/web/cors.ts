import type { Settings } from '../settings/parse.ts'

/** A scheme, a host name of 253 characters and a port; an operator's pattern is not tried on more. */
const ORIGIN_MAX_LENGTH = 300

/** Whether scripts of this origin may read answers (django-cors-headers). */
export function isAllowedOrigin(settings: Settings, origin: string): boolean {
  if (origin.length > ORIGIN_MAX_LENGTH) return false
  return settings.CORS_ALLOW_ALL_ORIGINS || isListedOrigin(settings, origin)
}

/** Whether an origin is allowed by its name, and not because all are. */
export function isListedOrigin(settings: Settings, origin: string): boolean {
  if (settings.CORS_ALLOWED_ORIGINS.includes(origin)) return true
  if (origin.length > ORIGIN_MAX_LENGTH) return false
  return settings.CORS_ALLOWED_ORIGIN_REGEXES.some((pattern) =>
    new RegExp(`^(?:${pattern})$`).test(origin),
  )
}

/** Headers that let scripts of an allowed origin read an answer; none for others (Fetch §3.2). */
export function corsHeaders(settings: Settings, origin: string | null): Record<string, string> {
  const isOff =
    settings.CORS_ALLOWED_ORIGINS.length + settings.CORS_ALLOWED_ORIGIN_REGEXES.length === 0
  if (isOff && !settings.CORS_ALLOW_ALL_ORIGINS) return {}
  if (origin === null || !isAllowedOrigin(settings, origin)) return { Vary: 'Origin' }
  const anyone = settings.CORS_ALLOW_ALL_ORIGINS && !settings.CORS_ALLOW_CREDENTIALS
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': anyone ? '*' : origin,
    ...(settings.CORS_ALLOW_CREDENTIALS ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
    ...(settings.CORS_EXPOSE_HEADERS.length === 0
      ? {}
      : { 'Access-Control-Expose-Headers': settings.CORS_EXPOSE_HEADERS.join(', ') }),
  }
}

/**
 * The answer to a preflight of an allowed origin; `undefined` when the request is none. What every answer
 * to that origin carries (`corsHeaders`) comes on top.
 */
export function preflight(settings: Settings, request: Request): Response | undefined {
  if (request.method !== 'OPTIONS') return undefined
  if (!request.headers.has('access-control-request-method')) return undefined
  const headers = corsHeaders(settings, request.headers.get('origin'))
  if (headers['Access-Control-Allow-Origin'] === undefined) return undefined
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Headers': settings.CORS_ALLOW_HEADERS.join(', '),
      'Access-Control-Allow-Methods': settings.CORS_ALLOW_METHODS.join(', '),
      'Access-Control-Max-Age': String(settings.CORS_PREFLIGHT_MAX_AGE),
    },
  })
}
