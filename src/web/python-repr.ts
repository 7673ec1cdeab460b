/** Values as Python prints them, in messages that quote input. */
import { JsonNumber, type JsonValue } from './json.ts'

/** Python's `str()` of a JSON value, as messages hold it. */
export function textLikePython(value: JsonValue): string {
  return typeof value === 'string' ? value : reprLikePython(value)
}

function reprLikePython(value: JsonValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof JsonNumber) return value.text
  if (typeof value === 'string') return quoted(value)
  if (isList(value)) return `[${value.map(reprLikePython).join(', ')}]`
  const entries = Object.entries(value).map(
    ([key, item]) => `${quoted(key)}: ${reprLikePython(item)}`,
  )
  return `{${entries.join(', ')}}`
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  if (text.includes("'") && !text.includes('"')) return `"${escaped}"`
  return `'${escaped.replaceAll("'", "\\'")}'`
}
