/**
 * The cookie that ties a social login to the browser that began it by a link, against login CSRF (RFC 6749 §10.12).
 */
import { newBrowserSecret, STATE_LIFETIME_SECONDS } from '../../core/social/authorize.ts'
import { deleteCookie, setCookie } from '../../web/cookies.ts'
import type { Context, Reply } from './define-route.ts'

/**
 * The name of the cookie with the secret that verifiers are derived from; scripts cannot read it. Over https it has
 * the `__Host-` prefix, so that no sibling subdomain can set it and slip in verifier, state and code of the
 * attacker's own login (RFC 6265bis §4.1.3.2).
 */
export function verifierCookieName(request: Request): string {
  return isHttps(request) ? '__Host-social_verifier' : 'social_verifier'
}

function isHttps(request: Request): boolean {
  return new URL(request.url).protocol === 'https:'
}

/**
 * The browser's secret, its present one before a new one: any page can make its visitor begin another login, which
 * must not replace the verifier of the one under way.
 */
export function browserSecretOf({ deps, request, cookies }: Context): string {
  const kept = cookies[verifierCookieName(request)]
  return kept !== undefined && /^[\w-]{43}$/.test(kept) ? kept : newBrowserSecret(deps)
}

/** `Set-Cookie` for as long as a login at a provider may take. */
export function verifierCookie({ deps, request }: Context, browserSecret: string): string {
  const options = {
    ...attributesOf({ deps, request }),
    httpOnly: true,
    maxAgeSeconds: STATE_LIFETIME_SECONDS,
  }
  return setCookie({ name: verifierCookieName(request), value: browserSecret }, options, deps.now)
}

/** The reply of a finished login: the cookie of the link that began it is deleted. */
export function withoutVerifier(context: Context, reply: Reply): Reply {
  const name = verifierCookieName(context.request)
  if (context.cookies[name] === undefined) return reply
  const ended = deleteCookie(name, attributesOf(context))
  return { ...reply, cookies: [...(reply.cookies ?? []), ended] }
}

function attributesOf({ deps, request }: Pick<Context, 'deps' | 'request'>) {
  return {
    path: '/',
    domain: undefined,
    secure: isHttps(request),
    sameSite: deps.settings.JWT_AUTH_SAMESITE,
  }
}
