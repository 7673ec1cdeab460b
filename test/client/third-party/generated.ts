/**
 * What generators make of a description (openapi-typescript, orval, swagger-codegen): a function an operation, named after it, that
 * sends the members that are described, to the method and the path that are described, and nothing else.
 */
export type GeneratedClient = (
  operationId: string,
  body?: Readonly<Record<string, unknown>>,
) => Promise<{ readonly status: number; readonly data: unknown }>

type Json = Readonly<Record<string, unknown>>

/** Makes the client of a description. `token` is asked before each call, as generated clients let one configure it. */
export function generateClient(
  description: unknown,
  origin: string,
  means: { readonly fetch: typeof fetch; readonly token: () => string | undefined },
): GeneratedClient {
  const operations = operationsOf(description)
  return async (operationId, body) => {
    const operation = operations.get(operationId)
    if (operation === undefined) throw new Error(`no ${operationId} is described`)
    const token = means.token()
    const sent = body === undefined ? undefined : describedMembers(operation, body)
    const response = await means.fetch(new URL(operation.path, origin), {
      method: operation.method.toUpperCase(),
      headers: {
        Accept: 'application/json',
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    })
    const text = await response.text()
    if (!operation.statuses.includes(String(response.status))) {
      throw new Error(`${operationId} answered ${response.status}, which is not described: ${text}`)
    }
    return { status: response.status, data: text === '' ? undefined : JSON.parse(text) }
  }
}

type Operation = {
  readonly method: string
  readonly path: string
  readonly members: readonly string[] | undefined
  readonly statuses: readonly string[]
}

function operationsOf(description: unknown): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>()
  for (const [path, methods] of Object.entries(at(description, 'paths'))) {
    for (const [method, operation] of Object.entries(methods as Json)) {
      const id = (operation as Json)['operationId']
      if (typeof id !== 'string') continue
      const schema = resolved(
        description,
        at(operation, 'requestBody', 'content', 'application/json', 'schema'),
      )
      const members = 'properties' in schema ? Object.keys(at(schema, 'properties')) : undefined
      const statuses = Object.keys(at(operation, 'responses'))
      found.set(id, { method, path, members, statuses })
    }
  }
  return found
}

function resolved(description: unknown, schema: Json): Json {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  return at(description, ...reference.replace('#/', '').split('/'))
}

function describedMembers({ members }: Operation, body: Json): Json {
  const unknown = Object.keys(body).filter((name) => !(members ?? []).includes(name))
  // A typed client does not compile where it names something that is not described.
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} is not described`)
  return body
}

function at(value: unknown, ...names: readonly string[]): Json {
  let found: unknown = value
  for (const name of names) found = (found as Json | undefined)?.[name]
  return (found ?? {}) as Json
}
