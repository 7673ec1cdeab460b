/** A JSON parser with Python's verdicts and messages: clients see them, and numbers keep their digits. */
import { floatLikePython, lengthLikePython } from './python-text.ts'

/**
 * A JSON number as Python reads it: integers of any size keep their digits, and 1 is not 1.0.
 * `text` is Python's `str()` of it.
 */
export class JsonNumber {
  readonly isInteger: boolean
  readonly text: string

  constructor(isInteger: boolean, text: string) {
    this.isInteger = isInteger
    this.text = text
  }
}

/** A parsed JSON value. Objects have no prototype, so that no key means anything special. */
export type JsonValue =
  | null
  | boolean
  | string
  | JsonNumber
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** The value as JavaScript has it: numbers are numbers, even if digits are lost. */
export function plainJson(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text)
  if (isList(value)) return value.map(plainJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainJson(item)]))
}

/** `Array.isArray` forgets that a list may be read-only. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** The text is no JSON; the message is Python's. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/** Deeper nesting is refused: the reference crashes where Python's stack ends. */
const MAX_DEPTH = 900
/** Python refuses to convert longer integers (CVE-2020-10735). */
const MAX_INTEGER_DIGITS = 4300
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y
const SPACE = /[ \t\n\r]*/y

/**
 * Parses as Python's `json.loads` does with DRF's strict constants: same values, same messages, same
 * positions (counted in code points). Frontends show these messages, and 1 must differ from 1.0.
 *
 * @throws JsonSyntaxError
 */
export function parseJson(text: string): JsonValue {
  if (text.startsWith('\ufeff')) {
    throw syntaxError('Unexpected UTF-8 BOM (decode using utf-8-sig)', text, 0)
  }
  const parser = new Parser(text)
  parser.skipSpace()
  const value = parser.value(0)
  parser.skipSpace()
  if (parser.position !== text.length) throw syntaxError('Extra data', text, parser.position)
  return value
}

function syntaxError(message: string, text: string, position: number): JsonSyntaxError {
  const before = text.slice(0, position)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  const column = lengthLikePython(before.slice(lineStart)) + 1
  const at = lengthLikePython(before)
  return new JsonSyntaxError(`${message}: line ${line} column ${column} (char ${at})`)
}

class Parser {
  position = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  skipSpace(): void {
    SPACE.lastIndex = this.position
    SPACE.exec(this.#text)
    this.position = SPACE.lastIndex
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError('maximum nesting depth exceeded')
    const character = this.#text[this.position]
    if (character === '"') return this.#string()
    if (character === '{') return this.#object(depth)
    if (character === '[') return this.#array(depth)
    if (this.#takes('null')) return null
    if (this.#takes('true')) return true
    if (this.#takes('false')) return false
    return this.#number()
  }

  #takes(word: string): boolean {
    if (!this.#text.startsWith(word, this.position)) return false
    this.position += word.length
    return true
  }

  #number(): JsonNumber {
    const start = this.position
    NUMBER.lastIndex = start
    const match = NUMBER.exec(this.#text)
    if (match === null) {
      for (const constant of ['NaN', 'Infinity', '-Infinity']) {
        if (this.#text.startsWith(constant, start)) {
          throw new JsonSyntaxError(
            `Out of range float values are not JSON compliant: '${constant}'`,
          )
        }
      }
      throw syntaxError('Expecting value', this.#text, start)
    }
    this.position = NUMBER.lastIndex
    const [digits, fraction, exponent] = match
    if (fraction !== undefined || exponent !== undefined) {
      return new JsonNumber(false, floatLikePython(Number(digits)))
    }
    const length = digits.replace('-', '').length
    if (length > MAX_INTEGER_DIGITS) {
      throw new JsonSyntaxError(
        `Exceeds the limit (${MAX_INTEGER_DIGITS} digits) for integer string conversion: value has ${length} digits; use sys.set_int_max_str_digits() to increase the limit`,
      )
    }
    return new JsonNumber(true, digits === '-0' ? '0' : digits)
  }

  #string(): string {
    const text = this.#text
    const begin = this.position
    let result = ''
    let index = begin + 1
    for (;;) {
      const start = index
      while (
        index < text.length &&
        text.charCodeAt(index) > 0x1f &&
        !isQuoteOrBackslash(text, index)
      )
        index += 1
      result += text.slice(start, index)
      const character = text[index]
      if (character === undefined) {
        throw syntaxError('Unterminated string starting at', text, begin)
      }
      if (character === '"') {
        this.position = index + 1
        return result
      }
      if (character !== '\\') throw syntaxError('Invalid control character at', text, index)
      const escape = text[index + 1]
      if (escape === undefined) throw syntaxError('Unterminated string starting at', text, begin)
      if (escape === 'u') {
        const code = text.slice(index + 2, index + 6)
        // Python looks for a character behind the digits, too, before it looks at them.
        if (!/^[0-9a-fA-F]{4}$/.test(code) || index + 6 >= text.length) {
          throw syntaxError('Invalid \\uXXXX escape', text, index + 1)
        }
        result += String.fromCharCode(Number.parseInt(code, 16))
        index += 6
        continue
      }
      const plain = ESCAPES[escape]
      if (plain === undefined) throw syntaxError('Invalid \\escape', text, index)
      result += plain
      index += 2
    }
  }

  #object(depth: number): JsonValue {
    const object: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>
    this.position += 1
    this.skipSpace()
    if (this.#takes('}')) return object
    for (;;) {
      if (this.#text[this.position] !== '"') {
        throw syntaxError(
          'Expecting property name enclosed in double quotes',
          this.#text,
          this.position,
        )
      }
      const key = this.#string()
      this.skipSpace()
      if (!this.#takes(':')) throw syntaxError("Expecting ':' delimiter", this.#text, this.position)
      this.skipSpace()
      object[key] = this.value(depth + 1)
      this.skipSpace()
      if (this.#takes('}')) return object
      if (!this.#takes(',')) throw syntaxError("Expecting ',' delimiter", this.#text, this.position)
      this.skipSpace()
    }
  }

  #array(depth: number): JsonValue {
    const array: JsonValue[] = []
    this.position += 1
    this.skipSpace()
    if (this.#takes(']')) return array
    for (;;) {
      array.push(this.value(depth + 1))
      this.skipSpace()
      if (this.#takes(']')) return array
      if (!this.#takes(',')) throw syntaxError("Expecting ',' delimiter", this.#text, this.position)
      this.skipSpace()
    }
  }
}

function isQuoteOrBackslash(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code === 0x22 || code === 0x5c
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
