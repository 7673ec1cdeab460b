/**
 * The answers of an operation in the OpenAPI document: those its route declares, and those that every route of its
 * kind may give (401, 403, 405, 415, 429, 500, 503), so that a generated client knows them.
 */
import { challenge, type AuthenticationSettings } from '../../web/authentication.ts'
import { asSchema, exampleOf, type Schema } from './openapi-schema.ts'
import type { Method } from './methods.ts'
import type { MethodDefinition, ResponseDescription, Route } from './define-route.ts'
import type { Settings } from '../../settings/parse.ts'
import { flowsSchema } from './recent-proof.ts'
import { generalScopes } from './throttle-scopes.ts'

/** Bodies by media type. */
export type Content = Readonly<
  Record<string, { readonly schema: Schema; readonly example?: unknown }>
>

/** One answer of an operation. */
type Answer = {
  readonly description: string
  readonly headers?: Readonly<Record<string, Schema>>
  readonly content?: Content
}

/** Answers by status, or by its first digit. */
export type Answers = Readonly<Record<string, Answer>>

/** What a method answers: what it declares, and the further responses of every endpoint of its kind. */
export function responsesOf(
  { route, method, definition }: { route: Route; method: Method; definition: MethodDefinition },
  settings: Settings,
  schemas: Readonly<Record<string, Schema>>,
): Answers {
  const usual: Answers = {
    ...(method === 'GET' || method === 'DELETE' ? {} : { 400: INVALID }),
    ...refusals(route, settings),
    ...(route.isThrottled(settings) ||
    generalScopes(settings).length > 0 ||
    Object.keys(settings.ACCOUNT_RATE_LIMITS).length > 0
      ? { 429: failure('Too many requests.', 'Error', { headers: RETRY_AFTER }) }
      : {}),
    503: UNAVAILABLE,
    ...ANY_FAILURE,
  }
  const declared = Object.entries(definition.responses(settings)).map(
    ([status, one]): [string, Answer] => [
      status,
      Number(status) < 400 ? success(one, schemas) : declaredFailure(status, one, usual),
    ],
  )
  return { ...usual, ...Object.fromEntries(declared) }
}

/** `OPTIONS` describes an endpoint to DRF's own clients. */
export function metadataResponses(route: Route, settings: AuthenticationSettings): Answers {
  const media = { schema: reference('EndpointMetadata') }
  return {
    200: { description: 'Its name and fields.', content: { 'application/json': media } },
    ...refusals(route, settings),
    ...ANY_FAILURE,
  }
}

/** A reference to a component. */
export function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** Reads references to components, one step deep. */
export function reader(schemas: Readonly<Record<string, Schema>>): (schema: Schema) => Schema {
  return (schema) => {
    const name = String(schema['$ref'] ?? '').replace('#/components/schemas/', '')
    return schemas[name] ?? schema
  }
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
} as const

const INVALID = failure('Bad input: messages by field, or what is wrong with the whole.', 'Invalid')

const UNAVAILABLE = failure(
  'The database is away. Nothing was done, or it may be repeated.',
  'Error',
  { headers: RETRY_AFTER },
)

const ANY_FAILURE: Answers = {
  '4XX': failure('Any other bad request.', 'Error'),
  '5XX': failure('Something is broken here.', 'Error'),
}

/** The refusals that follow from what the route declares: access, CSRF, throttle, body. */
function refusals(route: Route, settings: AuthenticationSettings): Answers {
  if (route.authentication === 'none') return {}
  const forbidden = failure('Not allowed, or cookie credentials without a CSRF token.', 'Error')
  const header = challenge(settings)
  if (header === undefined) return { 403: forbidden }
  const headers = { 'WWW-Authenticate': { schema: { type: 'string' }, example: header } }
  return { 401: failure('No credentials, or wrong ones.', 'Error', { headers }), 403: forbidden }
}

/** A route says when it fails; the shape is one for all of a status. */
function declaredFailure(
  status: string,
  { description, example }: ResponseDescription,
  usual: Answers,
): Answer {
  const headers = usual[status]?.headers
  return failure(description, status === '400' ? 'Invalid' : 'Error', { headers, example })
}

/** An error answer, with its headers. */
function failure(
  description: string,
  name: 'Error' | 'Invalid',
  {
    headers,
    example,
  }: {
    readonly headers?: Readonly<Record<string, Schema>> | undefined
    readonly example?: unknown
  } = {},
): Answer {
  const media = { schema: reference(name), ...(example === undefined ? {} : { example }) }
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    content: { 'application/json': media },
  }
}

/** A declared answer that is none of an error. */
function success(
  { description, schema, example }: ResponseDescription,
  schemas: Readonly<Record<string, Schema>>,
): Answer {
  if (schema === undefined) return { description }
  const shown = example ?? exampleOf(schema, reader(schemas))
  const media = { schema: referring(schema, schemas), example: shown }
  return { description, content: { 'application/json': media } }
}

/** The same schema with a reference wherever it contains a component. */
function referring(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const names = new Map(Object.entries(schemas).map(([name, one]) => [JSON.stringify(one), name]))
  const replace = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const name = names.get(JSON.stringify(value))
    if (name !== undefined) return reference(name)
    if (Array.isArray(value)) return value.map(replace)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item)]))
  }
  return asSchema(replace(schema))
}

const TEXT = { type: 'string' } as const
const TEXTS = { type: 'array', items: TEXT } as const

/** Components that every description has. */
export const COMMON_SCHEMAS: Readonly<Record<string, Schema>> = {
  Error: {
    type: 'object',
    properties: {
      detail: { ...TEXT, examples: ['Not found.'] },
      code: {
        ...TEXT,
        description: 'Where a JWT was refused, or a recent proof is missing.',
        examples: ['token_not_valid'],
      },
      flows: { ...flowsSchema, description: 'Ways of proving again, where a proof is missing.' },
      messages: {
        type: 'array',
        items: {
          type: 'object',
          properties: { token_class: TEXT, token_type: TEXT, message: TEXT },
          required: ['token_class', 'token_type', 'message'],
        },
      },
    },
    required: ['detail'],
  },
  FieldErrors: {
    type: 'object',
    description: 'Messages by field; those about the whole input under `non_field_errors`.',
    additionalProperties: { ...TEXTS, minItems: 1 },
    minProperties: 1,
    examples: [{ email: ['Enter a valid email address.'] }],
  },
  Invalid: { anyOf: [reference('FieldErrors'), reference('Error')] },
  EndpointMetadata: {
    type: 'object',
    properties: {
      name: TEXT,
      description: TEXT,
      renders: TEXTS,
      parses: TEXTS,
      actions: {
        type: 'object',
        description: 'Fields by method, each with type, label and limits.',
        additionalProperties: { type: 'object', additionalProperties: { type: 'object' } },
      },
    },
    required: ['name', 'description', 'renders', 'parses'],
  },
}
