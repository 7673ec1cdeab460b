/** The operator's API as an OpenAPI 3.1 document of its own: the users' document does not mention it. */
import type { Settings } from '../../settings/parse.ts'
import type { AdminRoute } from './define-admin-route.ts'
import type { InputField } from './input.ts'
import { adminRoutes } from './routes.ts'
import { adminSchemas } from './schemas.ts'

/** The document as an answer. */
export function adminOpenApi(settings: Pick<Settings, 'URL_PREFIX'>): Response {
  return new Response(JSON.stringify(describeAdminApi(settings)), {
    headers: { 'Content-Type': 'application/json' },
  })
}

/** The document, from the table of routes. */
export function describeAdminApi({ URL_PREFIX }: Pick<Settings, 'URL_PREFIX'>) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of adminRoutes) {
    const path = `${URL_PREFIX}admin/api/${route.path.replace(':id', '{id}')}`
    ;(paths[path] ??= {})[route.method.toLowerCase()] = operation(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'rest-auth-edge: admin API',
      version: '1',
      description:
        'For staff that signed in lately, and for machines with a key. Errors carry a stable `code`; what has no documented status answers 503 with Retry-After while the database is away.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ user: [] }, { machine: [] }],
    paths,
    components: {
      schemas: adminSchemas,
      securitySchemes: {
        user: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'The header of a login of somebody of the staff.',
        },
        machine: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of `manage admin-key create`.',
        },
      },
    },
  }
}

/** One route as an operation. */
function operation(route: AdminRoute) {
  const isInQuery = route.method === 'GET' || route.method === 'DELETE'
  const fields = Object.entries(route.input)
  return {
    operationId: `${route.method.toLowerCase()}_${route.path.replaceAll(/\W+/g, '_')}`,
    summary: route.summary,
    description: `Scope: ${route.scope}.`,
    parameters: [
      ...(route.path.includes(':id')
        ? [{ name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }]
        : []),
      ...(isInQuery
        ? fields.map(([name, field]) => ({ name, in: 'query', schema: schemaOf(field) }))
        : []),
    ],
    ...(isInQuery || fields.length === 0 ? {} : { requestBody: bodyOf(route) }),
    responses: {
      [route.status]: {
        description: 'Done.',
        ...(route.answers === undefined ? {} : contentOf(route.answers)),
      },
      400: { description: '`invalid`, with words by field.', ...contentOf('Error') },
      401: { description: '`unauthenticated`.', ...contentOf('Error') },
      403: {
        description: 'Not allowed: the code says why.',
        ...contentOf('Error'),
      },
      ...(route.target === 'none'
        ? {}
        : { 404: { description: 'No such account.', ...contentOf('Error') } }),
      ...(route.method === 'GET'
        ? {}
        : { 409: { description: 'Changed at the same time.', ...contentOf('Error') } }),
      429: { description: 'ADMIN_RATE is used up.', ...contentOf('Error') },
    },
  }
}

/** The request body of a route; queries become parameters. */
function bodyOf({ input }: AdminRoute) {
  const required = Object.entries(input).flatMap(([name, field]) =>
    field.isRequired ? [name] : [],
  )
  return {
    required: required.length > 0,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: Object.fromEntries(
            Object.entries(input).map(([name, field]) => [name, schemaOf(field)]),
          ),
          ...(required.length > 0 ? { required } : {}),
          additionalProperties: false,
        },
      },
    },
  }
}

/** JSON by the name of its schema. */
function contentOf(name: string) {
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } }
}

/** A field as JSON Schema. */
function schemaOf(field: InputField) {
  const bounds = Object.entries(field).filter(([name]) => name !== 'isRequired' && name !== 'type')
  if (field.type === 'names') return { type: 'array', items: { type: 'string' } }
  const type =
    field.type === 'date-time' ? { type: 'string', format: 'date-time' } : { type: field.type }
  return { ...type, ...Object.fromEntries(bounds) }
}
