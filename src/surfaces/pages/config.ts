/**
 * What the pages' scripts must know of the deployment: paths, how credentials travel, texts. It is written into
 * each page as JSON, so it may hold nothing secret.
 */
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import type { PageWords } from '../../i18n/words.ts'
import type { Language } from '../../i18n/language.ts'
import { headerName } from '../../web/csrf.ts'
import {
  refreshPlace,
  scriptAccess,
  type RefreshPlace,
  type RefreshSettings,
  type ScriptAccess,
  type ScriptAccessSettings,
} from '../../web/script-access.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'

/** What the browser's script must know of the deployment; it is embedded in every page as JSON. */
export type PageConfig = {
  /** `URL_PREFIX`. */
  readonly api: string
  readonly language: Language
  readonly signInUrl: string
  readonly accountUrl: string
  readonly verificationSentUrl: string
  /** Where to go when all is done: the allowed `next`, or what the settings say. */
  readonly destination: string
  /** How a request says who it is from: cookies do it by themselves. */
  readonly access: ScriptAccess
  readonly refresh: RefreshPlace
  readonly csrf: { readonly header: string; readonly cookie: string; readonly token: string }
  /** A registration that logs in hands out no cookies, so a login must follow. */
  readonly logInAfterSignUp: boolean
  /** What a login may name. */
  readonly loginFields: readonly string[]
  /** How the API says, in this language, that an address must be verified first. */
  readonly unverified: string
  /** Whether the settings let the pages' own origin use passkeys. */
  readonly passkeys: boolean
  readonly words: ScriptWords
}

/** The words that only the script of all pages says. */
const SCRIPT_WORDS = [
  'errorSummary',
  'offline',
  'unexpected',
  'wait',
  'linkInvalid',
  'newPasswordDone',
  'confirmDone',
  'forgotDone',
  'resendDone',
  'profileDone',
  'passwordDone',
  'signedOut',
  'pleaseSignIn',
  'socialEmpty',
  'disconnectAction',
  'sessionsCurrent',
  'sessionsEnd',
  'showPassword',
  'passkeyFailed',
  'secondStepExpired',
  'codeMailed',
  'deleteAsk',
  'deleteDone',
  'deleteSoon',
  'emailAdded',
  'emailChanged',
  'emailMakePrimary',
  'emailPrimary',
  'emailRemoved',
  'emailResend',
  'emailResent',
  'emailUnconfirmed',
  'remove',
  'codeExpired',
] as const satisfies readonly (keyof PageWords)[]

type ScriptWords = Pick<PageWords, (typeof SCRIPT_WORDS)[number]>

/** The settings that the pages' scripts must know of. */
type PageConfigSettings = ScriptAccessSettings &
  RefreshSettings &
  Pick<Settings, 'ACCOUNT_LOGIN_METHODS' | 'CSRF_COOKIE_NAME' | 'CSRF_HEADER_NAME' | 'URL_PREFIX'> &
  PolicyOf<'registration'>

/** The configuration for a request: the destination and language are the visitor's. */
export function pageConfig(
  settings: PageConfigSettings,
  page: {
    readonly language: Language
    readonly words: PageWords
    readonly destination: string
    readonly csrfToken: string
    readonly unverified: string
    readonly passkeys: boolean
  },
): PageConfig {
  const { words } = page
  const at = (path: string): string => settings.URL_PREFIX + path
  return {
    api: settings.URL_PREFIX,
    language: page.language,
    signInUrl: at(PAGE_PATHS.signIn),
    accountUrl: at(PAGE_PATHS.account),
    verificationSentUrl: at(PAGE_PATHS.verificationSent),
    destination: page.destination,
    access: scriptAccess(settings),
    refresh: refreshPlace(settings),
    csrf: {
      header: headerName(settings.CSRF_HEADER_NAME),
      cookie: settings.CSRF_COOKIE_NAME,
      token: page.csrfToken,
    },
    logInAfterSignUp:
      settings.USE_JWT &&
      settings.JWT_AUTH_COOKIE !== undefined &&
      !settings.policy.registration.setsJwtCookies,
    loginFields: settings.ACCOUNT_LOGIN_METHODS,
    unverified: page.unverified,
    passkeys: page.passkeys,
    words: pickWords(words, SCRIPT_WORDS),
  }
}

/** Some of the texts, for a script. */
export function pickWords<Name extends keyof PageWords>(
  words: PageWords,
  names: readonly Name[],
): Pick<PageWords, Name> {
  const picked: Partial<Record<keyof PageWords, string>> = {}
  for (const name of names) picked[name] = words[name]
  return picked as Pick<PageWords, Name> // exactly the names asked for
}

/** Whether cookies authenticate, so that writes need a CSRF token. */
export function usesCookies(
  settings: ScriptAccessSettings & Pick<Settings, 'SESSION_LOGIN'>,
): boolean {
  return scriptAccess(settings).kind === 'cookie' || settings.SESSION_LOGIN
}
