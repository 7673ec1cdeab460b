/** The route table as an OpenAPI 3.1 document. Pure: routes and settings in, a document out. */
import { metadataResponses, reader, reference, responsesOf } from './openapi-responses.ts'
import { COMMON_SCHEMAS, type Answers, type Content } from './openapi-responses.ts'
import { operationText } from './openapi-texts.ts'
import { exampleOf, requestSchema, type Schema } from './openapi-schema.ts'
import { csrfParameter, securityOf, securitySchemes } from './openapi-security.ts'
import { servedMethods, type Method } from './methods.ts'
import type { MethodDefinition, Route } from './define-route.ts'
import type { Settings } from '../../settings/parse.ts'

/** An OpenAPI 3.1 document, as far as its readers here look into it. */
export type OpenApiDocument = {
  readonly openapi: string
  readonly info: Readonly<Record<string, unknown>>
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly securitySchemes: Readonly<Record<string, Schema>>
  }
}

/** One method of a path. */
export type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly Schema[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Answers
}

/** What a document is made of. `schemas`: where one occurs in an answer, it is referred to by name. */
export type DocumentSource = {
  readonly settings: Settings
  readonly routes: Readonly<Record<string, Route>>
  readonly schemas: Readonly<Record<string, Schema>>
  readonly info: Readonly<Record<string, unknown>>
}

const FORMATS = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']

/**
 * Describes the route table under the current settings (OpenAPI 3.1.1). Operations are named as
 * drf-spectacular names them, so that a client generated from a Django project's description keeps its
 * function names.
 */
export function openApiDocument(source: DocumentSource): OpenApiDocument {
  const { settings, info } = source
  const served = Object.entries(source.routes).filter(([, { when }]) => when?.(settings) !== false)
  const schemas: Record<string, Schema> = { ...source.schemas, ...COMMON_SCHEMAS }
  const paths: Record<string, Record<string, Operation>> = {}
  for (const [path, route] of served) {
    const operations: Record<string, Operation> = {}
    for (const [method, definition] of servedMethods(route, settings)) {
      const described = { settings, path, route, method, definition, schemas }
      operations[method.toLowerCase()] = operationOf(described)
    }
    operations['options'] = metadataOperation(path, route, settings)
    paths[settings.URL_PREFIX + path.replaceAll(PARAMETER, '{$1}')] = operations
  }
  return {
    openapi: '3.1.1',
    info,
    servers: [{ url: settings.PUBLIC_URL ?? '/' }],
    tags: [...new Set(served.map(([path]) => tagOf(path)))].map((name) => ({
      name,
      description: `What is served under ${settings.URL_PREFIX}${name}/.`,
    })),
    paths,
    components: { schemas, securitySchemes: securitySchemes(settings) },
  }
}

/** One method while it is described. */
type Described = {
  readonly settings: Settings
  readonly path: string
  readonly route: Route
  readonly method: Method
  readonly definition: MethodDefinition
  /** Grows by the bodies of requests. */
  readonly schemas: Record<string, Schema>
}

/** One method as an operation. */
function operationOf(described: Described): Operation {
  const { settings, path, route, method, definition, schemas } = described
  const parameters = [
    ...pathParameters(path),
    ...(method === 'GET' ? [] : csrfParameter(settings, route)),
  ]
  const requestBody = requestBodyOf(described)
  const description = operationText(method, path.replaceAll(PARAMETER, '{$1}'))
  return {
    operationId: operationIdOf(described),
    summary: definition.summary,
    ...(description === undefined ? {} : { description }),
    tags: [tagOf(path)],
    security: securityOf(settings, route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: responsesOf({ route, method, definition }, settings, schemas),
  }
}

function requestBodyOf({
  settings,
  path,
  method,
  definition,
  schemas,
}: Described): Operation['requestBody'] {
  const fields = definition.input?.(settings) ?? definition.described?.(settings)
  if (fields === undefined) return undefined
  const mode = method === 'PATCH' ? 'partial' : 'whole'
  const isWhole = definition.takesOwnFields === true
  const takesOwn = isWhole || definition.takesGivenFields?.(settings) === true
  const own = takesOwn ? settings.USER_FIELDS : []
  const schema = requestSchema(fields, { fields: mode, own: isWhole ? mode : 'partial' }, own)
  const name = `${method === 'PATCH' ? 'Patched' : ''}${pascalCase(path)}Request`
  schemas[name] = schema
  const media = { schema: reference(name), example: exampleOf(schema, reader(schemas)) }
  return {
    required: Array.isArray(schema['required']),
    content: Object.fromEntries(FORMATS.map((format) => [format, media])),
  }
}

/** `OPTIONS`, which DRF answers with the fields of a view. */
function metadataOperation(path: string, route: Route, settings: Settings): Operation {
  const parameters = pathParameters(path)
  return {
    operationId: `${snakeCase(path.replaceAll(PARAMETER, '$1'))}_metadata`,
    summary: 'Describe this endpoint',
    tags: [tagOf(path)],
    security: securityOf(settings, route),
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: metadataResponses(route, settings),
  }
}

/** A named part of a path, with the pattern it must have: `:id{[0-9]+}`. */
const PARAMETER = /:(\w+)(?:\{([^{}]*)\})?/g

/** The parameters in a path. */
function pathParameters(path: string): readonly Schema[] {
  return [...path.matchAll(PARAMETER)].map(([, name = '', pattern]) => ({
    name,
    in: 'path',
    required: true,
    schema: {
      type: 'string',
      ...(pattern === undefined ? {} : { pattern: `^${pattern}$` }),
      examples: ['1'],
    },
  }))
}

const ENDS_WITH_PARAMETER = /:\w+(?:\{[^{}]*\})?\/$/

const ACTIONS = {
  GET: 'retrieve',
  POST: 'create',
  PUT: 'update',
  PATCH: 'partial_update',
  DELETE: 'destroy',
} as const satisfies Record<Method, string>

/** drf-spectacular's name of an operation: the words of its path, and what it does (`auth_login_create`). */
function operationIdOf({ settings, path, method, definition }: Described): string {
  if (method === 'DELETE' && !ENDS_WITH_PARAMETER.test(path))
    return `${snakeCase(path)}_destroy_all`
  const isList = definition.responses(settings)[200]?.schema?.['type'] === 'array'
  return `${snakeCase(path)}_${isList ? 'list' : ACTIONS[method]}`
}

/** The words of a path, its parameters left out. */
function wordsOf(path: string): readonly string[] {
  const fixed = path.replaceAll(PARAMETER, '')
  return fixed.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
}

function snakeCase(path: string): string {
  return wordsOf(path).join('_')
}

function pascalCase(path: string): string {
  return wordsOf(path)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

/** Endpoints are grouped by the first part of their path. */
function tagOf(path: string): string {
  return path.split('/')[0] ?? ''
}
