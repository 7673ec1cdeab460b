/** What the page's script must know of the deployment. It must not contain secrets: the page is public. */
import type { Language } from '../../i18n/language.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { headerName } from '../../web/csrf.ts'
import type { AdminWords } from '../../i18n/words.ts'

/** What the page's script must know of the deployment; it is embedded in the page as JSON. */
export type AdminConfig = {
  /** `URL_PREFIX`. */
  readonly prefix: string
  readonly language: Language
  /** How a request says who it is from: cookies do it by themselves. */
  readonly access:
    | { readonly kind: 'cookie' }
    | { readonly kind: 'header'; readonly name: string; readonly scheme: string }
  readonly refresh: 'body' | 'cookie' | 'none'
  readonly csrf: { readonly header: string; readonly cookie: string }
  /** Whether the login takes a username, or an address alone. */
  readonly loginField: 'username' | 'email'
  /** The built-in page that knows passkeys and providers, where there is one. */
  readonly signInUrl: string | undefined
  readonly words: AdminWords
}

/** Describes the deployment to the script. */
export function adminConfig(
  settings: Settings,
  language: Language,
  words: AdminWords,
): AdminConfig {
  const prefix = settings.URL_PREFIX
  const here = encodeURIComponent(`${prefix}admin/`)
  return {
    prefix,
    language,
    access: accessOf(settings),
    refresh: refreshOf(settings),
    csrf: { header: headerName(settings.CSRF_HEADER_NAME), cookie: settings.CSRF_COOKIE_NAME },
    loginField: settings.ACCOUNT_LOGIN_METHODS.includes('username') ? 'username' : 'email',
    signInUrl: settings.BUILT_IN_PAGES ? `${prefix}${PAGE_PATHS.signIn}?next=${here}` : undefined,
    words,
  }
}

/** How requests authenticate: by cookies, or a header under the settings' name and scheme. */
function accessOf(settings: Settings): AdminConfig['access'] {
  if (settings.USE_JWT) {
    if (settings.JWT_AUTH_COOKIE !== undefined) return { kind: 'cookie' }
    const scheme = settings.SIMPLE_JWT_AUTH_HEADER_TYPES[0] ?? 'Bearer'
    return { kind: 'header', name: headerName(settings.SIMPLE_JWT_AUTH_HEADER_NAME), scheme }
  }
  if (settings.TOKEN_MODEL === undefined) return { kind: 'cookie' }
  return { kind: 'header', name: 'Authorization', scheme: 'Token' }
}

/** Where the refresh token is. */
function refreshOf(settings: Settings): AdminConfig['refresh'] {
  if (!settings.USE_JWT) return 'none'
  if (settings.JWT_AUTH_REFRESH_COOKIE !== undefined) return 'cookie'
  return settings.JWT_AUTH_HTTPONLY ? 'none' : 'body'
}
