/** dj-rest-auth's `REST_AUTH` settings, and DRF's authentication and permission classes. */
import { meaning } from './meaning.ts'
import {
  flag,
  optionalString,
  optionalTrimmed,
  sameSite,
  stringList,
  structured,
  trimmedString,
  usual,
} from './setting.ts'

/** dj-rest-auth's `REST_AUTH`, its keys without a prefix. */
export const restAuthSettings = {
  USE_JWT: flag(false, meaning('Answer logins with a JWT pair instead of an auth token.')),
  SESSION_LOGIN: flag(
    { safe: false, exact: true },
    meaning("Open a session with Django's cookies at every login."),
  ),
  TOKEN_MODEL: usual(
    'tokenModel',
    'Token',
    meaning('null: no auth tokens; logins answer 204 (with SESSION_LOGIN) unless USE_JWT is on.'),
  ),
  OLD_PASSWORD_FIELD_ENABLED: flag(false, meaning('A password change must name the old password.')),
  LOGOUT_ON_PASSWORD_CHANGE: flag(false, meaning('A password change ends the session it came in.')),
  PASSWORD_RESET_USE_SITES_DOMAIN: flag(
    false,
    meaning(
      'Build reset links from SITE_DOMAIN instead of PUBLIC_URL; without effect where LINKS_FROM_REQUEST_HOST is on.',
    ),
  ),
  REGISTER_PERMISSION_CLASSES: structured<readonly PermissionClass[]>(
    parsePermissionClasses,
    ['AllowAny'],
    meaning(
      'Who may register: AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly, IsAdminUser (staff); of several, all must hold.',
    ),
  ),
  JWT_AUTH_COOKIE: optionalString(
    undefined,
    meaning('Name of the cookie that carries the access token.'),
  ),
  JWT_AUTH_REFRESH_COOKIE: optionalString(
    undefined,
    meaning('Name of the cookie that carries the refresh token.'),
  ),
  JWT_AUTH_REFRESH_COOKIE_PATH: trimmedString('/', meaning('Path of the refresh cookie.')),
  JWT_AUTH_SECURE: flag(
    { safe: true, exact: false },
    meaning('JWT cookies travel over https only.'),
  ),
  JWT_AUTH_HTTPONLY: flag(
    true,
    meaning('JWT cookies are HttpOnly, and bodies hold no refresh token.'),
  ),
  JWT_AUTH_SAMESITE: sameSite('Lax', meaning('SameSite of the JWT cookies: Lax, Strict, None.')),
  JWT_AUTH_COOKIE_DOMAIN: optionalTrimmed(undefined, meaning('Domain of the JWT cookies.')),
  JWT_AUTH_RETURN_EXPIRATION: flag(false, meaning('Logins answer with both expiration times.')),
  JWT_AUTH_COOKIE_USE_CSRF: flag(
    { safe: true, exact: false },
    meaning('A JWT cookie is believed only with a CSRF token.'),
  ),
  JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED: flag(
    false,
    meaning('Every write without an Authorization header needs a CSRF token.'),
  ),
  JWT_AUTH_LEGACY_FIELDS: flag(
    false,
    meaning('JWT bodies also hold access_token and refresh_token, the names of dj-rest-auth 2.x.'),
  ),
  DEFAULT_AUTHENTICATION_CLASSES: structured<readonly AuthenticationClass[] | undefined>(
    parseAuthenticationClasses,
    undefined,
    meaning(
      'Order of TokenAuthentication, SessionAuthentication, JWTCookieAuthentication. Default: by USE_JWT.',
    ),
  ),
  DEFAULT_THROTTLE_CLASSES: stringList(
    [],
    meaning(
      'AnonRateThrottle and UserRateThrottle count in their rates anon and user; others are accepted, and change nothing.',
    ),
  ),
  DEFAULT_THROTTLE_RATES: usual(
    'throttleRates',
    {},
    meaning(
      'Rate of the scope dj_rest_auth in DRF notation, and of anon and user where their classes are listed: {"dj_rest_auth": "5/minute"}.',
    ),
  ),
} as const

/** How a request may say who it is from, in the order of asking. */
export type AuthenticationClass = 'token' | 'session' | 'jwt'

const AUTHENTICATION_CLASSES: Readonly<Record<string, AuthenticationClass>> = {
  TokenAuthentication: 'token',
  SessionAuthentication: 'session',
  JWTCookieAuthentication: 'jwt',
  JWTAuthentication: 'jwt',
}

/** Callers that DRF permits: everyone, authenticated users, or staff. */
export type PermissionClass = (typeof PERMISSION_CLASSES)[number]

const PERMISSION_CLASSES = [
  'AllowAny',
  'IsAuthenticated',
  'IsAuthenticatedOrReadOnly',
  'IsAdminUser',
] as const

/** The class name of a dotted path: projects import the same class from several places. */
function lastPart(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf('.') + 1)
}

/** DRF's classes by name, dj-rest-auth's JWT class included. */
function parseAuthenticationClasses(raw: unknown): readonly AuthenticationClass[] | undefined {
  if (raw === null || raw === '') return undefined
  const names = typeof raw === 'string' ? raw.split(',') : raw
  if (!Array.isArray(names)) throw new Error('must be a list of authentication classes')
  return names.map((name) => {
    const last = lastPart(String(name).trim())
    const found = Object.hasOwn(AUTHENTICATION_CLASSES, last)
      ? AUTHENTICATION_CLASSES[last]
      : undefined
    if (found === undefined) {
      throw new Error(
        `knows ${Object.keys(AUTHENTICATION_CLASSES).join(', ')}, not ${JSON.stringify(name)}`,
      )
    }
    return found
  })
}

function parsePermissionClasses(raw: unknown): readonly PermissionClass[] {
  const names = typeof raw === 'string' ? raw.split(',') : raw
  if (!Array.isArray(names)) throw new Error('must be a list of permission classes')
  return names.map((name) => {
    const last = lastPart(String(name).trim())
    const found = PERMISSION_CLASSES.find((known) => known === last)
    if (found === undefined) {
      throw new Error(`knows ${PERMISSION_CLASSES.join(', ')}, not ${JSON.stringify(name)}`)
    }
    return found
  })
}
