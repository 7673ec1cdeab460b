/** Cookies that Django's middlewares set or delete, regardless of the view. */
import type { Deps } from '../deps.ts'
import { csrfCookie, deletedSessionCookie, readCookies } from './cookies.ts'
import { isCsrfCookieBroken, newCsrfSecret } from './csrf.ts'
import type { Settings } from '../settings/parse.ts'
import type { PolicyOf } from '../settings/policy.ts'

const LONG = '-'.repeat(8)

/**
 * Cookies that Django's middlewares set or delete regardless of the view: a CSRF cookie that cannot be
 * one is replaced, a session cookie whose session is over is deleted.
 */
export class MiddlewareCookies {
  readonly #deps: Deps
  readonly #isCsrfBroken: boolean
  #isSessionOver = false

  constructor(deps: Deps, request: Request) {
    this.#deps = deps
    const cookies = readCookies(request)
    this.#isCsrfBroken = isCsrfCookieBroken(cookies[deps.settings.CSRF_COOKIE_NAME])
    const { SESSION_COOKIE_NAME } = deps.settings
    // Django knows without looking that a key this short is no session's.
    if (mayHaveSessions(deps.settings)) {
      this.#isSessionOver = (cookies[SESSION_COOKIE_NAME] ?? LONG).length < 8
    }
  }

  /** Notes that the session the request names is over. */
  endSession(): void {
    this.#isSessionOver = true
  }

  /** The reply's cookies, and those of middlewares that it does not set itself. */
  with(cookies: readonly string[]): readonly string[] {
    const { settings, now, randomBytes } = this.#deps
    const isSet = (name: string) => cookies.some((cookie) => cookie.startsWith(`${name}=`))
    return [
      ...cookies,
      ...(this.#isCsrfBroken && !isSet(settings.CSRF_COOKIE_NAME)
        ? [csrfCookie(settings, newCsrfSecret(randomBytes), now)]
        : []),
      ...(this.#isSessionOver && !isSet(settings.SESSION_COOKIE_NAME)
        ? [deletedSessionCookie(settings)]
        : []),
    ]
  }
}

/** The reference's middleware does not ask whether logins open sessions: registrations and social logins do. */
function mayHaveSessions(
  settings: Pick<Settings, 'SESSION_LOGIN'> & PolicyOf<'registration'>,
): boolean {
  return settings.SESSION_LOGIN || settings.policy.registration.opensSession
}
