/**
 * DRF's serializer fields, as far as its messages and quirks reach clients: what counts as missing, blank or null,
 * in which order checks run, how a form differs from JSON. A route declares its fields once; parsing, messages,
 * `OPTIONS`, OpenAPI and TypeScript's types follow from that.
 */
import { message, type Message } from '../../i18n/message.ts'
import { loneSurrogate } from '../../core/faults.ts'
import { isEmail } from '../../core/users/email-syntax.ts'
import type { Body } from '../../web/body.ts'
import type { FieldErrors } from '../../web/errors.ts'
import { JsonNumber, parseJson, type JsonValue } from '../../web/json.ts'
import { stripLikePython } from '../../strip.ts'
import { lengthLikePython } from '../../web/python-text.ts'

/**
 * One input field: how it is read, checked and described. Values are strings, but for `json`, which may be
 * anything; `integer` and `list` are for what is only shown.
 */
export type Field = {
  readonly format: 'text' | 'email' | 'password' | 'json' | 'integer' | 'list'
  readonly required: boolean
  readonly allowBlank: boolean
  readonly allowNull: boolean
  readonly trim: boolean
  readonly maxLength: number | undefined
  readonly minLength: number | undefined
  /** Further checks on the text; each answers a message or nothing (DRF: `validators`). */
  readonly validators: readonly ((text: string) => Message | undefined)[]
  /** What the whole text must look like (DRF: `RegexField`). */
  readonly pattern: RegExp | undefined
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

/** What reading gives: a text, `null` where allowed, any JSON of a `json` field, or `undefined` when absent. */
export type FieldValues = Readonly<Record<string, JsonValue | undefined>>

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
  ? | (Declared['format'] extends 'json' ? JsonValue : string)
    | (Declared['required'] extends true ? never : undefined)
    | (Declared['allowNull'] extends false ? never : null)
  : undefined

/** A field whose type remembers its options, so that `ValuesOf` knows whether its value may be missing. */
type FieldWith<Options> = Field & {
  readonly format: OptionOf<Options, 'format', 'text'>
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
  pattern: undefined,
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

/** A required text, where another field may take its place: see `input`. */
export type TextField = FieldWith<{
  readonly format: 'text'
  readonly required: true
  readonly allowNull: false
}>

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

/** DRF's `JSONField`: any JSON but null, in a form as text. */
export function jsonField<const Options extends Partial<Field> = {}>(
  options?: Options,
): FieldWith<Options & { readonly format: 'json' }> {
  return fieldWith({ ...TEXT, format: 'json', ...options })
}

/** Gives the field the type of its options; TypeScript does not know that a spread keeps them. */
function fieldWith<Options>(field: Field): FieldWith<Options> {
  return field as FieldWith<Options>
}

/**
 * Reads and checks every field (DRF: `Serializer.run_validation`). Valid fields give values, invalid ones messages;
 * both are returned, because DRF reports all faults at once.
 */
export function readFields(
  fields: Fields,
  body: Body,
  mode: 'whole' | 'partial' = 'whole',
): { readonly values: FieldValues; readonly errors: FieldErrors } {
  const values: Record<string, JsonValue | undefined> = {}
  const errors: Record<string, readonly Message[]> = {}
  for (const [name, field] of Object.entries(fields)) {
    if (field.readOnly) continue
    const raw = rawValue(field, body, name)
    if (raw === undefined || (field.isOurs && isOddForOurs(field, body, raw))) {
      if (field.required && mode === 'whole') errors[name] = [message('required')]
      continue
    }
    if (field.format === 'json') {
      const json = readJsonField(body, raw, field)
      if (json === undefined) errors[name] = [raw === null ? NULL : message('json_invalid')]
      else values[name] = json
      continue
    }
    const read = readField(field, raw)
    if (typeof read === 'string' || read === null) values[name] = read
    else errors[name] = read
  }
  return { values, errors }
}

const NULL = message('null')

/**
 * Whether a value must be ignored: clients of the reference, which does not know the field, may send anything under
 * its name.
 */
function isOddForOurs(field: Field, { isForm }: Body, raw: JsonValue): boolean {
  const text = textOf(raw)
  if (field.format === 'json') return raw === null || (isForm && text === undefined)
  return text === undefined || text.includes('\0')
}

/**
 * The value of a `json` field; `undefined` for null, and for what is no JSON in a form: a file, or a text, but that one
 * of ours is a text then (`on` of a ticked box).
 */
function readJsonField(body: Body, raw: JsonValue, { isOurs }: Field): JsonValue | undefined {
  if (raw === null) return undefined
  if (!body.isForm) return raw
  if (typeof raw !== 'string') return undefined
  try {
    return parseJson(raw)
  } catch {
    return isOurs ? raw : undefined
  }
}

/** A blank form field that is optional and may not be blank counts as missing (DRF: `get_value`). */
function rawValue(field: Field, body: Body, name: string): JsonValue | undefined {
  const raw = Object.hasOwn(body.values, name) ? body.values[name] : undefined
  if (!body.isForm || raw !== '') return raw
  if (field.allowNull) return field.allowBlank ? '' : null
  return field.required || field.allowBlank ? raw : undefined
}

/** The text of one value, or its messages. */
function readField(field: Field, raw: JsonValue): string | null | readonly Message[] {
  if (raw === null) return field.allowNull ? null : [NULL]
  const text = textOf(raw)
  const isBlank = text !== undefined && (field.trim ? stripLikePython(text) : text) === ''
  if (isBlank) return field.allowBlank ? '' : [message('blank')]
  if (text === undefined) {
    if (field.pattern !== undefined) return [PATTERN_MISMATCH]
    return [field.format === 'email' ? INVALID_EMAIL : message('not_a_string')]
  }
  const value = field.trim ? stripLikePython(text) : text
  const messages = checks(field)
    .map((check) => check(value))
    .filter((found) => found !== undefined)
  return messages.length === 0 ? value : messages
}

/**
 * A JSON value as DRF's `CharField.to_internal_value` takes it: strings and numbers, no booleans. `undefined`: not
 * a valid string.
 */
function textOf(raw: JsonValue): string | undefined {
  if (typeof raw === 'string') return raw
  if (raw instanceof JsonNumber) return raw.text
  return undefined
}

/** In DRF's order: those of the model or the type, then lengths, then what no text may hold. */
function checks(field: Field): readonly ((text: string) => Message | undefined)[] {
  const { maxLength, minLength, pattern } = field
  return [
    ...field.validators,
    ...(maxLength === undefined
      ? []
      : [
          (text: string) =>
            lengthLikePython(text) > maxLength
              ? message('too_long', { max: maxLength })
              : undefined,
        ]),
    ...(minLength === undefined
      ? []
      : [
          (text: string) =>
            lengthLikePython(text) < minLength
              ? message('too_short', { min: minLength })
              : undefined,
        ]),
    (text) => (text.includes('\0') ? message('null_character') : undefined),
    surrogateMessage,
    (text) => (pattern?.test(text) === false ? PATTERN_MISMATCH : undefined),
    ...(field.format === 'email' ? [emailMessage] : []),
  ]
}

/**
 * Unpaired surrogates cannot be encoded as UTF-8; Django fails on them, so they are refused (DRF:
 * `ProhibitSurrogateCharactersValidator`).
 */
function surrogateMessage(text: string): Message | undefined {
  if (text.isWellFormed()) return undefined
  return message('lone_surrogate', { character: loneSurrogate(text) })
}

/** Django's `EmailValidator`. */
function emailMessage(text: string): Message | undefined {
  return isEmail(text) ? undefined : INVALID_EMAIL
}

const PATTERN_MISMATCH = message('pattern_mismatch')
const INVALID_EMAIL = message('email_invalid')
