/** Reading and setting cookies in Django's format, to the byte: recordings compare them. */
import { KNOWN_DEVICE_SECONDS } from '../core/limits/known-device.ts'
import { isForgotten } from '../settings/remember.ts'
import type { Settings } from '../settings/parse.ts'
import { trustCookieOf, type TrustCookieSettings } from '../settings/trust-cookie.ts'

/** How a cookie is set (RFC 6265bis §4.1). */
export type CookieOptions = {
  readonly path: string
  readonly domain: string | undefined
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: string | undefined
  /** Absent: as long as the browser is open. */
  readonly maxAgeSeconds?: number
  readonly partitioned?: boolean
}

/**
 * The cookies of a request by name, as Django reads them: the last of a name counts, quotes around a
 * value go away.
 *
 * Differs: only space and tab around a name are no part of it (RFC 6265 §4.2.1). Django cuts every Unicode blank,
 * so that a sibling site can set `\u2000__Host-access`, which browsers do not know for a `__Host-` cookie. And of a
 * prefixed name that came twice none counts: browsers keep one `__Host-` cookie, so one of the two is forged.
 */
export function readCookies(request: Request): Readonly<Record<string, string>> {
  const cookies: Record<string, string> = Object.create(null) as Record<string, string>
  const forged = new Set<string>()
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=')
    const name = equals < 0 ? '' : trimBlanks(pair.slice(0, equals))
    const value = trimBlanks(pair.slice(equals + 1))
    if (name === '' && value === '') continue
    if (cookies[name] !== undefined && isPrefixed(name)) forged.add(name)
    cookies[name] = unquote(value)
  }
  for (const name of forged) delete cookies[name]
  return cookies
}

/** Whether browsers let only some pages set a cookie of this name (RFC 6265bis §4.1.3). */
function isPrefixed(name: string): boolean {
  return /^__(?:Secure|Host)-/i.test(name)
}

/** Without space and tab around it. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Python's `http.cookies._unquote`, which Django uses to read cookies. */
function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value
}

/** A `Set-Cookie` value. Both Max-Age and Expires, as Django sends them. */
export function setCookie(
  { name, value }: { readonly name: string; readonly value: string },
  options: CookieOptions,
  now: Date,
): string {
  const { maxAgeSeconds: seconds } = options
  const life =
    seconds === undefined
      ? undefined
      : { seconds, expires: new Date(now.getTime() + seconds * 1000) }
  return serialize(`${name}=${value}`, options, life)
}

/** A `Set-Cookie` value that ends a cookie. */
export function deleteCookie(
  name: string,
  options: Pick<CookieOptions, 'path' | 'domain' | 'sameSite'> & Partial<CookieOptions>,
): string {
  const isSecure =
    options.secure === true || options.sameSite?.toLowerCase() === 'none' || isPrefixed(name)
  const whole = { httpOnly: false, ...options, secure: isSecure }
  return serialize(`${name}=""`, whole, { seconds: 0, expires: new Date(0) })
}

/** How long a cookie lives: until a time, or until the browser closes. */
type CookieLife = { readonly seconds: number; readonly expires: Date }

/** `Set-Cookie` with attributes in Python's order. */
function serialize(pair: string, options: CookieOptions, life: CookieLife | undefined): string {
  const parts = [
    pair,
    ...(life === undefined ? [] : [`expires=${life.expires.toUTCString()}`]),
    ...(options.domain === undefined ? [] : [`Domain=${options.domain}`]),
    ...(options.httpOnly ? ['HttpOnly'] : []),
    ...(life === undefined ? [] : [`Max-Age=${Math.floor(life.seconds)}`]),
    `Path=${options.path}`,
    ...(options.sameSite === undefined ? [] : [`SameSite=${options.sameSite}`]),
    ...(options.secure ? ['Secure'] : []),
    ...(options.partitioned === true ? ['Partitioned'] : []),
  ]
  return parts.join('; ')
}

/** The settings whose names begin so: each kind of cookie has a group of its own. */
type SettingsLike<Prefix extends string> = Pick<
  Settings,
  Extract<keyof Settings, `${Prefix}${string}`>
>

type JwtCookieSettings = SettingsLike<'JWT_AUTH_'> &
  Pick<Settings, 'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME' | 'SIMPLE_JWT_REFRESH_TOKEN_LIFETIME'>

type SessionCookieSettings = SettingsLike<'SESSION_COOKIE_'> &
  Pick<Settings, 'SESSION_EXPIRE_AT_BROWSER_CLOSE'>

/** `Set-Cookie` values of the JWT cookies; none where no name is set. */
export function jwtCookies(
  settings: JwtCookieSettings,
  tokens: { readonly access?: string | undefined; readonly refresh?: string | undefined },
  now: Date,
): readonly string[] {
  const cookies: string[] = []
  if (settings.JWT_AUTH_COOKIE !== undefined && tokens.access !== undefined) {
    const options = jwtCookieOptions(settings, settings.SIMPLE_JWT_ACCESS_TOKEN_LIFETIME, '/')
    cookies.push(setCookie({ name: settings.JWT_AUTH_COOKIE, value: tokens.access }, options, now))
  }
  if (settings.JWT_AUTH_REFRESH_COOKIE !== undefined && tokens.refresh !== undefined) {
    const options = jwtCookieOptions(
      settings,
      settings.SIMPLE_JWT_REFRESH_TOKEN_LIFETIME,
      settings.JWT_AUTH_REFRESH_COOKIE_PATH,
    )
    cookies.push(
      setCookie({ name: settings.JWT_AUTH_REFRESH_COOKIE, value: tokens.refresh }, options, now),
    )
  }
  return cookies
}

