/**
 * Reading bodies and queries of the operator's API strictly: unknown names are refused, because a mistyped filter
 * that is ignored acts on too much.
 */
import { invalid } from './error.ts'

/** A field of a body or a query, with its bounds. */
export type InputField = {
  /** `names`: a list of short texts, in bodies alone. */
  readonly type: 'string' | 'boolean' | 'integer' | 'date-time' | 'names'
  readonly isRequired?: true
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly description?: string
}

/** Fields by their name on the wire. */
export type InputFields = Readonly<Record<string, InputField>>

/** What fields hold once they have been read. */
export type InputValues<Fields extends InputFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends { readonly isRequired: true }
    ? ValueOf<Fields[Name]>
    : ValueOf<Fields[Name]> | undefined
}

type ValueOf<Field extends InputField> = Field['type'] extends 'string'
  ? string
  : Field['type'] extends 'boolean'
    ? boolean
    : Field['type'] extends 'integer'
      ? number
      : Field['type'] extends 'names'
        ? readonly string[]
        : Date

/** The longest text unless a field says otherwise: an e-mail address (RFC 5321 §4.5.3.1). */
const MAX_LENGTH = 320

/**
 * Reads a JSON object.
 *
 * @throws AdminError 400 with codes for each field
 */
export function readBodyFields<Fields extends InputFields>(
  fields: Fields,
  body: unknown,
): InputValues<Fields> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid({ '': ['not_an_object'] })
  }
  return read(fields, new Map(Object.entries(body)), (field, value) => jsonValue(field, value))
}

/**
 * Reads a query string by the same rules.
 *
 * @throws AdminError 400
 */
export function readQueryFields<Fields extends InputFields>(
  fields: Fields,
  query: URLSearchParams,
): InputValues<Fields> {
  const given = new Map([...query].filter(([, value]) => value !== ''))
  return read(fields, given, (field, value) => textValue(field, String(value)))
}

/** A value, or the code of what is wrong with it. */
type Read = { readonly value: unknown } | { readonly code: string }

/** Reads each field; faults are codes: `unknown` for a name that no field has, `required` for one that is missing. */
function read<Fields extends InputFields>(
  fields: Fields,
  given: ReadonlyMap<string, unknown>,
  valueOf: (field: InputField, value: unknown) => Read,
): InputValues<Fields> {
  const values: Record<string, unknown> = {}
  // A map: an object would take `__proto__` for its prototype, and forget that it is unknown.
  const wrong = new Map<string, readonly string[]>()
  for (const name of given.keys()) if (!Object.hasOwn(fields, name)) wrong.set(name, ['unknown'])
  for (const [name, field] of Object.entries(fields)) {
    if (!given.has(name)) {
      if (field.isRequired) wrong.set(name, ['required'])
      continue
    }
    const found = valueOf(field, given.get(name))
    if ('code' in found) wrong.set(name, [found.code])
    else values[name] = found.value
  }
  if (wrong.size > 0) throw invalid(Object.fromEntries(wrong))
  // Each field was read as its type.
  return values as InputValues<Fields>
}

/** A field of a JSON body: its JSON type must be that of the field, nothing is converted. */
function jsonValue(field: InputField, value: unknown): Read {
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean' ? { value } : { code: 'not_a_boolean' }
    case 'integer':
      return typeof value === 'number' ? integer(field, value) : { code: 'not_a_number' }
    case 'string':
      return typeof value === 'string' ? text(field, value) : { code: 'not_a_string' }
    case 'date-time':
      return typeof value === 'string' ? time(value) : { code: 'not_a_time' }
    case 'names':
      return names(value)
  }
}

/** The longest list of names in a body. */
const MAX_NAMES = 50
/** A permission's natural key: Django allows 100 characters for each of its two parts, and a dot between them. */
const MAX_NAME_LENGTH = 201

function names(value: unknown): Read {
  if (!Array.isArray(value)) return { code: 'not_a_list' }
  if (value.length > MAX_NAMES) return { code: 'too_long' }
  for (const name of value as readonly unknown[]) {
    if (typeof name !== 'string' || name === '') return { code: 'not_a_string' }
    const found = text({ type: 'string', maxLength: MAX_NAME_LENGTH }, name)
    if ('code' in found) return found
  }
  return { value: [...new Set(value)] }
}

/** A field of a query, where everything is text. */
function textValue(field: InputField, value: string): Read {
  switch (field.type) {
    case 'boolean':
      if (value === 'true' || value === 'false') return { value: value === 'true' }
      return { code: 'not_a_boolean' }
    case 'integer':
      return /^\d{1,15}$/.test(value) ? integer(field, Number(value)) : { code: 'not_a_number' }
    case 'string':
      return text(field, value)
    case 'date-time':
      return time(value)
    case 'names':
      return { code: 'not_a_list' }
  }
}

/** A whole number within the field's bounds. */
function integer(
  { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: InputField,
  value: number,
): Read {
  if (!Number.isSafeInteger(value)) return { code: 'not_a_number' }
  return value < minimum || value > maximum ? { code: 'out_of_range' } : { value }
}

/** A text within the field's length. */
function text(field: InputField, value: string): Read {
  // NUL truncates or is refused in databases; unpaired surrogates cannot be encoded as UTF-8.
  if (value.includes('\0') || !value.isWellFormed()) return { code: 'not_a_string' }
  if (value.length > (field.maxLength ?? MAX_LENGTH)) return { code: 'too_long' }
  const isOther = field.enum !== undefined && !field.enum.includes(value)
  return isOther ? { code: 'unknown_value' } : { value }
}

/** A time in ISO 8601; anything else is refused rather than guessed. */
function time(value: string): Read {
  const date = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(value)
    ? new Date(value)
    : undefined
  return date === undefined || Number.isNaN(date.getTime())
    ? { code: 'not_a_time' }
    : { value: date }
}
