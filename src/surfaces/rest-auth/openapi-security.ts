/** How callers authenticate, as OpenAPI security schemes. */
import { authenticationClasses, type AuthenticationSettings } from '../../web/authentication.ts'
import { headerName } from '../../web/csrf.ts'
import type { Schema } from './openapi-schema.ts'
import type { Route } from './define-route.ts'
import type { AuthenticationClass } from '../../settings/rest-auth.ts'
import type { Settings } from '../../settings/parse.ts'

/** The settings for how callers authenticate. */
type SchemeSettings = AuthenticationSettings & Pick<Settings, 'SESSION_LOGIN'>

/** A scheme for each authentication class that the settings leave on. */
export function securitySchemes(settings: SchemeSettings): Readonly<Record<string, Schema>> {
  const classes = authenticationClasses(settings)
  return Object.fromEntries(classes.flatMap((one) => Object.entries(SCHEMES[one](settings))))
}

/** Which schemes a route accepts: any one of them. An empty requirement means that it also works without. */
export function securityOf(
  settings: Settings,
  route: Route,
): readonly Readonly<Record<string, readonly string[]>>[] {
  if (route.authentication === 'none') return []
  const ways = Object.keys(securitySchemes(settings)).map((name) => ({ [name]: [] }))
  return route.access(settings) === 'anyone' ? [{}, ...ways] : ways
}

/** The CSRF header that writing requests need with cookies; none where no cookie authenticates. */
export function csrfParameter(settings: SchemeSettings, route: Route): readonly Schema[] {
  const classes = authenticationClasses(settings)
  const isJwtCookieGuarded =
    classes.includes('jwt') &&
    settings.JWT_AUTH_COOKIE !== undefined &&
    settings.JWT_AUTH_COOKIE_USE_CSRF
  const isGuarded = isJwtCookieGuarded || (classes.includes('session') && settings.SESSION_LOGIN)
  if (route.authentication === 'none' || !isGuarded) return []
  return [
    {
      name: headerName(settings.CSRF_HEADER_NAME),
      in: 'header',
      required: false,
      description: `With cookie credentials: the value of the cookie ${settings.CSRF_COOKIE_NAME}.`,
      schema: { type: 'string' },
    },
  ]
}

const SCHEMES = {
  token: () => ({
    token: apiKey(
      'header',
      'Authorization',
      'The key of `login/` behind the word Token: `Token KEY`.',
    ),
  }),
  session: (settings) =>
    settings.SESSION_LOGIN
      ? { session: apiKey('cookie', settings.SESSION_COOKIE_NAME, "Django's session cookie.") }
      : {},
  jwt: (settings) => ({ ...jwtHeader(settings), ...jwtCookie(settings) }),
} as const satisfies Record<
  AuthenticationClass,
  (settings: SchemeSettings) => Record<string, Schema>
>

function jwtHeader(
  settings: Pick<Settings, 'SIMPLE_JWT_AUTH_HEADER_NAME' | 'SIMPLE_JWT_AUTH_HEADER_TYPES'>,
): Record<string, Schema> {
  const [type = 'Bearer'] = settings.SIMPLE_JWT_AUTH_HEADER_TYPES
  const header = headerName(settings.SIMPLE_JWT_AUTH_HEADER_NAME)
  if (type === 'Bearer' && header === 'Authorization') {
    return { jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }
  }
  return { jwt: apiKey('header', header, `The access token behind the word ${type}.`) }
}

function jwtCookie(settings: Pick<Settings, 'JWT_AUTH_COOKIE'>): Record<string, Schema> {
  if (settings.JWT_AUTH_COOKIE === undefined) return {}
  return { jwtCookie: apiKey('cookie', settings.JWT_AUTH_COOKIE, 'Set by logins and refreshes.') }
}

function apiKey(place: 'header' | 'cookie', name: string, description: string): Schema {
  return { type: 'apiKey', in: place, name, description }
}
