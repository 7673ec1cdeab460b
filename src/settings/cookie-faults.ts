import type { djangoSettings } from './django.ts'
import type { ourSettings } from './ours.ts'
import type { restAuthSettings } from './rest-auth.ts'
import type { SettingValues } from './setting.ts'

type Settings = SettingValues<typeof djangoSettings & typeof ourSettings & typeof restAuthSettings>

type Cookie = {
  readonly setting: string
  readonly name: string | undefined
  readonly isSecure: boolean
  readonly path: string
  readonly domain: string | undefined
}

/** What browsers would not accept of the configured cookies (RFC 6265bis §4.1.3), in words for the operator. */
export function cookieFaults(settings: Settings): readonly string[] {
  const faults = cookiesOf(settings).flatMap(faultsOf)
  if (settings.JWT_AUTH_PARTITIONED && !settings.JWT_AUTH_SECURE) {
    faults.push('JWT_AUTH_PARTITIONED needs JWT_AUTH_SECURE: browsers drop the cookie otherwise')
  }
  return faults
}

function cookiesOf(settings: Settings): readonly Cookie[] {
  const jwt = { isSecure: settings.JWT_AUTH_SECURE, domain: settings.JWT_AUTH_COOKIE_DOMAIN }
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
      path: settings.SESSION_COOKIE_PATH,
      domain: settings.SESSION_COOKIE_DOMAIN,
    },
    {
      setting: 'CSRF_COOKIE_NAME',
      name: settings.CSRF_COOKIE_NAME,
      isSecure: settings.CSRF_COOKIE_SECURE,
      path: settings.CSRF_COOKIE_PATH,
      domain: settings.CSRF_COOKIE_DOMAIN,
    },
  ]
}

function faultsOf({ setting, name, isSecure, path, domain }: Cookie): string[] {
  if (name === undefined) return []
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) return [`${setting} must be a cookie name`]
  const isHost = /^__host-/i.test(name)
  if (!isHost && !/^__secure-/i.test(name)) return []
  const isAccepted = isSecure && (!isHost || (path === '/' && domain === undefined))
  if (isAccepted) return []
  const wanted = isHost ? 'the Secure attribute, the path / and no domain' : 'the Secure attribute'
  return [`${setting} ${name} needs ${wanted}: browsers drop the cookie otherwise`]
}

/** The cookies of a login that log in later, where it sets any. */
export function loginCookieNames(
  settings: Pick<
    Settings,
    | 'SESSION_LOGIN'
    | 'SESSION_COOKIE_NAME'
    | 'USE_JWT'
    | 'JWT_AUTH_COOKIE'
    | 'JWT_AUTH_REFRESH_COOKIE'
  >,
): readonly string[] {
  const names = [
    settings.USE_JWT ? settings.JWT_AUTH_COOKIE : undefined,
    settings.USE_JWT ? settings.JWT_AUTH_REFRESH_COOKIE : undefined,
    settings.SESSION_LOGIN ? settings.SESSION_COOKIE_NAME : undefined,
  ]
  return names.filter((name) => name !== undefined)
}
