/**
 * Reading custom fields (`USER_FIELDS`) of a body, before the core checks them: JSON groups them in objects, a form
 * in dotted names.
 */
import { message } from '../../i18n/message.ts'
import { writableFields, type OwnValues } from '../../core/users/own-fields.ts'
import { readOwnFields, type OwnFault, type OwnInput } from '../../core/users/read-own-fields.ts'
import { isText, type Given } from '../../core/users/given.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import { pythonType, type Body } from '../../web/body.ts'
import type { FieldErrors } from '../../web/errors.ts'
import { JsonNumber, parseJson, plainJson, type JsonValue } from '../../web/json.ts'
import { textLikePython } from '../../web/python-repr.ts'
import { faultMessages } from './sentences.ts'

/** What a body gives for own fields. */
export type ReadOwnBody = {
  /** For the operation, which reads and checks it by itself. */
  readonly input: OwnInput
  readonly values: OwnValues
  readonly errors: FieldErrors
}

/**
 * Reads custom fields of a body. A group lies in an object of its name in JSON, behind a dot in a form; a group
 * that is no object is a fault of the whole group, as of a nested serializer in DRF.
 */
export function readOwnBody(
  declared: readonly OwnField[],
  body: Body,
  mode: 'whole' | 'partial',
): ReadOwnBody {
  const fields = writableFields(declared, 'owner')
  const groups = body.isForm ? {} : groupErrors(fields, body, mode)
  const input: Record<string, Given> = {}
  const errors: Record<string, FieldErrors[string]> = { ...groups }
  const asked = fields.filter(({ name }) => !Object.hasOwn(groups, groupOf(name)))
  const broken: OwnFault[] = []
  for (const field of asked) {
    const given = body.isForm ? formValue(field, body, mode) : jsonValue(field.name, body)
    if (given === 'broken') broken.push({ field: field.name, code: 'json_invalid' })
    else if (given !== undefined) input[field.name] = given
  }
  const good = asked.filter(({ name }) => !broken.some((fault) => fault.field === name))
  const { values, faults } = readOwnFields(good, input, mode)
  return { input, values, errors: { ...errors, ...faultMessages([...broken, ...faults]) } }
}

/** `profile` of `profile.phone`; empty for a field outside a group. */
function groupOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('.')))
}

/** A group that is no object (DRF: a nested serializer). */
function groupErrors(
  fields: readonly OwnField[],
  { values }: Body,
  mode: 'whole' | 'partial',
): FieldErrors {
  const errors: Record<string, FieldErrors[string]> = {}
  for (const group of new Set(fields.map(({ name }) => groupOf(name)))) {
    if (group === '') continue
    const value = Object.hasOwn(values, group) ? values[group] : undefined
    const isRequired = fields.some(({ name, required }) => required && groupOf(name) === group)
    if (value === undefined) {
      if (isRequired && mode === 'whole') errors[group] = [message('required')]
    } else if (value === null) errors[group] = [message('null')]
    else if (!isObject(value)) {
      const notAnObject = message('not_an_object', { type: pythonType(value) })
      errors[group] = { non_field_errors: [notAnObject] }
    }
  }
  return errors
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  const isScalar = typeof value !== 'object' || value === null || value instanceof JsonNumber
  return !isScalar && !Array.isArray(value)
}

function jsonValue(name: string, { values }: Body): Given | undefined {
  const group = groupOf(name)
  const holder = group === '' ? values : values[group]
  if (holder === undefined || !isObject(holder)) return undefined
  const key = group === '' ? name : name.slice(group.length + 1)
  const value = Object.hasOwn(holder, key) ? holder[key] : undefined
  return value === undefined ? undefined : givenOf(value)
}

function givenOf(value: JsonValue): Given {
  if (value === null) return { kind: 'null' }
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'boolean') return { kind: 'boolean', value }
  if (value instanceof JsonNumber) return { kind: 'number', text: value.text }
  return { kind: 'other', value: plainJson(value), text: textLikePython(value) }
}

/**
 * A form's value as DRF takes it: an unticked box is not sent, and what is left empty is the field's own emptiness.
 * `broken`: text that is no JSON.
 */
function formValue(
  field: OwnField,
  { values }: Body,
  mode: 'whole' | 'partial',
): Given | 'broken' | undefined {
  const raw = Object.hasOwn(values, field.name) ? values[field.name] : undefined
  if (raw === undefined) {
    const isUnticked = field.type === 'boolean' && mode === 'whole'
    return isUnticked ? { kind: 'boolean', value: false } : undefined
  }
  if (raw === '' && !field.required && !isText(field) && field.type !== 'json')
    return { kind: 'null' }
  if (field.type !== 'json' || typeof raw !== 'string') return givenOf(raw)
  try {
    const parsed = givenOf(parseJson(raw))
    // Not the absence of a value, but one: DRF looks for the former before it reads the text.
    return parsed.kind === 'null' ? { kind: 'other', value: null, text: 'None' } : parsed
  } catch {
    return 'broken'
  }
}
