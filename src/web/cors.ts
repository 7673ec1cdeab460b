/** django-cors-headers: which origins may read answers, and preflights. */
import type { Settings } from '../settings/parse.ts'

/** The settings for pages of other origins. */
export type CorsSettings = Pick<
  Settings,
  | 'ADMIN_API'
  | 'ADMIN_CORS_ALLOWED_ORIGINS'
  | 'CORS_ALLOWED_ORIGINS'
  | 'CORS_ALLOWED_ORIGIN_REGEXES'
  | 'CORS_ALLOW_ALL_ORIGINS'
  | 'CORS_ALLOW_CREDENTIALS'
  | 'CORS_ALLOW_HEADERS'
  | 'CORS_ALLOW_METHODS'
  | 'CORS_EXPOSE_HEADERS'
  | 'CORS_PREFLIGHT_MAX_AGE'
  | 'URL_PREFIX'
>

/** A scheme, a host name of 253 characters and a port; an operator's pattern is not tried on more. */
const ORIGIN_MAX_LENGTH = 300

/** Whether scripts of this origin may read answers (django-cors-headers). */
export function isAllowedOrigin(settings: CorsSettings, origin: string): boolean {
  if (origin.length > ORIGIN_MAX_LENGTH) return false
  return settings.CORS_ALLOW_ALL_ORIGINS || isListedOrigin(settings, origin)
}

/** Whether an origin is allowed by its name, and not because all are. */
export function isListedOrigin(settings: CorsSettings, origin: string): boolean {
  if (settings.CORS_ALLOWED_ORIGINS.includes(origin)) return true
  if (origin.length > ORIGIN_MAX_LENGTH) return false
  return settings.CORS_ALLOWED_ORIGIN_REGEXES.some((pattern) =>
    new RegExp(`^(?:${pattern})$`).test(origin),
  )
}

/** Headers that let scripts of an allowed origin read an answer; none for others (Fetch §3.2). */
export function corsHeaders(
  settings: CorsSettings,
  { origin, url }: { readonly origin: string | null; readonly url: string },
): Record<string, string> {
  if (isAdminUrl(settings, url)) return adminCorsHeaders(settings, origin)
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
export function preflight(settings: CorsSettings, request: Request): Response | undefined {
  if (request.method !== 'OPTIONS') return undefined
  if (!request.headers.has('access-control-request-method')) return undefined
  const origin = request.headers.get('origin')
  const headers = corsHeaders(settings, { origin, url: request.url })
  if (headers['Access-Control-Allow-Origin'] === undefined) return undefined
  if (isAdminUrl(settings, request.url)) return adminPreflight(settings)
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Headers': settings.CORS_ALLOW_HEADERS.join(', '),
      'Access-Control-Allow-Methods': settings.CORS_ALLOW_METHODS.join(', '),
      'Access-Control-Max-Age': String(settings.CORS_PREFLIGHT_MAX_AGE),
    },
  })
}

/** The operator's API has rules of its own: who may read answers to users may not read everyone's data. */
function isAdminUrl({ ADMIN_API, URL_PREFIX }: CorsSettings, url: string): boolean {
  return ADMIN_API && new URL(url).pathname.startsWith(`${URL_PREFIX}admin/`)
}

/** The operator's API has CORS rules of its own: an origin that users log in from may not read it. */
function adminCorsHeaders(settings: CorsSettings, origin: string | null): Record<string, string> {
  const listed = settings.ADMIN_CORS_ALLOWED_ORIGINS
  if (listed.length === 0) return {}
  // Never with cookies: such a page brings its credentials in a header.
  const isListed = origin !== null && listed.includes(origin)
  return { Vary: 'Origin', ...(isListed ? { 'Access-Control-Allow-Origin': origin } : {}) }
}

function adminPreflight(settings: CorsSettings): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Headers': 'authorization, content-type',
      'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE',
      'Access-Control-Max-Age': String(settings.CORS_PREFLIGHT_MAX_AGE),
    },
  })
}
