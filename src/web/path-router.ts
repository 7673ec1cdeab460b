import type { Params, Result, Router } from 'hono/router'

type Entry<T> = readonly [method: string, handler: T]
type Pattern<T> = { readonly path: string; readonly entry: Entry<T>; expression?: RegExp }

/**
 * A router for paths that are mostly plain text: one look into a map, whatever the number of routes. Hono's smallest
 * tries every route of the table in turn, for every request. Patterns (`:name`, `:name{[0-9]+}`, `*` at the end) come
 * after plain paths, in the order of their declaration, and are compiled when a path first needs them.
 *
 * The first that matches is the only one: middleware stands inside handlers.
 */
export class PathRouter<T> implements Router<T> {
  readonly name = 'PathRouter'
  readonly #plain = new Map<string, Entry<T>[]>()
  readonly #patterns: Pattern<T>[] = []

  add(method: string, path: string, handler: T): void {
    const entry: Entry<T> = [method, handler]
    if (/[:*]/.test(path)) {
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
    for (const pattern of this.#patterns) {
      const [served, handler] = pattern.entry
      if (served !== method && served !== 'ALL') continue
      const found = (pattern.expression ??= compile(pattern.path)).exec(path)
      if (found !== null) return [[[handler, paramsOf(found)]]]
    }
    return [[]]
  }
}

function paramsOf({ groups = {} }: RegExpExecArray): Params {
  return { ...groups }
}

/** What stands between parameters is letters, slashes, dots and dashes: `URL_PREFIX` allows no more. */
function compile(path: string): RegExp {
  const source = path.replaceAll(
    /:(\w+)(?:\{([^/]+)\})?|\*$|[.]/g,
    (text: string, name: string | undefined, of = '[^/]+') => {
      if (name !== undefined) return `(?<${name}>${of})`
      return text === '*' ? '.*' : '\\.'
    },
  )
  return new RegExp(`^${source}$`)
}
