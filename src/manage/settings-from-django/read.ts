import { readPythonLiteral } from './python-literal.ts'

/** Django's settings by name; what could not be read is `UNREADABLE`. */
export type DjangoSettings = Readonly<Record<string, unknown>>

/**
 * Reads the output of `manage.py diffsettings`, a `settings.py` without tricks, or a JSON object. Of a
 * name that is set twice the last one counts, as in Python.
 */
export function readDjangoSettings(text: string): DjangoSettings {
  if (/^\s*\{/.test(text)) {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null
      ? Object.fromEntries(Object.entries(parsed))
      : {}
  }
  const found: Record<string, unknown> = {}
  let lineStart = 0
  do {
    const start = lineStart
    const name = ASSIGNMENT.exec(text.slice(start, endOfLine(text, start)))
    if (name === null) {
      lineStart = endOfLine(text, start) + 1
      continue
    }
    const valueStart = start + name[0].length
    const { value, end } = readPythonLiteral(text, valueStart)
    // The unified output of diffsettings shows Django's default behind a minus.
    if (!name[0].startsWith('-')) found[name[1] ?? ''] = value
    lineStart = endOfLine(text, Math.max(end, valueStart) - 1) + 1
  } while (lineStart < text.length)
  return found
}

const ASSIGNMENT = /^[+-]?[ \t]*([A-Z][A-Z0-9_]*)[ \t]*(?::[^=]*)?=(?!=)[ \t]*/

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}
