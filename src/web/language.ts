/** The language of a request. */
import { negotiateLanguage, type Language } from '../i18n/language.ts'
import type { Settings } from '../settings/parse.ts'

/** The settings that choose a language. */
export type LanguageSettings = Pick<Settings, 'LANGUAGE_CODE' | 'USE_ACCEPT_LANGUAGE'>

/** The language of an answer: the client's where `USE_ACCEPT_LANGUAGE` is on, else `LANGUAGE_CODE`. */
export function languageOf(settings: LanguageSettings, request: Request): Language {
  const header = settings.USE_ACCEPT_LANGUAGE ? request.headers.get('accept-language') : null
  return negotiateLanguage(header, settings.LANGUAGE_CODE)
}
