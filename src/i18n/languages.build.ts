/**
 * Writes `languages/*.bin` from the files of the same name: `node src/i18n/languages.build.ts`. Compressed data
 * beside the script costs a cold start nothing until somebody speaks the language. A test fails while one is
 * out of date.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { constants, deflateRawSync } from 'node:zlib'
import type { Language } from './language.ts'
import { de } from './languages/de.ts'
import { en } from './languages/en.ts'
import { es } from './languages/es.ts'
import { fr } from './languages/fr.ts'
import { ja } from './languages/ja.ts'
import { pt } from './languages/pt.ts'
import type { Words } from './words.ts'

/** The languages by their code. */
export const PACKED_LANGUAGES = { en, de, fr, es, pt, ja } satisfies Readonly<
  Record<Language, Words>
>

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [language, words] of Object.entries(PACKED_LANGUAGES)) {
    const packed = deflateRawSync(JSON.stringify(words), { level: constants.Z_BEST_COMPRESSION })
    writeFileSync(new URL(`languages/${language}.bin`, import.meta.url), packed)
    console.log(`${language} ${packed.length} bytes`)
  }
}
