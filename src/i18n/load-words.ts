import { inflateText } from '../inflate.ts'
import type { Language } from './language.ts'
import de from './languages/de.bin'
import en from './languages/en.bin'
import es from './languages/es.bin'
import fr from './languages/fr.bin'
import ja from './languages/ja.bin'
import pt from './languages/pt.bin'
import type { Words } from './words.ts'

/** `languages.build.ts` writes them. */
const PACKED = { en, de, fr, es, pt, ja } as const satisfies Record<Language, ArrayBuffer>

const loaded = new Map<Language, Promise<Words>>()

/** The texts of a language, unpacked with the first request that needs them. */
export function loadWords(language: Language): Promise<Words> {
  const known = loaded.get(language)
  if (known !== undefined) return known
  const words = unpack(PACKED[language])
  loaded.set(language, words)
  return words
}

async function unpack(packed: ArrayBuffer): Promise<Words> {
  return JSON.parse(await inflateText(packed)) as Words // written from a `Words`, and a test compares
}
