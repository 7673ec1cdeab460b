import { isEmail } from '../../core/users/email-syntax.ts'
import type { Body } from '../../web/body.ts'
import type { FieldErrors } from '../../web/errors.ts'
import { JsonNumber, type JsonValue } from '../../web/json.ts'
import { stripLikePython } from '../../strip.ts'
import { lengthLikePython } from '../../web/python-text.ts'

/**
 * One input field: how it is read, checked and described. Values are strings, as all of DRF's here;
 * `integer` is for what is only shown.
 */
export type Field = {
  readonly format: 'text' | 'email' | 'password' | 'integer'
  readonly required: boolean
  readonly allowBlank: boolean
  readonly allowNull: boolean
  readonly trim: boolean
  readonly maxLength: number | undefined
  readonly minLength: number | undefined
  /** Further checks on the text; each answers a message or nothing (DRF: `validators`). */
  readonly validators: readonly ((text: string) => string | undefined)[]
  /** Name and explanation for people (DRF: `label`, `help_text`). */
  readonly label: string | undefined
  readonly help: string | undefined
  /** Shown in `OPTIONS`, never read. */
  readonly readOnly: boolean
  /**
   * Not the reference's but ours: `OPTIONS`, which clients may compare, leaves it out. Clients of the reference may
   * send anything under its name, so what is no text counts as missing.
   */
  readonly isOurs: boolean
}

/** Fields by their wire name. */
export type Fields = Readonly<Record<string, Field>>

/** What reading gives: a text, `null` where allowed, or `undefined` when absent. */
export type FieldValues = Readonly<Record<string, string | null | undefined>>

/** The values of such fields: each has the type that its field allows, what is only shown has none. */
export type ValuesOf<Declared> = string extends keyof Declared
  ? // TypeScript could not tell which fields these are; nothing may be read of them.
    unknown
  : {
      readonly [
        Name in keyof Declared as Declared[Name] extends { readonly readOnly: true } ? never : Name
      ]: ValueOf<Declared[Name]>
    }

type ValueOf<Declared> = Declared extends Field
  ? | string
    | (Declared['required'] extends true ? never : undefined)
    | (Declared['allowNull'] extends false ? never : null)
  : undefined

/** A field that remembers what its options say of its value. */
type FieldWith<Options> = Field & {
  readonly required: OptionOf<Options, 'required', true>
  readonly allowNull: OptionOf<Options, 'allowNull', false>
  readonly readOnly: OptionOf<Options, 'readOnly', false>
}

type OptionOf<Options, Name extends keyof Field, Default> =
  Options extends Readonly<Record<Name, infer Given>> ? Given : Default

const TEXT: Field = {
  format: 'text',
  required: true,
  allowBlank: false,
  allowNull: false,
  trim: true,
  maxLength: undefined,
  minLength: undefined,
  validators: [],
  label: undefined,
  help: undefined,
  readOnly: false,
  isOurs: false,
}

/** DRF's `CharField`: numbers become text, blanks around it go away. */
export function charField<const Options extends Partial<Field> = {}>(
  options?: Options,
): FieldWith<Options> {
  return fieldWith({ ...TEXT, ...options })
}

/** DRF's `EmailField`. */
export function emailField<const Options extends Partial<Field> = {}>(
  options?: Options,
): FieldWith<Options> {
  return fieldWith({ ...TEXT, format: 'email', ...options })
}

/** A `CharField` that is a password: described so, and trimmed only where the setting says it. */
export function passwordField<const Options extends Partial<Field> = {}>(
  options?: Options,
): FieldWith<Options> {
  return fieldWith({ ...TEXT, format: 'password', ...options })
}

/** TypeScript does not know that a spread keeps what the options say. */
function fieldWith<Options>(field: Field): FieldWith<Options> {
  return field as FieldWith<Options>
}

/** Reads and checks every field: values of the good ones, messages of the bad ones. */
export function readFields(
  fields: Fields,
  body: Body,
  mode: 'whole' | 'partial' = 'whole',
): { readonly values: FieldValues; readonly errors: FieldErrors } {
  const values: Record<string, string | null | undefined> = {}
  const errors: Record<string, readonly string[]> = {}
  for (const [name, field] of Object.entries(fields)) {
    if (field.readOnly) continue
    const raw = rawValue(field, body, name)
    if (raw === undefined || (field.isOurs && textOf(raw) === undefined)) {
      if (field.required && mode === 'whole') errors[name] = ['This field is required.']
      continue
    }
    const read = readField(field, raw)
    if (typeof read === 'string' || read === null) values[name] = read
    else errors[name] = read
  }
  return { values, errors }
}

/** A blank form field that is optional and may not be blank counts as missing (DRF: `get_value`). */
function rawValue(field: Field, body: Body, name: string): JsonValue | undefined {
  const raw = Object.hasOwn(body.values, name) ? body.values[name] : undefined
  if (!body.isForm || raw !== '') return raw
  if (field.allowNull) return field.allowBlank ? '' : null
  return field.required || field.allowBlank ? raw : undefined
}

/** The text of one value, or its messages. */
function readField(field: Field, raw: JsonValue): string | null | readonly string[] {
  if (raw === null) return field.allowNull ? null : ['This field may not be null.']
  const text = textOf(raw)
  const isBlank = text !== undefined && (field.trim ? stripLikePython(text) : text) === ''
  if (isBlank) return field.allowBlank ? '' : ['This field may not be blank.']
  if (text === undefined) {
    return [field.format === 'email' ? INVALID_EMAIL : 'Not a valid string.']
  }
  const value = field.trim ? stripLikePython(text) : text
  const messages = checks(field)
    .map((check) => check(value))
    .filter((message) => message !== undefined)
  return messages.length === 0 ? value : messages
}

function textOf(raw: JsonValue): string | undefined {
  if (typeof raw === 'string') return raw
  if (raw instanceof JsonNumber) return raw.text
  return undefined
}

/** In DRF's order: those of the model or the type, then lengths, then what no text may hold. */
function checks(field: Field): readonly ((text: string) => string | undefined)[] {
  const { maxLength, minLength } = field
  return [
    ...field.validators,
    ...(maxLength === undefined
      ? []
      : [
          (text: string) =>
            lengthLikePython(text) > maxLength
              ? `Ensure this field has no more than ${maxLength} characters.`
              : undefined,
        ]),
    ...(minLength === undefined
      ? []
      : [
          (text: string) =>
            lengthLikePython(text) < minLength
              ? `Ensure this field has at least ${minLength} characters.`
              : undefined,
        ]),
    (text) => (text.includes('\0') ? 'Null characters are not allowed.' : undefined),
    loneSurrogate,
    ...(field.format === 'email' ? [emailMessage] : []),
  ]
}

function loneSurrogate(text: string): string | undefined {
  if (text.isWellFormed()) return undefined
  const found = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(text)
  const code = found?.[0].charCodeAt(0).toString(16).toUpperCase() ?? ''
  return `Surrogate characters are not allowed: U+${code}.`
}

function emailMessage(text: string): string | undefined {
  return isEmail(text) ? undefined : INVALID_EMAIL
}

const INVALID_EMAIL = 'Enter a valid email address.'
