/**
 * Writes what is generated from the texts in `languages/`: `node src/i18n/languages.build.ts`.
 *
 * - `languages/<language>.bin`, the texts of the service, compressed: data beside the script costs a cold start
 *   nothing until a request needs the language;
 * - `languages/packed.ts`, which imports them;
 * - `languages/email-kinds.ts`, the names of the mails, which the service needs without their texts.
 *
 * A test fails while one of them is out of date.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writePacked } from '../packing.build.ts'
import { LANGUAGES, type Language } from './language.ts'
import { en } from './languages/en.ts'
import type { Words, WrittenWords } from './words.ts'

/** What a language's file exports, under the language's own name. */
type WordsFile = Readonly<Record<string, WrittenWords | undefined>>

/** The texts of a language as its file has them. */
export async function writtenWords(language: Language): Promise<WrittenWords> {
  const file = (await import(`./languages/${language}.ts`)) as WordsFile // `tsc` checks each of them
  const words = file[language]
  if (words === undefined) throw new Error(`languages/${language}.ts exports no ${language}`)
  return words
}

/** The texts of a language as they are packed: a mail that is not translated yet in English. */
export async function servedWords(language: Language): Promise<Words> {
  const { emails, emailFrame, pages, messages } = await writtenWords(language)
  return { emails: { ...en.emails, ...emails }, emailFrame, pages, messages }
}

/** The text of `languages/packed.ts`. */
export function packedSource(): string {
  return `// Written by languages.build.ts.
${LANGUAGES.toSorted()
  .map((language) => ['import', language, 'from', `'./${language}.bin'`].join(' '))
  .join('\n')}

/** Every language's texts, packed. */
export const PACKED = { ${LANGUAGES.join(', ')} }
`
}

/** The text of `languages/email-kinds.ts`. */
export function emailKindsSource(): string {
  return `// Written by languages.build.ts.

/** The mails that this service sends, in the order of \`en.ts\`. */
export const EMAIL_KINDS = [
${Object.keys(en.emails)
  .map((kind) => `  '${kind}',`)
  .join('\n')}
] as const

/** One of \`EMAIL_KINDS\`. */
export type EmailKind = (typeof EMAIL_KINDS)[number]
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('languages/packed.ts', import.meta.url), packedSource())
  writeFileSync(new URL('languages/email-kinds.ts', import.meta.url), emailKindsSource())
  for (const language of LANGUAGES) {
    const file = new URL(`languages/${language}.bin`, import.meta.url)
    console.log(`${language} ${writePacked(file, await servedWords(language))} bytes`)
  }
}