/** How long a cookie of a login lives; that of one that is not remembered goes with the browser. */
function lifeOf(settings: object, maxAgeSeconds: number): { readonly maxAgeSeconds?: number } {
  return isForgotten(settings) ? {} : { maxAgeSeconds }
}

function jwtCookieOptions(
  settings: SettingsLike<'JWT_AUTH_'>,
  maxAgeSeconds: number,
  path: string,
): CookieOptions {
  return {
    path,
    domain: settings.JWT_AUTH_COOKIE_DOMAIN,
    httpOnly: settings.JWT_AUTH_HTTPONLY,
    secure: settings.JWT_AUTH_SECURE,
    sameSite: settings.JWT_AUTH_SAMESITE,
    ...lifeOf(settings, maxAgeSeconds),
    partitioned: settings.JWT_AUTH_PARTITIONED,
  }
}

/** `Set-Cookie` values that end the JWT cookies. */
export function deletedJwtCookies(settings: SettingsLike<'JWT_AUTH_'>): readonly string[] {
  const options = {
    domain: settings.JWT_AUTH_COOKIE_DOMAIN,
    sameSite: settings.JWT_AUTH_SAMESITE,
    partitioned: settings.JWT_AUTH_PARTITIONED,
    secure: settings.JWT_AUTH_PARTITIONED,
  }
  const cookies: string[] = []
  if (settings.JWT_AUTH_COOKIE !== undefined) {
    cookies.push(deleteCookie(settings.JWT_AUTH_COOKIE, { ...options, path: '/' }))
  }
  if (settings.JWT_AUTH_REFRESH_COOKIE !== undefined) {
    const path = settings.JWT_AUTH_REFRESH_COOKIE_PATH
    cookies.push(deleteCookie(settings.JWT_AUTH_REFRESH_COOKIE, { ...options, path }))
  }
  return cookies
}

/** `Set-Cookie` by which a login knows its device again; none where no name is set. */
export function knownDeviceCookie(
  settings: SettingsLike<'JWT_AUTH_'> & Pick<Settings, 'KNOWN_DEVICE_COOKIE'>,
  token: string,
  now: Date,
): readonly string[] {
  if (settings.KNOWN_DEVICE_COOKIE === undefined) return []
  const options = {
    ...jwtCookieOptions(settings, KNOWN_DEVICE_SECONDS, '/'),
    maxAgeSeconds: KNOWN_DEVICE_SECONDS,
    httpOnly: true,
  }
  return [setCookie({ name: settings.KNOWN_DEVICE_COOKIE, value: token }, options, now)]
}

/** `Set-Cookie` of a session (Django: `SESSION_COOKIE_*`). */
export function sessionCookie(settings: SessionCookieSettings, key: string, now: Date): string {
  return setCookie(
    { name: settings.SESSION_COOKIE_NAME, value: key },
    {
      path: settings.SESSION_COOKIE_PATH,
      domain: settings.SESSION_COOKIE_DOMAIN,
      httpOnly: settings.SESSION_COOKIE_HTTPONLY,
      secure: settings.SESSION_COOKIE_SECURE,
      sameSite: settings.SESSION_COOKIE_SAMESITE,
      ...(settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
        ? {}
        : lifeOf(settings, settings.SESSION_COOKIE_AGE)),
    },
    now,
  )
}

/** `Set-Cookie` of a trusted device. */
export function trustCookie(settings: TrustCookieSettings, token: string, now: Date): string {
  const { name, ...cookie } = trustCookieOf(settings)
  const options = { ...cookie, maxAgeSeconds: settings.MFA_TRUST_COOKIE_AGE }
  return setCookie({ name, value: token }, options, now)
}

/** `Set-Cookie` that ends the session cookie. */
export function deletedSessionCookie(settings: SettingsLike<'SESSION_COOKIE_'>): string {
  return deleteCookie(settings.SESSION_COOKIE_NAME, {
    path: settings.SESSION_COOKIE_PATH,
    domain: settings.SESSION_COOKIE_DOMAIN,
    sameSite: settings.SESSION_COOKIE_SAMESITE,
  })
}

/** `Set-Cookie` of a CSRF secret (Django: `CSRF_COOKIE_*`). */
export function csrfCookie(
  settings: SettingsLike<'CSRF_COOKIE_' | 'JWT_AUTH_'>,
  secret: string,
  now: Date,
): string {
  return setCookie(
    { name: settings.CSRF_COOKIE_NAME, value: secret },
    {
      path: settings.CSRF_COOKIE_PATH,
      domain: settings.CSRF_COOKIE_DOMAIN,
      httpOnly: settings.CSRF_COOKIE_HTTPONLY,
      secure: settings.CSRF_COOKIE_SECURE,
      sameSite: settings.CSRF_COOKIE_SAMESITE,
      ...lifeOf(settings, settings.CSRF_COOKIE_AGE),
      // Without its CSRF cookie a partitioned JWT cookie could not write.
      partitioned: settings.JWT_AUTH_PARTITIONED && settings.CSRF_COOKIE_SECURE,
    },
    now,
  )
}
