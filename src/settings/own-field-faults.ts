/** Checks of `USER_FIELDS`. */
import { compileFieldPattern } from './field-pattern.ts'
import type { OwnField } from './own-fields.ts'
import type { Settings } from './table.ts'

/**
 * Names that the bodies of accounts mean something by already, in any request or answer: a field of that name would be
 * read twice, or hide what belongs there. A group takes them: `profile.token`.
 */
const TAKEN = new Set(
  (
    'pk id uid user_id public_id username email first_name last_name password password1 password2 ' +
    'old_password new_password1 new_password2 ' +
    'is_active is_staff is_superuser groups permissions user_permissions roles last_login date_joined ' +
    'non_field_errors csrfmiddlewaretoken user key access refresh detail code ' +
    'access_expiration refresh_expiration access_token refresh_token ' +
    'cf_turnstile_response captcha remember invitation token trust_token ' +
    'ephemeral_token mfa_required signup_token client_id handle code_required'
  ).split(' '),
)

/** What is wrong with `USER_FIELDS` that could be read. */
export function ownFieldFaults({ USER_FIELDS }: Settings): readonly string[] {
  const names = USER_FIELDS.map(({ name }) => name)
  const groups = names.flatMap((name) => (name.includes('.') ? [name.split('.')[0]] : []))
  const clashing = names.filter((name) => groups.includes(name))
  return [
    ...clashing.map((name) => `USER_FIELDS has ${name} both as a field and as a group of fields`),
    ...USER_FIELDS.flatMap((field) =>
      faultsOf(field).map((fault) => `USER_FIELDS has ${field.name}, ${fault}`),
    ),
  ]
}

function faultsOf(field: OwnField): readonly string[] {
  const { name, type, pattern, choices } = field
  const parts = name.split('.')
  const [first = ''] = parts
  const last = parts.at(-1) ?? first
  const inherited = parts.filter((part) => part in Object.prototype)
  const isText = type === 'string' || type === 'url' || type === 'phone'
  return [
    ...(/^[a-z][a-z0-9_]{0,59}(?:\.[a-z][a-z0-9_]{0,59})?$/.test(name)
      ? []
      : ['which is no name: small letters, digits and _, with one . where it lies in a group']),
    ...(TAKEN.has(first)
      ? [`but ${first} means something in those bodies already: write profile.${last}`]
      : []),
    ...inherited.map((part) => `but every object has ${part} already: write ${part}_name`),
    ...(type === 'choice' && choices.length === 0 ? ['which needs choices'] : []),
    ...(type !== 'choice' && choices.length > 0 ? ['and only a choice has choices'] : []),
    ...(pattern === undefined ? [] : patternFaults(pattern, isText)),
    ...(field.minLength > field.maxLength ? ['whose min_length is above its max_length'] : []),
    ...((field.minValue ?? -Infinity) > (field.maxValue ?? Infinity)
      ? ['whose min_value is above its max_value']
      : []),
    ...uniqueFaults(field),
    ...(field.required && field.write !== 'owner'
      ? ['which cannot be required: only an owner registers']
      : []),
    ...(field.jwt && field.read !== 'owner'
      ? ['which cannot be in JWTs: everybody who sees a token reads it']
      : []),
    ...defaultFaults(field),
    ...(field.django === undefined || /^\w+\.\w+$/.test(field.django)
      ? []
      : ['whose django must be TABLE.COLUMN']),
  ]
}

/** Patterns must be ones that match in linear time (ReDoS). */
function patternFaults(pattern: string, isText: boolean): readonly string[] {
  if (!isText) return ['and only texts have a pattern']
  try {
    compileFieldPattern(pattern)
    return []
  } catch (error) {
    return [`whose pattern ${error instanceof Error ? error.message : 'is wrong'}`]
  }
}

/** A unique field cannot have a default: two accounts would share it. */
function uniqueFaults({ unique, type, fallback }: OwnField): readonly string[] {
  if (!unique) return []
  return [
    ...(type === 'boolean' || type === 'json' ? [`and no ${type} can be unique`] : []),
    ...(fallback === undefined ? [] : ['which is unique and cannot have a default']),
  ]
}

const TYPE_OF_DEFAULT: Readonly<Record<OwnField['type'], string>> = {
  string: 'string',
  choice: 'string',
  url: 'string',
  phone: 'string',
  date: 'string',
  integer: 'number',
  boolean: 'boolean',
  json: 'any',
}

/** A default must be a value of the field. */
function defaultFaults({ type, fallback, choices }: OwnField): readonly string[] {
  if (fallback === undefined) return []
  const wanted = TYPE_OF_DEFAULT[type]
  if (wanted !== 'any' && typeof fallback !== wanted) return [`whose default is no ${wanted}`]
  if (type === 'choice' && !choices.some((choice) => choice === fallback)) {
    return ['whose default is none of its choices']
  }
  return []
}
