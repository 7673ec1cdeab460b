import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { LANGUAGES } from '../../src/i18n/language.ts'
import {
  emailKindsSource,
  packedSource,
  servedWords,
  writtenWords,
} from '../../src/i18n/languages.build.ts'
import { EMAIL_KINDS } from '../../src/i18n/languages/email-kinds.ts'
import { loadWords } from '../../src/i18n/load-words.ts'
import { message, say, type MessageCode } from '../../src/i18n/message.ts'

const BUILD = 'run: node src/i18n/languages.build.ts'

test.each(LANGUAGES)('%s: what is served is what is written', async (language) => {
  expect(await loadWords(language), BUILD).toEqual(await servedWords(language))
})

test('the generated lists are those of the languages and of the mails in English', () => {
  const languages = new URL('../../src/i18n/languages/', import.meta.url)
  const generated = (name: string): string => readFileSync(new URL(name, languages), 'utf8')
  expect(generated('packed.ts'), BUILD).toBe(packedSource())
  expect(generated('email-kinds.ts'), BUILD).toBe(emailKindsSource())
})

test('a language touches two source files: its texts, and the list of languages', () => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url))
  const naming = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .filter(
      (path) =>
        /\/ja\b[^/]*$/.test(path) ||
        /['"/]ja(?:-[a-z-]+)?(?:\.(?:ts|bin))?['"]|\bja\b\s*[:,]/.test(
          readFileSync(src + path, 'utf8'),
        ),
    )
  // What `languages.build.ts` writes is no source.
  expect(naming.filter((path) => path !== 'i18n/languages/packed.ts').sort()).toEqual([
    'i18n/language.ts',
    'i18n/languages/ja.ts',
  ])
})

/** Mails that a language may lack for now, `ja: invitation`; they are sent in English. */
const UNTRANSLATED: readonly string[] = []

test('every mail is translated, or known to be sent in English', async () => {
  const missing = await Promise.all(
    LANGUAGES.map(async (language) => {
      const { emails } = await writtenWords(language)
      return EMAIL_KINDS.filter((kind) => emails[kind] === undefined).map(
        (kind) => `${language}: ${kind}`,
      )
    }),
  )
  expect(missing.flat()).toEqual(UNTRANSLATED)
})

const PLACEHOLDER = /\{[a-z0-9_]+\}/g

function placeholders(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.join(' ').match(PLACEHOLDER))].sort()
}

const others = LANGUAGES.filter((language) => language !== 'en')

test.each(others)('%s: every message keeps its values', async (language) => {
  const [{ messages }, english] = await Promise.all([loadWords(language), loadWords('en')])
  for (const [code, text] of Object.entries(english.messages)) {
    const translation = messages[code as MessageCode] // one of its own keys
    expect(placeholders([translation]), code).toEqual(placeholders([text]))
    expect(translation.trim(), code).not.toBe('')
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

test('puts values into a message, in its language where they are words', async () => {
  const { messages } = await loadWords('de')
  const similar = message('password_too_similar', { attribute: message('attribute_email') })
  expect(say(messages, similar)).toBe('Das Passwort ähnelt zu sehr: E-Mail-Adresse.')
  expect(say(messages, message('method_not_allowed', { method: 'DELETE' }))).toBe(
    'Methode "DELETE" nicht erlaubt.',
  )
  expect(say(messages, message('too_long', { max: 150 }))).toBe(
    'Stelle sicher, dass dieses Feld nicht mehr als 150 Zeichen lang ist.',
  )
})

test('takes a value for a value, whatever is in it', async () => {
  const { messages } = await loadWords('en')
  const odd = '{method} $& {0}'
  expect(say(messages, message('method_not_allowed', { method: odd }))).toBe(
    `Method "${odd}" not allowed.`,
  )
})

test('does not compile without its values', () => {
  // @ts-expect-error -- the text names `max`
  message('too_long')
  // @ts-expect-error -- the text names `max`
  message('too_long', { maximum: 1 })
  // @ts-expect-error -- no such message
  message('Not found.')
  // @ts-expect-error -- the text names nothing
  message('not_found', { detail: '' })
})

test('surfaces say by code: none writes a sentence of its own', () => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url))
  const surfaces = ['web', 'surfaces/rest-auth'].flatMap((directory) =>
    readdirSync(src + directory, { encoding: 'utf8' }).map((name) => `${directory}/${name}`),
  )
  // What the helpers of `web/errors.ts` take, `tsc` judges.
  const written = surfaces.flatMap((path) => {
    const code = readFileSync(src + path, 'utf8')
    const found = code.matchAll(/\b(?:detail|non_field_errors): \[?(['"`].*?['"`])/g)
    return [...found].map(([, text]) => `${path}: ${text}`)
  })
  expect(written).toEqual([
    // What another server reads (RFC 7662).
    "web/client-credentials.ts: 'Unknown client.'",
    // dj-rest-auth's word for programs.
    "surfaces/rest-auth/resend-email.ts: 'ok'",
    "surfaces/rest-auth/resend-email.ts: 'ok'",
    "surfaces/rest-auth/verify-email.ts: 'ok'",
  ])
})
