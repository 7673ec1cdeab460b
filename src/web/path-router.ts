/**
 * Hono's router for fixed paths: a look-up instead of one regular expression over all routes, which an isolate
 * would compile at its start.
 */
import type { Params, Result, Router } from 'hono/router'

/** A route: its handler and position, since earlier ones run first. */
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

/**
 * A router for paths that are mostly plain text: one lookup in a map, for any number of routes. Hono's smallest
 * tries every route of the table, for every request. Patterns (`:name`, `:name{[0-9]+}`, `*` as the last part)
 * come after plain paths, in the order of their declaration, and are read when a path first needs them. Sections are
 * made one after the other, until one has the path.
 *
 * The first that matches is the only one: middleware is inside handlers.
 */
export class PathRouter<T> implements Router<T> {
  readonly name = 'PathRouter'
  readonly #plain = new Map<string, Entry<T>[]>()
  readonly #patterns: Pattern<T>[] = []
  #unmade: readonly Section<T>[]

  constructor(sections: readonly Section<T>[] = []) {
    this.#unmade = sections
  }

  /** Adds a route after all others, those of the sections included. */
  add(method: string, path: string, handler: T): void {
    for (const section of this.#unmade) this.#make(section)
    this.#add(method, path, handler)
  }

  match(method: string, path: string): Result<T> {
    let found = this.#find(method, path)
    for (const section of this.#unmade) {
      if (found !== undefined) break
      if (!path.startsWith(section.prefix)) continue
      this.#make(section)
      found = this.#find(method, path)
    }
    return [found === undefined ? [] : [found]]
  }

  #make(section: Section<T>): void {
    this.#unmade = this.#unmade.filter((one) => one !== section)
    for (const [method, path, handler] of section.routes()) this.#add(method, path, handler)
  }

  #add(method: string, path: string, handler: T): void {
    const entry: Entry<T> = [method, handler]
    if (path.includes(':') || path.includes('*')) {
      this.#patterns.push({ path, entry })
      return
    }
    const known = this.#plain.get(path)
    if (known === undefined) this.#plain.set(path, [entry])
    else known.push(entry)
  }

  #find(method: string, path: string): [T, Params] | undefined {
    for (const [served, handler] of this.#plain.get(path) ?? []) {
      if (served === method || served === 'ALL') return [handler, {}]
    }
    if (this.#patterns.length === 0) return undefined
    const given = path.split('/')
    for (const pattern of this.#patterns) {
      const [served, handler] = pattern.entry
      if (served !== method && served !== 'ALL') continue
      const params = paramsOf((pattern.parts ??= pattern.path.split('/').map(partOf)), given)
      if (params !== undefined) return [handler, params]
    }
    return undefined
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
