/** Texts of the security page's script, apart from those of all pages: most visitors never need them. */
import type { PageWords } from '../../../i18n/words.ts'
import type { SECURITY_WORDS } from '../security-words.ts'

type SecurityWords = Pick<PageWords, (typeof SECURITY_WORDS)[number]>

/** The texts, which the server wrote into the page. */
export const words = readWords()

function readWords(): SecurityWords {
  const text = document.getElementById('security-words')?.textContent ?? ''
  return JSON.parse(text) as SecurityWords // written by `securityPage` into the same page
}

/** A time in the page's language; empty for none. */
export function dateOf(value: unknown): string {
  const date = new Date(typeof value === 'string' ? value : Number.NaN)
  const { lang } = document.documentElement
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleDateString(lang, { dateStyle: 'long' })
}
