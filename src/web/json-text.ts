/** Writes JSON, with messages in the caller's language. */
import { loadWords } from '../i18n/load-words.ts'
import { Message, say } from '../i18n/message.ts'
import { languageOf, type LanguageSettings } from './language.ts'

/** A body as JSON, its messages in the caller's language. */
export async function jsonText(
  settings: LanguageSettings,
  request: Request,
  body: unknown,
): Promise<string> {
  if (!hasMessage(body)) return JSON.stringify(body)
  const { messages } = await loadWords(languageOf(settings, request))
  return JSON.stringify(body, (_key, value: unknown) =>
    value instanceof Message ? say(messages, value) : value,
  )
}

/** Whether there is any message: a login returns data, and no texts are loaded for it. */
function hasMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return value instanceof Message || Object.values(value).some(hasMessage)
}
