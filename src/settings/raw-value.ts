/** Raw values of variables as booleans, numbers, texts and lists. Each throws an `Error` whose message completes "NAME …". */
import { jsonOfPython } from './python-value.ts'

/** Strings that look like JSON, or like Python, become their value; everything else stays. Throws on broken ones. */
export function fromJson(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  const text = raw.trim()
  // Most values are seen to be JSON without the pattern, which a start would compile.
  const isObject = text.startsWith('{') || text.startsWith('[')
  if (
    !isObject &&
    !/^(?:["']|\(\s*(?:r?["']|\)))|^(?:null|true|false|None|-?\d+(?:\.\d+)?)$|timedelta\(/.test(
      text,
    )
  )
    return raw
  // Mostly it is JSON: only what is not is translated, which costs a start more than all other reading.
  for (const spell of [(json: string) => json, jsonOfPython]) {
    try {
      return JSON.parse(spell(text))
    } catch {
      // The other spelling may fit.
    }
  }
  throw new Error('is not valid JSON')
}

/** What stands for nothing in an environment. */
export function isNothing(raw: unknown): boolean {
  return raw === undefined || raw === null || raw === '' || raw === 'None' || raw === 'null'
}

/** The text of a value. An object whose `toString` is no function has none of its own: it reads as any other object. */
export function spellingOf(raw: unknown): string {
  try {
    return String(raw)
  } catch {
    return '[object Object]'
  }
}

/** One of a few words. Anything else is a fault that lists them. */
export function parseWord<const Word extends string>(words: readonly Word[], raw: unknown): Word {
  const found = words.find((word) => word.toLowerCase() === spellingOf(raw).toLowerCase())
  if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`)
  return found
}

/** Reads a boolean. */
export function parseBoolean(raw: unknown): boolean {
  const word = spellingOf(raw).trim().toLowerCase()
  if (word === 'true' || word === '1' || word === 'on' || word === 'yes') return true
  if (word === 'false' || word === '0' || word === 'off' || word === 'no' || word === '')
    return false
  throw new Error('must be true or false')
}

/** A whole number within bounds, as a JSON number or its text. */
export function parseInteger(
  raw: unknown,
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const isNumber = typeof raw === 'string' && String(Number(raw)) === raw
  const text = isNumber ? raw : spellingOf(fromJson(raw)).trim()
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new Error('must be a whole number')
  if (value < min) throw new Error(`must be at least ${min}`)
  if (value > max) throw new Error(`must be at most ${max}`)
  return value
}

/** A text; numbers and booleans of TOML are their text. */
export function parseString(raw: unknown): string {
  if (typeof raw === 'string') return raw
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw)
  throw new Error('must be a string')
}

/** A list of strings: JSON, or separated by commas, which is what environments usually hold. Throws on what is none. */
export function parseStringList(raw: unknown): readonly string[] {
  if (isNothing(raw)) return []
  const value = fromJson(raw)
  if (typeof value === 'string') {
    return value
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
  }
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value
  throw new Error('must be a list of strings (JSON, or separated by commas)')
}
