import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { asSchema } from '../../src/surfaces/rest-auth/openapi-schema.ts'
import type { OpenApiDocument, Operation } from '../../src/surfaces/rest-auth/openapi.ts'

/** What was asked and answered, as far as a description speaks of it. */
type Exchange = {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly contentType: string | null
  readonly text: string
}

/** Everything in an answer that is not as the API's description says; empty: all of it is. */
export type CheckAnswer = (exchange: Exchange) => readonly string[]

type Schemas = (pointer: string) => ValidateFunction

/** One for all descriptions: it compiles the schema of schemas once. */
const ajv = new Ajv2020({ allErrors: true, strict: false })
addFormats(ajv)
let descriptions = 0

/**
 * Judges answers by a description. Objects are closed here: a property that the description does not
 * name is a fault, though clients are told nothing of the kind.
 */
export function createAnswerCheck(document: OpenApiDocument, prefix: string): CheckAnswer {
  descriptions += 1
  const id = `api:${descriptions}`
  ajv.addSchema({ $id: id, ...Object(closeObjects(document)) })
  const compiled = new Map<string, ValidateFunction>()
  const schemas: Schemas = (pointer) => {
    const known = compiled.get(pointer)
    if (known !== undefined) return known
    const made = ajv.compile({ $ref: `${id}#${pointer}` })
    compiled.set(pointer, made)
    return made
  }
  const paths = Object.keys(document.paths).map((path) => ({
    path,
    pattern: patternOf(path, Object.values(document.paths[path] ?? {})),
  }))
  return (exchange) => {
    const path = exchange.path.endsWith('/') ? exchange.path : `${exchange.path}/`
    const found = paths.find(({ pattern }) => pattern.test(path))
    if (found === undefined) {
      // Pages are for people; the description is of what programs call.
      const isPage = exchange.contentType?.startsWith('text/html') === true
      return exchange.status === 404 || (isPage && exchange.path.startsWith(prefix))
        ? []
        : [`${exchange.path} is not described`]
    }
    return checkOperation(document, found.path, exchange, schemas)
  }
}

function checkOperation(
  document: OpenApiDocument,
  path: string,
  exchange: Exchange,
  schemas: Schemas,
): readonly string[] {
  const methods = document.paths[path] ?? {}
  const method = exchange.method === 'HEAD' ? 'get' : exchange.method.toLowerCase()
  const operation = methods[method]
  if (operation === undefined) {
    return exchange.status >= 400
      ? checkBody('/components/schemas/Error', exchange, schemas)
      : [`${exchange.method} is not described, yet answered ${exchange.status}`]
  }
  const status = describedStatus(operation, exchange.status)
  if (status === undefined) return [`status ${exchange.status} is not described`]
  const content = operation.responses[status]?.content
  if (content === undefined || exchange.method === 'HEAD') {
    return exchange.text === '' ? [] : ['a body is not described']
  }
  return checkBody(
    `/paths/${escapePointer(path)}/${method}/responses/${status}/content/application~1json/schema`,
    exchange,
    schemas,
  )
}

function describedStatus({ responses }: Operation, status: number): string | undefined {
  const names = [String(status), `${String(status).charAt(0)}XX`]
  return names.find((name) => Object.hasOwn(responses, name))
}

function checkBody(pointer: string, exchange: Exchange, schemas: Schemas): readonly string[] {
  if (exchange.method === 'HEAD') return []
  if (exchange.contentType !== 'application/json') return [`content type ${exchange.contentType}`]
  const validate = schemas(pointer)
  if (validate(JSON.parse(exchange.text))) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${exchange.status} body${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** A path with `{id}` in it as a pattern, each part as its operations describe it. */
function patternOf(path: string, operations: readonly Operation[]): RegExp {
  const parameters = operations.flatMap((operation) => operation.parameters ?? [])
  const part = (name: string): string => {
    const described = parameters.find((one) => one['in'] === 'path' && one['name'] === name)
    const pattern = asSchema(described?.['schema'])['pattern']
    return typeof pattern === 'string' ? pattern.replaceAll(/^\^|\$$/g, '') : '[^/]+'
  }
  const fixed = path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${fixed.replaceAll(/\{(\w+)\}/g, (_, name: string) => part(name))}$`)
}

function escapePointer(text: string): string {
  return text
    .replaceAll('~', '~0')
    .replaceAll('/', '~1')
    .replaceAll('{', '%7B')
    .replaceAll('}', '%7D')
}

function closeObjects(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(closeObjects)
  const closed = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, closeObjects(item)]),
  )
  const isOpen =
    closed['type'] === 'object' &&
    typeof closed['properties'] === 'object' &&
    closed['additionalProperties'] === undefined
  return isOpen ? { ...closed, additionalProperties: false } : closed
}
