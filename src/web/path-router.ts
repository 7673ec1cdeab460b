/**
 * Hono's router for fixed paths: a look-up instead of one regular expression over all routes, which an isolate
 * would compile at its start.
 */
import type { Params, Result, Router } from 'hono/router'

/** A route: its handler and position, since earlier ones run first. */
type Entry<T> = readonly [method: string, handler: T]
/** A part of a path as it is declared: itself, or a parameter with a pattern. */
type Part = { readonly text: string } | { readonly name: string; readonly form: RegExp }
type Pattern<T> = { readonly path: string; readonly entry: Entry<T>; parts?: readonly Part[] }

/**
 * A router for paths that are mostly plain text: one lookup in a map, for any number of routes. Hono's smallest
 * tries every route of the table, for every request. Patterns (`:name`, `:name{[0-9]+}`, `*` as the last part)
 * come after plain paths, in the order of their declaration, and are read when a path first needs them.
 *
 * The first that matches is the only one: middleware is inside handlers.
 */
export class PathRouter<T> implements Router<T> {
  readonly name = 'PathRouter'
  readonly #plain = new Map<string, Entry<T>[]>()
  readonly #patterns: Pattern<T>[] = []

  add(method: string, path: string, handler: T): void {
    const entry: Entry<T> = [method, handler]
    if (path.includes(':') || path.includes('*')) {
      this.#patterns.push({ path, entry })
      return
    }
    const known = this.#plain.get(path)
    if (known === undefined) this.#plain.set(path, [entry])
    else known.push(entry)
  }

  match(method: string, path: string): Result<T> {
    for (const [served, handler] of this.#plain.get(path) ?? []) {
      if (served === method || served === 'ALL') return [[[handler, {}]]]
    }
    const given = path.split('/')
    for (const pattern of this.#patterns) {
      const [served, handler] = pattern.entry
      if (served !== method && served !== 'ALL') continue
      const params = paramsOf((pattern.parts ??= pattern.path.split('/').map(partOf)), given)
      if (params !== undefined) return [[[handler, params]]]
    }
    return [[]]
  }
}

function partOf(declared: string): Part {
  if (!declared.startsWith(':')) return { text: declared }
  const [name = '', form = '.+}'] = declared.slice(1).split('{')
  return { name, form: new RegExp(`^${form.slice(0, -1)}$`) }
}

/** Parameters of a path, by the names in its declaration. */
function paramsOf(parts: readonly Part[], given: readonly string[]): Params | undefined {
  const params: Params = {}
  for (const [index, part] of parts.entries()) {
    const text = given[index]
    if (text === undefined) return undefined
    if ('name' in part) {
      if (!part.form.test(text)) return undefined
      params[part.name] = text
    } else if (part.text === '*') return params
    else if (part.text !== text) return undefined
  }
  return parts.length === given.length ? params : undefined
}
