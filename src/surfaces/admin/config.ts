/** What the page's script must know of the deployment. It must not contain secrets: the page is public. */
import type { Language } from '../../i18n/language.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { headerName } from '../../web/csrf.ts'
import {
  refreshPlace,
  scriptAccess,
  type RefreshPlace,
  type RefreshSettings,
  type ScriptAccess,
  type ScriptAccessSettings,
} from '../../web/script-access.ts'
import type { AdminWords } from '../../i18n/words.ts'

/** What the page's script must know of the deployment; it is embedded in the page as JSON. */
export type AdminConfig = {
  /** `URL_PREFIX`. */
  readonly prefix: string
  readonly language: Language
  /** How a request says who it is from: cookies do it by themselves. */
  readonly access: ScriptAccess
  readonly refresh: RefreshPlace
  readonly csrf: { readonly header: string; readonly cookie: string }
  /** Whether the login takes a username, or an address alone. */
  readonly loginField: 'username' | 'email'
  /** The built-in page that knows passkeys and providers, where there is one. */
  readonly signInUrl: string | undefined
  readonly words: AdminWords
}

/** The settings that the operator's page must know of. */
type AdminConfigSettings = ScriptAccessSettings &
  RefreshSettings &
  Pick<
    Settings,
    | 'ACCOUNT_LOGIN_METHODS'
    | 'BUILT_IN_PAGES'
    | 'CSRF_COOKIE_NAME'
    | 'CSRF_HEADER_NAME'
    | 'URL_PREFIX'
  >

/** Describes the deployment to the script. */
export function adminConfig(
  settings: AdminConfigSettings,
  language: Language,
  words: AdminWords,
): AdminConfig {
  const prefix = settings.URL_PREFIX
  const here = encodeURIComponent(`${prefix}admin/`)
  return {
    prefix,
    language,
    access: scriptAccess(settings),
    refresh: refreshPlace(settings),
    csrf: { header: headerName(settings.CSRF_HEADER_NAME), cookie: settings.CSRF_COOKIE_NAME },
    loginField: settings.ACCOUNT_LOGIN_METHODS.includes('username') ? 'username' : 'email',
    signInUrl: settings.BUILT_IN_PAGES ? `${prefix}${PAGE_PATHS.signIn}?next=${here}` : undefined,
    words,
  }
}
