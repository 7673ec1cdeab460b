/** Custom fields (`USER_FIELDS`) as JSON Schema, for the OpenAPI document. */
import type { RoleName } from '../../settings/role-names.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import { readableFields } from '../../core/users/own-fields.ts'
import { nested, type UserBodySettings } from './more-body.ts'

/** A JSON Schema. */
type Schema = Readonly<Record<string, unknown>>

/** The properties of an object of custom fields. `required`: those that must be given. */
export function ownProperties(
  fields: readonly OwnField[],
  required: (field: OwnField) => boolean,
): {
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: readonly string[]
} {
  const whole = nested(fields.map((field) => [field.name, field]))
  const properties = Object.entries(whole).map(([name, one]) => {
    if (isField(one)) return [name, valueSchema(one)] as const
    const inner = Object.entries(one)
    const wanted = inner.filter(([, field]) => required(field)).map(([key]) => key)
    const schemas = Object.fromEntries(inner.map(([key, field]) => [key, valueSchema(field)]))
    const schema = {
      type: 'object',
      properties: schemas,
      ...(wanted.length === 0 ? {} : { required: wanted }),
    }
    return [name, schema] as const
  })
  const wanted = Object.entries(whole).filter(([, one]) =>
    isField(one) ? required(one) : Object.values(one).some(required),
  )
  return {
    properties: Object.fromEntries(properties),
    required: wanted.map(([name]) => name),
  }
}

function isField(one: OwnField | Readonly<Record<string, OwnField>>): one is OwnField {
  return typeof one['type'] === 'string'
}

/** What `user/` shows in addition to the columns. */
export function shownProperties(settings: UserBodySettings): Readonly<Record<string, unknown>> {
  const own = ownProperties(readableFields(settings.USER_FIELDS, 'owner'), () => true)
  const roles = settings.USER_ROLES.map((role) => [role, ROLE_SCHEMAS[role]] as const)
  return {
    ...(settings.USER_PK === 'uuid' ? { pk: { type: 'string', format: 'uuid' } } : {}),
    ...own.properties,
    ...Object.fromEntries<Schema>(roles),
  }
}

const NAMES = { type: 'array', items: { type: 'string' } } as const
const ROLE_SCHEMAS = {
  is_staff: { type: 'boolean' },
  is_superuser: { type: 'boolean' },
  groups: NAMES,
  permissions: NAMES,
  roles: NAMES,
} as const satisfies Record<RoleName, Schema>

function valueSchema(field: OwnField): Schema {
  const { type, required, label, help } = field
  const isText = type === 'string' || type === 'url' || type === 'phone'
  const least = Math.max(field.minLength, required ? 1 : 0)
  return {
    ...typeOf(field),
    ...(label === undefined ? {} : { title: label }),
    ...(help === undefined ? {} : { description: help }),
    ...(isText ? { maxLength: field.maxLength } : {}),
    ...(isText && required ? { minLength: least } : {}),
    ...(field.pattern === undefined ? {} : { pattern: `^(?:${field.pattern})$` }),
    ...(field.minValue === undefined ? {} : { minimum: field.minValue }),
    ...(field.maxValue === undefined ? {} : { maximum: field.maxValue }),
    ...(field.fallback === undefined ? {} : { default: field.fallback }),
  }
}

function typeOf({ type, required, choices }: OwnField): Schema {
  const orNull = (name: string) => (required ? name : [name, 'null'])
  switch (type) {
    case 'string':
    case 'phone':
      return { type: 'string' }
    case 'url':
      return required ? { type: 'string', format: 'uri' } : { type: 'string' }
    case 'integer':
      return { type: orNull('integer') }
    case 'boolean':
      return { type: orNull('boolean') }
    case 'date':
      return { type: orNull('string'), format: 'date' }
    case 'choice':
      return { type: 'string', enum: required ? choices : [...choices, ''] }
    case 'json':
      return {}
  }
}
