/**
 * `OPTIONS` as DRF's `SimpleMetadata` answers it: name, description, formats, and the fields of POST, PUT. Some
 * clients build forms of it.
 */
import type { Settings } from '../../settings/parse.ts'
import type { Field, Fields } from './fields.ts'

/** What is described of a route. */
type DescribedRoute = {
  readonly name: string
  readonly description: string
  readonly methods: Readonly<Partial<Record<'PUT' | 'POST', DescribedMethod>>>
}

type DescribedMethod = {
  readonly input?: (settings: Settings) => Fields
  readonly metadata?: (settings: Settings) => Fields
  readonly takesOwnFields?: boolean
}

/** What may be shown: whether the caller may call, and custom fields. */
type Telling = { readonly mayCall?: boolean; readonly own?: Readonly<Record<string, unknown>> }

/**
 * What an endpoint says of itself to `OPTIONS` (DRF: `SimpleMetadata`): fields only to callers who may send them.
 */
export function describeRoute(
  route: DescribedRoute,
  settings: Settings,
  { mayCall = true, own = {} }: Telling = {},
): Readonly<Record<string, unknown>> {
  const actions: Record<string, unknown> = {}
  for (const name of mayCall ? (['PUT', 'POST'] as const) : []) {
    const method = route.methods[name]
    const fields = (method?.input ?? method?.metadata)?.(settings)
    if (fields === undefined) continue
    const described = Object.fromEntries(
      Object.entries(fields)
        .filter(([, field]) => !field.isOurs)
        .map(([wireName, field]) => [wireName, describeField(wireName, field)]),
    )
    actions[name] = method?.takesOwnFields === true ? { ...described, ...own } : described
  }
  return {
    name: route.name,
    description: route.description,
    renders: ['application/json'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    ...(Object.keys(actions).length === 0 ? {} : { actions }),
  }
}

/** DRF's names of field types. */
const METADATA_TYPES = {
  text: 'string',
  password: 'string',
  email: 'email',
  integer: 'integer',
  json: 'field',
  list: 'list',
} as const

/** DRF's description of a text in a list. */
const LIST_CHILD = { type: 'string', required: true, read_only: false }

/** One field under its DRF type. */
function describeField(wireName: string, field: Field): Readonly<Record<string, unknown>> {
  return {
    type: field.pattern === undefined ? METADATA_TYPES[field.format] : 'regex',
    required: field.required,
    read_only: field.readOnly,
    label: field.label ?? labelOf(wireName),
    ...(field.help === undefined ? {} : { help_text: field.help }),
    ...(field.minLength === undefined ? {} : { min_length: field.minLength }),
    ...(field.maxLength === undefined ? {} : { max_length: field.maxLength }),
    ...(field.format === 'list' ? { child: LIST_CHILD } : {}),
  }
}

/** `access_token` as a label: `Access token` (Django: `pretty_name`). */
export function labelOf(wireName: string): string {
  const words = wireName.replaceAll('_', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
