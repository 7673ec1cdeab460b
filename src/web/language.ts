import { negotiateLanguage, type Language } from '../i18n/language.ts'
import type { Settings } from '../settings/parse.ts'

/** The language of an answer: the client's where `USE_ACCEPT_LANGUAGE` is on, else `LANGUAGE_CODE`. */
export function languageOf(settings: Settings, request: Request): Language {
  const header = settings.USE_ACCEPT_LANGUAGE ? request.headers.get('accept-language') : null
  return negotiateLanguage(header, settings.LANGUAGE_CODE)
}
