import { newBrowserSecret, STATE_LIFETIME_SECONDS } from '../../core/social/authorize.ts'
import { deleteCookie, setCookie } from '../../web/cookies.ts'
import type { Context, Reply } from './define-route.ts'

/**
 * The cookie that holds what makes the verifiers of logins that links began; scripts cannot read it. Over https no sibling site
 * can set it, or it would slip in verifier, state and code of a login of its own (RFC 6265bis §4.1.3.2).
 */
export function verifierCookieName(request: Request): string {
  return isHttps(request) ? '__Host-social_verifier' : 'social_verifier'
}

function isHttps(request: Request): boolean {
  return new URL(request.url).protocol === 'https:'
}

/**
 * The browser's secret, the one that it has before a new one: any page can send its visitor to begin another login, which
 * must not take the verifier of the one under way.
 */
export function browserSecretOf({ deps, request, cookies }: Context): string {
  const kept = cookies[verifierCookieName(request)]
  return kept !== undefined && /^[\w-]{43}$/.test(kept) ? kept : newBrowserSecret(deps)
}

/** `Set-Cookie` for as long as somebody may take at the provider. */
export function verifierCookie({ deps, request }: Context, browserSecret: string): string {
  const options = {
    ...attributesOf({ deps, request }),
    httpOnly: true,
    maxAgeSeconds: STATE_LIFETIME_SECONDS,
  }
  return setCookie({ name: verifierCookieName(request), value: browserSecret }, options, deps.now)
}

/** The reply of a login that has ended; the verifier of the link that began it goes. */
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
