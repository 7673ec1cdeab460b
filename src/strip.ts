/**
 * Cuts characters off both ends of a text. By two indices: a regular expression with `+$` begins again at every
 * character that it may cut, which takes quadratic time on a text that ends otherwise (ReDoS, CWE-1333).
 */
export function strip(text: string, isCut: (character: string) => boolean): string {
  let start = 0
  while (start < text.length && isCut(text.charAt(start))) start += 1
  return stripEnd(text.slice(start), isCut)
}

/** The same at the end alone. */
export function stripEnd(text: string, isCut: (character: string) => boolean): string {
  let end = text.length
  while (end > 0 && isCut(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

/** Base32 and base64 without their padding (RFC 4648 §3.2). */
export function stripPadding(text: string): string {
  return stripEnd(text, (character) => character === '=')
}

/** Python's `str.strip()`. */
export function stripLikePython(text: string): string {
  return strip(text, isPythonSpace)
}

/** Python's `str.isspace`: not the byte order mark, but the separators of ASCII and NEL. */
function isPythonSpace(character: string): boolean {
  if (character === '\ufeff') return false
  return /\s/.test(character) || '\u001c\u001d\u001e\u001f\u0085'.includes(character)
}
