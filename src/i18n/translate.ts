import type { Language } from './language.ts'
import { loadWords } from './load-words.ts'

/** Says a message in another language; one that it does not know comes back as it is. */
export type Translate = (message: string) => string

type Pattern = { readonly regex: RegExp; readonly translation: string }

const translators = new Map<Language, Translate>()

/** How to say the API's messages in a language; `undefined` for English. */
export async function translatorOf(language: Language): Promise<Translate | undefined> {
  const known = translators.get(language)
  if (known !== undefined) return known
  const { messages } = await loadWords(language)
  if (messages === undefined) return undefined
  const translate = makeTranslator(messages)
  translators.set(language, translate)
  return translate
}

function makeTranslator(messages: Readonly<Record<string, string>>): Translate {
  const patterns = Object.entries(messages)
    .filter(([english]) => english.includes('{0}'))
    .map(([english, translation]) => ({ regex: patternOf(english), translation }))
  const exact = (message: string): string | undefined =>
    Object.hasOwn(messages, message) ? messages[message] : undefined
  return (message) => exact(message) ?? fromPattern(patterns, message, exact) ?? message
}

function fromPattern(
  patterns: readonly Pattern[],
  message: string,
  exact: (message: string) => string | undefined,
): string | undefined {
  for (const { regex, translation } of patterns) {
    const value = regex.exec(message)?.[1]
    if (value !== undefined) return translation.replaceAll('{0}', () => exact(value) ?? value)
  }
  return undefined
}

function patternOf(english: string): RegExp {
  const [before = '', after = ''] = english.split('{0}').map(escapeForRegex)
  return new RegExp(`^${before}(.*)${after}$`, 's')
}

function escapeForRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
