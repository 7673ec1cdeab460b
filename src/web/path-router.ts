/**
 * Hono's router for fixed paths: a look-up instead of one regular expression over all routes, which an isolate
 * would compile at its start.
 */
import type { Params, Result, Router } from 'hono/router'

/** A route of a known path. */
type Entry<T> = readonly [method: string, handler: T]

/** Routes of paths that begin alike, which are made when a path first needs them: most isolates never need all. */
export type Section<T> = {
  /** What all their paths begin with. */
  readonly prefix: string
  readonly routes: () => Iterable<readonly [method: string, path: string, handler: T]>
}

/** A part of a path as it is declared: itself, or a parameter with a pattern. */
type Part = { readonly text: string } | { readonly name: string; readonly form: RegExp }
type Pattern<T> = { readonly path: string; readonly entry: Entry<T>; parts?: readonly Part[] }

/** The routes of one section. */
type Table<T> = { readonly plain: Map<string, Entry<T>[]>; readonly patterns: Pattern<T>[] }

/**
 * A router for paths that are mostly plain text: one lookup in a map, for any number of routes. Hono's smallest
 * tries every route of the table, for every request. Patterns (`:name`, `:name{[0-9]+}`, `*` as the last part)
 * come after plain paths, in the order of their declaration, and are read when a path first needs them. An earlier
 * section goes before a later one, whatever requests came first.
 *
 * The first that matches is the only one: middleware is inside handlers.
 */
export class PathRouter<T> implements Router<T> {
  readonly name = 'PathRouter'
  readonly #sections: readonly Section<T>[]
  readonly #made = new Map<Section<T>, Table<T>>()
  readonly #added = newTable<T>()

  constructor(sections: readonly Section<T>[] = []) {
    this.#sections = sections
  }

  /** Adds a route after all others, those of the sections included. */
  add(method: string, path: string, handler: T): void {
    addTo(this.#added, [method, path, handler])
  }

  match(method: string, path: string): Result<T> {
    for (const section of this.#sections) {
      if (!path.startsWith(section.prefix)) continue
      const found = findIn(this.#tableOf(section), method, path)
      if (found !== undefined) return [[found]]
    }
    const found = findIn(this.#added, method, path)
    return [found === undefined ? [] : [found]]
  }

  #tableOf(section: Section<T>): Table<T> {
    const made = this.#made.get(section)
    if (made !== undefined) return made
    const table = newTable<T>()
    for (const route of section.routes()) addTo(table, route)
    this.#made.set(section, table)
    return table
  }
}

function newTable<T>(): Table<T> {
  return { plain: new Map(), patterns: [] }
}

function addTo<T>(
  { plain, patterns }: Table<T>,
  [method, path, handler]: readonly [method: string, path: string, handler: T],
): void {
  const entry: Entry<T> = [method, handler]
  if (path.includes(':') || path.includes('*')) {
    patterns.push({ path, entry })
    return
  }
  const known = plain.get(path)
  if (known === undefined) plain.set(path, [entry])
  else known.push(entry)
}

function findIn<T>(
  { plain, patterns }: Table<T>,
  method: string,
  path: string,
): [T, Params] | undefined {
  for (const [served, handler] of plain.get(path) ?? []) {
    if (served === method || served === 'ALL') return [handler, {}]
  }
  if (patterns.length === 0) return undefined
  const given = path.split('/')
  for (const pattern of patterns) {
    const [served, handler] = pattern.entry
    if (served !== method && served !== 'ALL') continue
    const params = paramsOf((pattern.parts ??= pattern.path.split('/').map(partOf)), given)
    if (params !== undefined) return [handler, params]
  }
  return undefined
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
