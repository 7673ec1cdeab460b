/**
 * Beginning a social login, for frontends without an OAuth library: state, PKCE and nonce are made here, and the
 * verifier stays with the client that began (login CSRF, authorization code injection: RFC 9700 §2.1.1, §4.5).
 */
import { message } from '../../i18n/message.ts'
import { startAuthorization, type AuthorizationStart } from '../../core/social/authorize.ts'
import type { ConfiguredProvider } from '../../core/social/providers/configured.ts'
import { fieldErrors, unavailable } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply, type Route } from './define-route.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { browserSecretOf, verifierCookie } from './social-verifier.ts'

/**
 * `<provider>/authorize/?redirect_uri=…`: begins a login for frontends without an OAuth library. Answers
 * JSON for the caller to keep; with `mode=redirect` the redirect itself, and the verifier in a cookie.
 * Not in dj-rest-auth.
 */
export function socialAuthorizeRoute(configured: ConfiguredProvider): Route {
  return defineRoute({
    name: `${configured.provider.name} Authorize`,
    access: 'anyone',
    isThrottled: true,
    methods: {
      GET: {
        summary: `Begin a login with ${configured.provider.name}`,
        responses: () => ({
          200: {
            description:
              'Where to send the browser. State and verifier go with the code that comes back.',
            schema: startSchema,
          },
          302: { description: 'With mode=redirect: to the provider.' },
          400: fieldErrorsResponse('The redirect URI is not one of the app’s.'),
          503: { description: 'The provider is down; `Retry-After` says when to come back.' },
        }),
        handle: async (context) => {
          const query = new URL(context.request.url).searchParams
          const isRedirect = query.get('mode') === 'redirect'
          const browserSecret = isRedirect ? browserSecretOf(context) : undefined
          const outcome = await startAuthorization(context.deps, configured, {
            redirectUri: query.get('redirect_uri') ?? undefined,
            postedTo: callbackUrl(context),
            browserSecret,
          })
          const start = requireStarted(outcome)
          return browserSecret === undefined
            ? { body: bodyOf(start) }
            : redirectTo(context, start, browserSecret)
        },
      },
    },
  })
}

const startSchema = {
  type: 'object',
  properties: {
    authorization_url: { type: 'string', format: 'uri' },
    state: { type: 'string' },
    code_verifier: { type: 'string' },
  },
  required: ['authorization_url', 'state', 'code_verifier'],
} as const

type Started = Extract<AuthorizationStart, { kind: 'started' }>

/**
 * The begun authorization.
 *
 * @throws ApiError 400 for a redirect URI that is not registered, 503 where the provider does not answer
 */
function requireStarted(outcome: AuthorizationStart): Started {
  switch (outcome.kind) {
    case 'started':
      return outcome
    case 'redirect_uri_not_allowed':
      throw fieldErrors({ redirect_uri: [message('social_redirect_refused')] })
    case 'unavailable':
      throw unavailable(undefined, { retryAfterSeconds: outcome.retryAfterSeconds })
  }
}

/** The JSON answer: where to send the user, and what the client must keep until they return. */
function bodyOf(start: Started): Readonly<Record<string, string>> {
  return {
    authorization_url: start.url,
    state: start.state,
    code_verifier: start.codeVerifier,
  }
}

/** The redirect, with the browser's secret in an HttpOnly cookie. */
function redirectTo(context: Context, start: Started, browserSecret: string): Reply {
  return {
    status: 302,
    headers: { Location: start.url },
    cookies: [verifierCookie(context, browserSecret)],
  }
}

/** Our own URL beside this one, as it is registered with a provider that posts its answer. */
function callbackUrl(context: Context): string {
  const url = new URL(context.request.url)
  const path = url.pathname.replace(/authorize\/?$/, 'callback/')
  return new URL(path, context.deps.settings.PUBLIC_URL ?? url.origin).href
}
