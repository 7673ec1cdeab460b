/** Custom fields (`USER_FIELDS`) in `OPTIONS`. */
import { writableFields } from '../../core/users/own-fields.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import { nested } from './more-body.ts'
import { labelOf } from './options.ts'

type Description = Readonly<Record<string, unknown>>

/** DRF's names of the types in `OPTIONS`. */
const METADATA_TYPES = {
  string: 'string',
  phone: 'string',
  url: 'url',
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  choice: 'choice',
  json: 'field',
} as const satisfies Record<OwnField['type'], string>

/** Custom fields as DRF's `SimpleMetadata` would describe them, groups as nested serializers. */
export function describeOwnFields(fields: readonly OwnField[]): Description {
  const shown = fields.filter(({ read }) => read === 'owner')
  const writable = new Set(writableFields(fields, 'owner'))
  const described = shown.map(
    (field) => [field.name, describe(field, writable.has(field))] as const,
  )
  const whole = Object.entries(nested<Description>(described))
  return Object.fromEntries(
    whole.map(([name, one]) => [name, 'read_only' in one ? one : describeGroup(name, one)]),
  )
}

function describeGroup(name: string, children: Description): Description {
  const required = Object.values(children).some(isRequired)
  return {
    type: 'nested object',
    required,
    read_only: false,
    label: labelOf(name),
    children,
  }
}

function isRequired(child: unknown): boolean {
  return typeof child === 'object' && child !== null && Reflect.get(child, 'required') === true
}

function describe(field: OwnField, isWritable: boolean): Description {
  const { name, type, minLength, maxLength, minValue, maxValue, label, help } = field
  const isText = type === 'string' || type === 'url' || type === 'phone'
  return {
    type: field.pattern === undefined ? METADATA_TYPES[type] : 'regex',
    required: field.required,
    read_only: !isWritable,
    label: label ?? labelOf(name.slice(name.indexOf('.') + 1)),
    ...(help === undefined ? {} : { help_text: help }),
    ...(isText && minLength > 0 ? { min_length: minLength } : {}),
    ...(isText ? { max_length: maxLength } : {}),
    ...(minValue === undefined ? {} : { min_value: minValue }),
    ...(maxValue === undefined ? {} : { max_value: maxValue }),
    ...(type === 'choice'
      ? { choices: field.choices.map((value) => ({ value, display_name: value })) }
      : {}),
  }
}
