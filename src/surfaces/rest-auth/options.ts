import type { Settings } from '../../settings/parse.ts'
import type { Field, Fields } from './fields.ts'

/** What is described of a route. */
type DescribedRoute = {
  readonly name: string
  readonly description: string
  readonly methods: Readonly<
    Partial<Record<'PUT' | 'POST', { readonly input?: (settings: Settings) => Fields }>>
  >
}

/** What an endpoint says of itself to `OPTIONS` (DRF: `SimpleMetadata`). */
export function describeRoute(
  route: DescribedRoute,
  settings: Settings,
): Readonly<Record<string, unknown>> {
  const actions: Record<string, unknown> = {}
  for (const name of ['PUT', 'POST'] as const) {
    const fields = route.methods[name]?.input?.(settings)
    if (fields === undefined) continue
    actions[name] = Object.fromEntries(
      Object.entries(fields)
        .filter(([, field]) => !field.isOurs)
        .map(([wireName, field]) => [wireName, describeField(wireName, field)]),
    )
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
} as const

function describeField(wireName: string, field: Field): Readonly<Record<string, unknown>> {
  return {
    type: METADATA_TYPES[field.format],
    required: field.required,
    read_only: field.readOnly,
    label: field.label ?? labelOf(wireName),
    ...(field.help === undefined ? {} : { help_text: field.help }),
    ...(field.minLength === undefined ? {} : { min_length: field.minLength }),
    ...(field.maxLength === undefined ? {} : { max_length: field.maxLength }),
  }
}

/** `access_token` as people read it: `Access token`. */
function labelOf(wireName: string): string {
  const words = wireName.replaceAll('_', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
