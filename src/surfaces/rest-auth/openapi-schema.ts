/** From declared fields to JSON Schema, and from a JSON Schema to an example. */
import { writableFields } from '../../core/users/own-fields.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import type { Field, Fields } from './fields.ts'
import { ownProperties } from './own-field-schema.ts'

/** A JSON Schema, or another object of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>

type Mode = 'whole' | 'partial'

/** The schema of a body with these fields. `partial`: nothing is required. */
export function requestSchema(
  fields: Fields,
  mode: { readonly fields: Mode; readonly own: Mode },
  ownFields: readonly OwnField[] = [],
): Schema {
  const read = Object.entries(fields).filter(([, field]) => !field.readOnly)
  const required = read.filter(([, field]) => field.required && mode.fields === 'whole')
  const own = ownProperties(
    writableFields(ownFields, 'owner'),
    (field) => field.required && mode.own === 'whole',
  )
  const names = [...required.map(([name]) => name), ...own.required]
  const properties = Object.fromEntries(
    read.map(([name, field]) => [name, fieldSchema(name, field)]),
  )
  return {
    type: 'object',
    properties: { ...properties, ...own.properties },
    ...(names.length === 0 ? {} : { required: names }),
  }
}

/** One field as JSON Schema: its format and bounds, as DRF would check them. */
function fieldSchema(name: string, field: Field): Schema {
  if (field.format === 'json') {
    const given = EXAMPLES[name] ?? {}
    return { type: typeof given === 'object' ? 'object' : ['boolean', 'string'], examples: [given] }
  }
  const minLength = field.minLength ?? (field.allowBlank ? undefined : 1)
  const example = EXAMPLES[name]
  return {
    type: field.allowNull ? ['string', 'null'] : 'string',
    ...(field.label === undefined ? {} : { title: field.label }),
    ...(field.help === undefined ? {} : { description: field.help }),
    ...(field.format === 'text' ? {} : { format: field.format }),
    ...(field.format === 'password' ? { writeOnly: true } : {}),
    ...(minLength === undefined ? {} : { minLength }),
    ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }),
    ...(field.pattern === undefined ? {} : { pattern: field.pattern.source }),
    ...(example === undefined ? {} : { examples: [example] }),
  }
}

/** A value that a schema describes: what its name suggests, else the plainest of its type. */
export function exampleOf(schema: Schema, read: (schema: Schema) => Schema, name = ''): unknown {
  const whole = read(schema)
  if (Array.isArray(whole['examples'])) return whole['examples'][0]
  if (EXAMPLES[name] !== undefined) return EXAMPLES[name]
  const [first] = choicesOf(whole)
  if (first !== undefined) return exampleOf(first, read, name)
  if (whole['type'] === 'array') return [exampleOf(asSchema(whole['items']), read)]
  if (whole['type'] === 'object') {
    const properties = Object.entries(asSchema(whole['properties']))
    return Object.fromEntries(
      properties.map(([key, value]) => [key, exampleOf(asSchema(value), read, key)]),
    )
  }
  return BY_FORMAT[String(whole['format'])] ?? BY_TYPE[String(whole['type'])] ?? 'text'
}

/** The alternatives of a schema, none where it has none. */
function choicesOf(schema: Schema): readonly Schema[] {
  const choices: unknown = schema['anyOf'] ?? schema['oneOf'] ?? []
  return Array.isArray(choices) ? choices.map(asSchema) : []
}

/** Any value as a schema; what is no object says nothing. */
export function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

const BY_TYPE: Readonly<Record<string, unknown>> = { integer: 1, boolean: true }

const BY_FORMAT: Readonly<Record<string, unknown>> = {
  'date-time': '2027-01-31T12:05:00Z',
  uri: 'https://provider.example/authorize?client_id=app',
}

/** A token that is obviously none of ours: examples end up in documentation and bug reports. */
const JWT = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiMSJ9.c2lnbmF0dXJl'
/** The example password, from xkcd 936: long enough for every validator. */
const PASSWORD = 'correct horse battery staple'

/** Values in examples, by wire name. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  username: 'ada',
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: 'Lovelace',
  password: PASSWORD,
  password1: PASSWORD,
  password2: PASSWORD,
  old_password: PASSWORD,
  new_password1: 'an even longer horse battery staple',
  new_password2: 'an even longer horse battery staple',
  uid: 'MQ',
  token: 'cz1q2w-0f9d…',
  key: '9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b',
  access: JWT,
  refresh: JWT,
  access_token: JWT,
  refresh_token: JWT,
  ephemeral_token: 'mB1kYw…',
  remember: true,
  trust: true,
  trust_token: 'Zk3cPa…',
  handle: 'q0Wn2e…',
  code: '287082',
  flows: [{ id: 'reauthenticate' }],
  activation_token: 'Xw3Ztu…',
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  totp_url: 'otpauth://totp/ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  qr_code_data_uri: 'data:image/svg+xml;base64,PHN2Zy8+',
  session_id: '5f2c1d0e9b8a77665544332211fe65f0',
  credential: { id: 'GF1AkSrO', rawId: 'GF1AkSrO', type: 'public-key', response: {} },
  credential_id: 'GF1AkSrO_O4Qabjd3jNrZ1OkwOUuyUXUNoGbSwhH5Bk',
  name: 'My phone',
}
