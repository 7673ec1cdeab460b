/** Checks one value of a custom field against its declaration: type, bounds, pattern, choices. */
import { compileFieldPattern, type FieldPattern } from '../../settings/field-pattern.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import { OWN_TEXT_MAX_LENGTH } from '../../settings/own-text.ts'
import { stripLikePython } from '../../strip.ts'
import { textFaults, type FaultCode } from '../faults.ts'
import { isText, type Given } from './given.ts'
import { isUrl } from './url-syntax.ts'

/** What is wrong with a value. */
type ValueFault = {
  readonly code: FaultCode
  readonly params?: Readonly<Record<string, string | number>>
}

/** A value as it is kept, or all that is wrong with it. */
export type ReadValue =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'faults'; readonly faults: readonly ValueFault[] }

/**
 * Reads a value as the field's counterpart of Django REST framework does: `CharField`, `IntegerField`, `BooleanField`,
 * `DateField`, `ChoiceField`, `URLField`, `JSONField` of a model's field that is optional (`blank`, `null`) or not.
 */
export function readOwnValue(field: OwnField, given: Given): ReadValue {
  const isNullable = !field.required && !isText(field)
  if (given.kind === 'null') return isNullable ? accept(null) : reject('null')
  return READERS[field.type](field, given)
}

type Reader = (field: OwnField, given: Given) => ReadValue

/** How each type is read, from JSON or from a form's text. */
const READERS: Readonly<Record<OwnField['type'], Reader>> = {
  string: readString,
  url: readString,
  phone: readString,
  integer: readInteger,
  boolean: readBoolean,
  date: readDate,
  choice: readChoice,
  json: readJson,
}

function accept(value: unknown): ReadValue {
  return { kind: 'value', value }
}

function reject(code: FaultCode, params?: ValueFault['params']): ReadValue {
  return { kind: 'faults', faults: [{ code, ...(params === undefined ? {} : { params }) }] }
}

/** Python's `str()` of a text or a number; `undefined` for everything else. */
function textOf(given: Given): string | undefined {
  return given.kind === 'text' || given.kind === 'number' ? given.text : undefined
}

const NO_TEXT = { string: 'not_a_string', url: 'url_invalid', phone: 'phone_invalid' } as const

/** A text within its length, without what a database cannot store. */
function readString(field: OwnField, given: Given): ReadValue {
  const { type } = field
  const text = textOf(given)
  if (text === undefined) {
    const isPattern = type === 'string' && field.pattern !== undefined
    return reject(isPattern ? 'pattern_mismatch' : NO_TEXT[textType(type)])
  }
  const value = stripLikePython(text)
  if (value === '') return field.required ? reject('blank') : accept('')
  const { minLength: min, maxLength: max } = field
  const faults: ValueFault[] = [
    ...textFaults('', value, { min, max }).map(({ field: _field, ...fault }) => fault),
    ...surrogateFaults(value),
    ...(matches(field, value) ? [] : [{ code: 'pattern_mismatch' } as const]),
  ]
  const kept = type === 'phone' ? normalizePhone(value) : value
  if (type === 'url' && !isUrl(value)) faults.push({ code: 'url_invalid' })
  if (kept === undefined) faults.push({ code: 'phone_invalid' })
  return faults.length === 0 ? accept(kept) : { kind: 'faults', faults }
}

function textType(type: OwnField['type']): keyof typeof NO_TEXT {
  return type === 'url' || type === 'phone' ? type : 'string'
}

function surrogateFaults(text: string): readonly ValueFault[] {
  if (text.isWellFormed()) return []
  const lone = Array.from(text).find((one) => !one.isWellFormed()) ?? ''
  const code = lone.charCodeAt(0).toString(16).toUpperCase()
  return [{ code: 'lone_surrogate', params: { character: `U+${code}` } }]
}

/** Compiled once an isolate: the declaration lives as long as it. */
const patterns = new WeakMap<OwnField, FieldPattern>()

/** What is too long for any field is wrong already, and a pattern takes time for each character. */
function matches(field: OwnField, text: string): boolean {
  // A character is at most two code units.
  if (field.pattern === undefined || text.length > 2 * OWN_TEXT_MAX_LENGTH) return true
  let pattern = patterns.get(field)
  if (pattern === undefined) {
    pattern = compileFieldPattern(field.pattern)
    patterns.set(field, pattern)
  }
  return pattern(text)
}

