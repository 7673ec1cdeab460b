import { translatorOf, type Translate } from '../i18n/translate.ts'
import type { Settings } from '../settings/parse.ts'
import { languageOf } from './language.ts'

/**
 * Says an answer's messages in the caller's language, with the headers of Django's `LocaleMiddleware`. The one
 * place where messages are translated: everything before it speaks English, which is the contract.
 */
export async function inLanguageOf(
  settings: Settings,
  request: Request,
  response: Response,
): Promise<Response> {
  if (response.headers.get('content-type') !== 'application/json') return response
  const language = languageOf(settings, request)
  if (settings.USE_ACCEPT_LANGUAGE) {
    response.headers.append('Vary', 'Accept-Language')
    response.headers.set('Content-Language', language)
  }
  const translate = language === 'en' ? undefined : await translatorOf(language)
  if (translate === undefined || response.body === null) return response
  const text = await response.text()
  return new Response(translateJson(text, response.ok, translate), response)
}

/** Of what went well only `{"detail": …}` is a message; the rest is data, whatever it says. */
function translateJson(text: string, isOk: boolean, translate: Translate): string {
  if (isOk && !text.startsWith('{"detail":"')) return text
  return JSON.stringify(translateMessages(JSON.parse(text), translate))
}

/** What programs read and people do not. */
const CODES = new Set(['code', 'token_class', 'token_type'])

function translateMessages(value: unknown, translate: Translate): unknown {
  if (typeof value === 'string') return translate(value)
  if (Array.isArray(value)) return value.map((item) => translateMessages(item, translate))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      // A field may be called `code`, too: then it holds a list of messages.
      CODES.has(name) && typeof item === 'string' ? item : translateMessages(item, translate),
    ]),
  )
}
