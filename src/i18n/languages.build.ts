/**
 * Writes `languages/*.bin` from the files of the same name, and `languages/packed.ts`, which imports them:
 * `node src/i18n/languages.build.ts`. Compressed data beside the script costs a cold start nothing until somebody
 * speaks the language. A test fails while one is out of date.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writePacked } from '../packing.build.ts'
import { LANGUAGES, type Language } from './language.ts'
import type { Words } from './words.ts'

/** What a language's file exports, under the language's own name. */
type WordsFile = Readonly<Record<string, Words | undefined>>

/** The texts of a language as they are written. */
export async function writtenWords(language: Language): Promise<Words> {
  const file = (await import(`./languages/${language}.ts`)) as WordsFile // `tsc` checks each of them
  const words = file[language]
  if (words === undefined) throw new Error(`languages/${language}.ts exports no ${language}`)
  return words
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('languages/packed.ts', import.meta.url), packedSource())
  for (const language of LANGUAGES) {
    const file = new URL(`languages/${language}.bin`, import.meta.url)
    console.log(`${language} ${writePacked(file, await writtenWords(language))} bytes`)
  }
}