/** A number with its country code (ITU-T E.164): up to 15 digits; how it is grouped is not kept. */
function normalizePhone(text: string): string | undefined {
  const digits = text.replaceAll(/[ ()./-]/g, '').replace(/^00/, '+')
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined
}

/** Longer texts are not even looked at (DRF: `MAX_STRING_LENGTH`). */
const INTEGER_MAX_LENGTH = 1_000

/** A whole number that JavaScript holds exactly. */
function readInteger(field: OwnField, given: Given): ReadValue {
  const text = textOf(given)
  if (given.kind === 'text' && given.text.length > INTEGER_MAX_LENGTH) {
    return reject('integer_too_long')
  }
  const value = text === undefined ? undefined : integerOf(text)
  if (value === undefined) return reject('integer_invalid')
  const { minValue, maxValue } = field
  // Beyond these JavaScript would change the number.
  const least = minValue ?? Number.MIN_SAFE_INTEGER
  const most = maxValue ?? Number.MAX_SAFE_INTEGER
  if (value > most) return reject('too_large', { max: most })
  return value < least ? reject('too_small', { min: least }) : accept(value)
}

/** Python's `int()` of a text whose fraction is zeros: blanks around it, a sign, single underscores between digits. */
function integerOf(text: string): number | undefined {
  const [whole = '', fraction = '', ...more] = text.split('.')
  // Everything after the zeros is blank, or there are none of either.
  const isWhole = more.length === 0 && stripLikePython(fraction.replaceAll('0', ' ')) === ''
  const bare = text.includes('.') && !/\s/.test(fraction.slice(0, 1)) ? whole.trimStart() : whole
  const digits = stripLikePython(bare)
  if (!isWhole || !/^[-+]?\d+(?:_\d+)*$/.test(digits)) return undefined
  return Number(digits.replaceAll('_', ''))
}

const TRUE = new Set([
  't',
  'T',
  'y',
  'Y',
  'yes',
  'YES',
  'true',
  'True',
  'TRUE',
  'on',
  'On',
  'ON',
  '1',
])
const FALSE = new Set([
  'f',
  'F',
  'n',
  'N',
  'no',
  'NO',
  'false',
  'False',
  'FALSE',
  'off',
  'Off',
  'OFF',
  '0',
])
const NULL = new Set(['null', 'Null', 'NULL', ''])

/** What DRF's `BooleanField` takes for true and false. */
function readBoolean(field: OwnField, given: Given): ReadValue {
  if (given.kind === 'boolean') return accept(given.value)
  const text = given.kind === 'number' ? given.text.replace(/\.0$/, '') : (textOf(given) ?? 'none')
  if (TRUE.has(text)) return accept(true)
  if (FALSE.has(text)) return accept(false)
  return NULL.has(text) && !field.required ? accept(null) : reject('boolean_invalid')
}

function readDate(_field: OwnField, given: Given): ReadValue {
  const text = given.kind === 'text' ? given.text : ''
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})\n?$/.exec(text) ?? []
  const value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${value}T00:00:00Z`)
  const isDate =
    year > '0000' && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
  return isDate ? accept(value) : reject('date_invalid')
}

function readChoice(field: OwnField, given: Given): ReadValue {
  const text = pythonText(given)
  if (text === '' && !field.required) return accept('')
  return field.choices.includes(text) ? accept(text) : reject('choice_invalid', { input: text })
}

function pythonText(given: Given): string {
  switch (given.kind) {
    case 'null':
      return 'None'
    case 'boolean':
      return given.value ? 'True' : 'False'
    case 'text':
    case 'number':
    case 'other':
      return given.text
  }
}

function readJson(field: OwnField, given: Given): ReadValue {
  const value = plainValue(given)
  if (!isAllFinite(value)) return reject('json_invalid')
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length
  return bytes > field.maxBytes ? reject('json_too_large', { max: field.maxBytes }) : accept(value)
}

/** Whether no number in it is too large: JSON that is written has none (RFC 8259 §6). */
function isAllFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isAllFinite)
}

function plainValue(given: Given): unknown {
  switch (given.kind) {
    case 'null':
      return null
    case 'text':
      return given.text
    case 'number':
      return Number(given.text)
    case 'boolean':
    case 'other':
      return given.value
  }
}
