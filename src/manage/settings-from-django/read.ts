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
  const assignment = /^[+-]?[ \t]*([A-Z][A-Z0-9_]*)[ \t]*(?::[^=\n]*)?=(?!=)[ \t]*/gm
  for (let match = assignment.exec(text); match !== null; match = assignment.exec(text)) {
    const isOldLine = match[0].startsWith('-')
    const { value, end } = readPythonLiteral(text, assignment.lastIndex)
    // The unified output of diffsettings shows Django's default behind a minus.
    if (!isOldLine) found[match[1] ?? ''] = value
    assignment.lastIndex = Math.max(end, assignment.lastIndex)
  }
  return found
}
