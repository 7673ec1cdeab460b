import type { PageWords } from '../../../i18n/words.ts'
import type { SECURITY_WORDS } from '../security-words.ts'

type SecurityWords = Pick<PageWords, (typeof SECURITY_WORDS)[number]>

/** The words of the security page's script. */
export const words = readWords()

function readWords(): SecurityWords {
  const text = document.getElementById('security-words')?.textContent ?? ''
  return JSON.parse(text) as SecurityWords // written by `securityPage` into the same page
}

/** A time in the language of the page; an empty text for none. */
export function dateOf(value: unknown): string {
  const date = new Date(typeof value === 'string' ? value : Number.NaN)
  const { lang } = document.documentElement
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleDateString(lang, { dateStyle: 'long' })
}
