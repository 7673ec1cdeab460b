/**
 * Cookie settings that browsers would reject (RFC 6265bis §4.1.3): `SameSite=None` or `Partitioned` without
 * `Secure`, prefixes whose conditions do not hold, two cookies of one name.
 */
import { isDefault } from './is-default.ts'
import type { Settings } from './table.ts'
import { trustCookieOf, trustsDevices } from './trust-cookie.ts'
import { tokenFault } from './words.ts'

type Cookie = {
  readonly setting: string
  readonly name: string | undefined
  readonly isSecure: boolean
  readonly sameSite: string | undefined
  readonly path: string
  readonly domain: string | undefined
}

/** What browsers would not accept of the configured cookies (RFC 6265bis §4.1.3), in words for the operator. */
export function cookieFaults(settings: Settings): readonly string[] {
  const cookies = cookiesOf(settings)
  const faults = [...cookies.flatMap(faultsOf), ...sameNames(settings, cookies)]
  if (settings.JWT_AUTH_SAMESITE === 'None' && !settings.JWT_AUTH_SECURE) {
    faults.push(
      'JWT_AUTH_SAMESITE "None" needs JWT_AUTH_SECURE: browsers drop the cookie otherwise',
    )
  }
  if (settings.JWT_AUTH_PARTITIONED && !settings.JWT_AUTH_SECURE) {
    faults.push('JWT_AUTH_PARTITIONED needs JWT_AUTH_SECURE: browsers drop the cookie otherwise')
  }
  return faults
}

function cookiesOf(settings: Settings): readonly Cookie[] {
  const jwt = {
    isSecure: settings.JWT_AUTH_SECURE,
    // Reported for the setting, not for each cookie.
    sameSite: undefined,
    domain: settings.JWT_AUTH_COOKIE_DOMAIN,
  }
  return [
    { ...jwt, setting: 'JWT_AUTH_COOKIE', name: settings.JWT_AUTH_COOKIE, path: '/' },
    {
      ...jwt,
      setting: 'JWT_AUTH_REFRESH_COOKIE',
      name: settings.JWT_AUTH_REFRESH_COOKIE,
      path: settings.JWT_AUTH_REFRESH_COOKIE_PATH,
    },
    { ...jwt, setting: 'KNOWN_DEVICE_COOKIE', name: settings.KNOWN_DEVICE_COOKIE, path: '/' },
    {
      setting: 'SESSION_COOKIE_NAME',
      name: settings.SESSION_COOKIE_NAME,
      isSecure: settings.SESSION_COOKIE_SECURE,
      sameSite: settings.SESSION_COOKIE_SAMESITE,
      path: settings.SESSION_COOKIE_PATH,
      domain: settings.SESSION_COOKIE_DOMAIN,
    },
    {
      setting: 'CSRF_COOKIE_NAME',
      name: settings.CSRF_COOKIE_NAME,
      isSecure: settings.CSRF_COOKIE_SECURE,
      sameSite: settings.CSRF_COOKIE_SAMESITE,
      path: settings.CSRF_COOKIE_PATH,
      domain: settings.CSRF_COOKIE_DOMAIN,
    },
    ...(trustsDevices(settings) ? [trustCookie(settings)] : []),
  ]
}

function trustCookie(settings: Settings): Cookie {
  const { secure, ...cookie } = trustCookieOf(settings)
  return { ...cookie, setting: 'MFA_TRUST_COOKIE_NAME', isSecure: secure }
}

/** Of two cookies of one name browsers and servers keep one, and not always the same. */
function sameNames(settings: Settings, cookies: readonly Cookie[]): readonly string[] {
  const isUsed = ({ setting }: Cookie): boolean =>
    setting.startsWith('JWT')
      ? settings.USE_JWT
      : setting !== 'SESSION_COOKIE_NAME' || settings.SESSION_LOGIN
  const used = cookies.filter((cookie) => cookie.name !== undefined && isUsed(cookie))
  return used.flatMap(({ setting, name }, index) => {
    const first = used.slice(0, index).find((other) => other.name === name)
    return first === undefined
      ? []
      : [`${setting} and ${first.setting} are both ${name}: give each a name of its own`]
  })
}

function faultsOf({ setting, name, isSecure, sameSite, path, domain }: Cookie): string[] {
  if (name === undefined) return []
  if (sameSite === 'None' && !isSecure) {
    const prefix = setting.replace('NAME', '')
    return [`${prefix}SAMESITE "None" needs ${prefix}SECURE: browsers drop the cookie otherwise`]
  }
  if (!isDefault(setting, name) && tokenFault(name) !== undefined) {
    return [`${setting} must be a cookie name`]
  }
  // No regular expressions: each is compiled at a start, and again at its second use.
  const lower = name.toLowerCase()
  const isHost = lower.startsWith('__host-')
  if (!isHost && !lower.startsWith('__secure-')) return []
  const isAccepted = isSecure && (!isHost || (path === '/' && domain === undefined))
  if (isAccepted) return []
  const wanted = isHost ? 'the Secure attribute, the path / and no domain' : 'the Secure attribute'
  return [`${setting} ${name} needs ${wanted}: browsers drop the cookie otherwise`]
}
