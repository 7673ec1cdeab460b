import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { LANGUAGES } from '../../src/i18n/language.ts'
import { packedSource, writtenWords } from '../../src/i18n/languages.build.ts'
import { loadWords } from '../../src/i18n/load-words.ts'
import { translatorOf } from '../../src/i18n/translate.ts'

const BUILD = 'run: node src/i18n/languages.build.ts'

test.each(LANGUAGES)('%s: what is served is what is written', async (language) => {
  expect(await loadWords(language), BUILD).toEqual(await writtenWords(language))
})

test('what is packed is imported, each language once', () => {
  const packed = readFileSync(
    new URL('../../src/i18n/languages/packed.ts', import.meta.url),
    'utf8',
  )
  expect(packed, BUILD).toBe(packedSource())
})

test('a language is a file of texts, its messages beside it, and a word in the list', () => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url))
  const naming = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .filter((path) =>
      /['"/]ja(?:-messages)?(?:\.(?:ts|bin))?['"]/.test(readFileSync(src + path, 'utf8')),
    )
  expect(naming.filter((path) => !path.startsWith('surfaces/admin/')).sort()).toEqual([
    'i18n/language.ts',
    'i18n/languages/ja.ts',
    'i18n/languages/packed.ts',
  ])
})

const PLACEHOLDER = /\{[a-z0-9_]+\}/g

function placeholders(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.join(' ').match(PLACEHOLDER))].sort()
}

const others = LANGUAGES.filter((language) => language !== 'en')

test.each(others)('%s: every message keeps its values', async (language) => {
  const { messages } = await loadWords(language)
  for (const [english, translation] of Object.entries(messages ?? {})) {
    expect(placeholders([translation]), english).toEqual(placeholders([english]))
    expect(translation.trim(), english).not.toBe('')
  }
})

test.each(others)(
  '%s: mails name the site and what they are about, as in English',
  async (language) => {
    const [{ emails, emailFrame }, english] = await Promise.all([
      loadWords(language),
      loadWords('en'),
    ])
    for (const kind of Object.keys(english.emails) as (keyof typeof emails)[]) {
      const named = placeholders(emails[kind].paragraphs)
      expect(named, kind).toEqual(placeholders(english.emails[kind].paragraphs))
    }
    expect(placeholders(Object.values(emailFrame))).toEqual(['{site}'])
  },
)

test.each(others)('%s: pages say everything', async (language) => {
  const { pages } = await loadWords(language)
  for (const [key, text] of Object.entries(pages)) expect(text.trim(), key).not.toBe('')
})

test('puts values of a message into its translation, translated where they are words', async () => {
  const translate = await translatorOf('de')
  expect(translate?.('The password is too similar to the email address.')).toBe(
    'Das Passwort ähnelt zu sehr: E-Mail-Adresse.',
  )
  expect(translate?.('Method "DELETE" not allowed.')).toBe('Methode "DELETE" nicht erlaubt.')
  expect(translate?.('Ensure this field has no more than 150 characters.')).toBe(
    'Stelle sicher, dass dieses Feld nicht mehr als 150 Zeichen lang ist.',
  )
})

test('leaves a message that it does not know as it is', async () => {
  const translate = await translatorOf('ja')
  expect(translate?.('Something new.')).toBe('Something new.')
  expect(translate?.('constructor')).toBe('constructor')
})

test('has nothing to do for English', async () => {
  expect(await translatorOf('en')).toBeUndefined()
})
