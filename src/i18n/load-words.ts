/** Texts of a language, unpacked with the first request that needs it and kept for the isolate. */
import { inflateText } from '../inflate.ts'
import type { Language } from './language.ts'
import { PACKED } from './languages/packed.ts'
import type { Words } from './words.ts'

const packedWords: Readonly<Record<Language, ArrayBuffer>> = PACKED

const loaded = new Map<Language, Words>()

/**
 * The texts of a language, unpacked with the first request that needs them. What is kept are the texts, not the
 * promise of them: a Worker cancels what a request began when its client goes away, and another would wait forever.
 */
export async function loadWords(language: Language): Promise<Words> {
  const known = loaded.get(language)
  if (known !== undefined) return known
  const words = await unpack(packedWords[language])
  loaded.set(language, words)
  return words
}

async function unpack(packed: ArrayBuffer): Promise<Words> {
  return JSON.parse(await inflateText(packed)) as Words // written from a `Words`, and a test compares
}
