/** Reads a project's settings from `diffsettings`, a settings module, or JSON. */
import { readPythonLiteral, UNREADABLE } from './python-literal.ts'

/** Django's settings by name; what could not be read is `UNREADABLE`. */
export type DjangoSettings = Readonly<Record<string, unknown>>

/** A pseudo-name for a file that takes over the settings of another one (`from .base import *`). */
export const IMPORTS_OTHERS = 'import *'

/**
 * Reads settings without running Python. The last assignment of a name counts; `NAME += [...]` and `NAME["key"] =
 * ...` change it, and any other code that touches a name makes it unreadable rather than wrong.
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
    const line = text.slice(start, endOfLine(text, start))
    if (STAR_IMPORT.test(line)) found[IMPORTS_OTHERS] = true
    const changed = CHANGE.exec(line)?.[1]
    if (changed !== undefined) found[changed] = UNREADABLE
    const assignment = ASSIGNMENT.exec(line)
    if (assignment === null) {
      lineStart = endOfLine(text, start) + 1
      continue
    }
    const [whole] = assignment
    const valueStart = start + whole.length
    const { value, end } = readPythonLiteral(text, valueStart)
    // The unified output of diffsettings shows Django's default behind a minus.
    if (!whole.startsWith('-')) assign(found, assignment, value)
    lineStart = endOfLine(text, Math.max(end, valueStart) - 1) + 1
  } while (lineStart < text.length)
  return found
}

/** A name, perhaps a key in it, perhaps a type, and what is assigned or added. */
const ASSIGNMENT =
  /^[+-]?[ \t]*([A-Z][A-Z0-9_]*)[ \t]*(?:\[[ \t]*["'](\w+)["'][ \t]*\][ \t]*)?(?::[^=]*)?(\+?)=(?!=)[ \t]*/
/** A method that changes what is there. */
const CHANGE =
  /^[ \t]*([A-Z][A-Z0-9_]*)\.(?:append|extend|insert|pop|remove|setdefault|update)[ \t]*\(/
const STAR_IMPORT = /^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+\*/

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** `NAME = …`, `NAME += …`, `NAME["key"] = …`. */
function assign(
  found: Record<string, unknown>,
  [, name = '', key, plus]: RegExpExecArray,
  value: unknown,
): void {
  if (key !== undefined) found[name] = withKey(found[name], key, value)
  else if (plus === '+') found[name] = concatenate(found[name], value)
  else found[name] = value
}

function withKey(dictionary: unknown, key: string, value: unknown): unknown {
  if (dictionary === undefined) return { [key]: value }
  if (typeof dictionary !== 'object' || dictionary === null || Array.isArray(dictionary)) {
    return UNREADABLE
  }
  return { ...dictionary, [key]: value }
}

function concatenate(present: unknown, more: unknown): unknown {
  if (typeof present === 'string' && typeof more === 'string') return present + more
  if (!Array.isArray(present) || !Array.isArray(more)) return UNREADABLE
  return [...present.map((item: unknown) => item), ...more.map((item: unknown) => item)]
}
