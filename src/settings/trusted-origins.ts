/** Django's `CSRF_TRUSTED_ORIGINS`, with wildcards for subdomains. */
import { loginCookieNames } from './login-cookies.ts'
import type { Settings } from './table.ts'

/** Whether an entry of `CSRF_TRUSTED_ORIGINS` covers an origin: a star, subdomains and the bare domain (Django). */
export function coversOrigin(trusted: string, origin: string): boolean {
  const [scheme = '', suffix = ''] = trusted.split('://*')
  if (!suffix.startsWith('.')) return trusted === origin
  if (!origin.startsWith(`${scheme}://`)) return false
  const host = origin.slice(`${scheme}://`.length)
  return host.endsWith(suffix) || host === suffix.slice(1)
}

/**
 * Pages that may send cookies to be read by, but whose logins and writes with cookies are refused:
 * `CORS_ALLOWED_ORIGINS` names them, and `CSRF_TRUSTED_ORIGINS` does not.
 */
export function untrustedOrigins(settings: Settings): readonly string[] {
  if (!settings.CORS_ALLOW_CREDENTIALS || loginCookieNames(settings).length === 0) return []
  return settings.CORS_ALLOWED_ORIGINS.filter(
    (origin) => !settings.CSRF_TRUSTED_ORIGINS.some((trusted) => coversOrigin(trusted, origin)),
  )
}
