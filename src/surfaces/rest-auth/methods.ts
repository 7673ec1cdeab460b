import type { Settings } from '../../settings/parse.ts'

/** The HTTP methods an endpoint may have, in the order of DRF's `Allow`. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** One of them. */
export type Method = (typeof METHODS)[number]

/** What a route says of its methods. */
type WithMethods<Definition> = {
  readonly methods: Readonly<Partial<Record<Method, Definition>>>
  readonly allow?: readonly string[]
}

/** Where the setting is off, a method does not exist. */
type Conditional = { readonly when?: (settings: Settings) => boolean }

/** The methods that a route serves under the settings. */
export function servedMethods<Definition extends Conditional>(
  { methods }: WithMethods<Definition>,
  settings: Settings,
): readonly (readonly [Method, Definition])[] {
  return METHODS.flatMap((method) => {
    const definition = methods[method]
    if (definition === undefined || definition.when?.(settings) === false) return []
    return [[method, definition] as const]
  })
}

/** What a request asks of a route, `undefined` where it does not serve that; HEAD is GET. */
export function methodOf<Definition extends Conditional>(
  route: WithMethods<Definition>,
  request: Request,
  settings: Settings,
): Definition | undefined {
  const name = request.method === 'HEAD' ? 'GET' : request.method
  return servedMethods(route, settings).find(([method]) => method === name)?.[1]
}

/** The `Allow` header of every answer of a route. */
export function allowOf<Definition extends Conditional>(
  route: WithMethods<Definition>,
  settings: Settings,
): string {
  if (route.allow !== undefined) return route.allow.join(', ')
  const methods: readonly string[] = servedMethods(route, settings).map(([method]) => method)
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
}
