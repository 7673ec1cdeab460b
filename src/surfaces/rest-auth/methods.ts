/**
 * Which HTTP methods a route serves under given settings, as pure functions: used by the server, by `OPTIONS` and
 * by the OpenAPI document.
 */
import { oncePer } from '../../once-per.ts'
import type { Settings } from '../../settings/parse.ts'

/** The HTTP methods an endpoint may have, in the order of DRF's `Allow`. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** One of them. */
export type Method = (typeof METHODS)[number]

/** A route, as far as its methods are concerned. */
type WithMethods<Definition> = {
  readonly methods: Readonly<Partial<Record<Method, Definition>>>
  readonly allow?: readonly string[]
}

/** A method that exists only under some settings. */
type Conditional = { readonly when?: (settings: Settings) => boolean }

/** The methods that a route serves under the settings, in `Allow` order. */
export function servedMethods<Definition extends Conditional>(
  { methods }: WithMethods<Definition>,
  settings: Settings,
): readonly (readonly [Method, Definition])[] {
  return METHODS.flatMap((method) => {
    const definition = methods[method]
    return isServed(definition, settings) ? [[method, definition] as const] : []
  })
}

function isServed<Definition extends Conditional>(
  definition: Definition | undefined,
  settings: Settings,
): definition is Definition {
  return definition !== undefined && definition.when?.(settings) !== false
}

/** The definition for a request's method; `undefined`: 405. HEAD is served by GET (RFC 9110 §9.3.2). */
export function methodOf<Definition extends Conditional>(
  route: WithMethods<Definition>,
  request: Request,
  settings: Settings,
): Definition | undefined {
  const name = request.method === 'HEAD' ? 'GET' : request.method
  const method = METHODS.find((one) => one === name)
  const definition = method === undefined ? undefined : route.methods[method]
  return isServed(definition, settings) ? definition : undefined
}

const allowUnder = oncePer((settings: Settings) =>
  oncePer((route: WithMethods<Conditional>) => makeAllow(route, settings)),
)

/** The `Allow` header, which DRF sends with every answer of a view, not with 405 alone. */
export function allowOf(route: WithMethods<Conditional>, settings: Settings): string {
  return allowUnder(settings)(route)
}

function makeAllow(route: WithMethods<Conditional>, settings: Settings): string {
  if (route.allow !== undefined) return route.allow.join(', ')
  const methods: readonly string[] = servedMethods(route, settings).map(([method]) => method)
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
}
