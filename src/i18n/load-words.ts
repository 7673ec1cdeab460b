import type { Language } from './language.ts'
import type { Words } from './words.ts'

/** Loaded with the first request that needs them. */
const LOADERS = {
  en: async () => (await import('./languages/en.ts')).en,
  de: async () => (await import('./languages/de.ts')).de,
  fr: async () => (await import('./languages/fr.ts')).fr,
  es: async () => (await import('./languages/es.ts')).es,
  pt: async () => (await import('./languages/pt.ts')).pt,
  ja: async () => (await import('./languages/ja.ts')).ja,
} as const satisfies Record<Language, () => Promise<Words>>

/** The texts of a language. */
export function loadWords(language: Language): Promise<Words> {
  return LOADERS[language]()
}
