/** The languages of mails, pages and messages; English is what everything is written in. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'ja'] as const

/** One of `LANGUAGES`. */
export type Language = (typeof LANGUAGES)[number]

/** Django refuses to look further (`ACCEPT_LANGUAGE_HEADER_MAX_LENGTH`). */
const HEADER_MAX_LENGTH = 500

/**
 * The language of an `Accept-Language` header (RFC 9110 §12.5.4), read as Django does
 * (`get_language_from_request`): by quality, a variant falls back to its language, `*` and what we do not
 * support lead to `LANGUAGE_CODE`. Unlike there, `q=0` refuses a language, and a malformed range spoils no other one.
 */
export function negotiateLanguage(header: string | null, languageCode: string): Language {
  // What most programs send, and what is sent without a preference, needs no reading.
  const isOpen = header === null || header === '' || header === '*'
  for (const tag of isOpen ? [] : acceptedTags(header)) {
    if (tag === '*') break
    const language = asLanguage(tag)
    if (language !== undefined) return language
  }
  return asLanguage(languageCode.toLowerCase()) ?? 'en'
}

/** Whether a word names a supported language, as it is. */
export function isLanguage(word: unknown): word is Language {
  return LANGUAGES.some((language) => language === word)
}

/** `de-at` and `zh-hant-tw` are the languages before their first hyphen. */
function asLanguage(tag: string): Language | undefined {
  return LANGUAGES.find(
    (one) => tag === one || tag.startsWith(`${one}-`) || tag.startsWith(`${one}_`),
  )
}

function acceptedTags(header: string): readonly string[] {
  const text = header.toLowerCase()
  const end =
    text.length <= HEADER_MAX_LENGTH ? text.length : text.lastIndexOf(',', HEADER_MAX_LENGTH)
  const ranges = text.slice(0, Math.max(0, end)).split(',').map(readRange)
  return ranges
    .filter((range) => range !== undefined)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}

function readRange(range: string): { readonly tag: string; readonly quality: number } | undefined {
  const match =
    /^(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/.exec(
      range.trim(),
    )
  if (match?.[1] === undefined) return undefined
  return { tag: match[1], quality: match[2] === undefined ? 1 : Number(match[2]) }
}
