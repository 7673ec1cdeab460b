/** Headers of every answer: no caching of credentials, no sniffing, CORS. */
import type { Settings } from '../settings/parse.ts'
import { corsHeaders, type CorsSettings } from './cors.ts'
import { languageOf, type LanguageSettings } from './language.ts'

/** The settings that say what every answer carries. */
type HeaderSettings = CorsSettings & LanguageSettings & Pick<Settings, 'SECURE_HSTS_SECONDS'>

/**
 * Adds what every answer carries: its language (Django: `LocaleMiddleware`), CORS, and what keeps browsers from doing
 * more with it than it is for (Django: `SecurityMiddleware`). Hono's own `cors()` and `secureHeaders()` write other
 * bytes than Django does, and `cors()` takes every OPTIONS for a preflight.
 */
export function addAnswerHeaders(
  headers: Headers,
  settings: HeaderSettings,
  request: Request,
): void {
  const isJson = headers.get('Content-Type') === 'application/json'
  if (isJson && settings.USE_ACCEPT_LANGUAGE) {
    headers.append('Vary', 'Accept-Language')
    headers.set('Content-Language', languageOf(settings, request))
  }
  const cors = corsHeaders(settings, { origin: request.headers.get('origin'), url: request.url })
  for (const [name, value] of Object.entries(cors)) {
    if (name === 'Vary') headers.append(name, value)
    else headers.set(name, value)
  }
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'same-origin')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  if (!headers.has('X-Frame-Options')) headers.set('X-Frame-Options', 'DENY')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
  // A browser that is made to show an answer as a page runs nothing of it.
  if (isJson) {
    headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  }
  if (settings.SECURE_HSTS_SECONDS > 0 && request.url.startsWith('https:')) {
    headers.set('Strict-Transport-Security', `max-age=${settings.SECURE_HSTS_SECONDS}`)
  }
}
