import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { transform } from 'esbuild'
import type { createClient } from '../../src/client/client.ts'
import type { ServiceFetch } from './service.ts'

/**
 * What a script finds in React Native besides the language: `fetch` and a few more, made of
 * XMLHttpRequest and native modules. There is a `window`, and a `navigator`, but no page around them.
 */
function globals(service: ServiceFetch): Readonly<Record<string, unknown>> {
  return {
    fetch: nativeFetch(service),
    Headers: NativeHeaders,
    URL: NativeUrl,
    URLSearchParams: NativeUrlSearchParams,
    navigator: { product: 'ReactNative' },
    console,
    setTimeout,
    clearTimeout,
  }
}

/**
 * Hermes is behind V8, app by app. What came after ES2020, the client's target, is taken away, as is what
 * Hermes never had.
 */
const PRELUDE = `
  globalThis.window = globalThis.self = globalThis.global = globalThis
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'Iterator'])
    delete globalThis[name]
  for (const [owner, names] of [
    [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with']],
    [Array, ['fromAsync']],
    [String.prototype, ['at', 'replaceAll', 'isWellFormed', 'toWellFormed']],
    [Object, ['hasOwn', 'groupBy']],
    [Map, ['groupBy']],
    [Promise, ['any', 'try', 'withResolvers']],
    [Set.prototype, ['union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf']],
  ]) for (const name of names) delete owner[name]
`

/** Such a runtime, and a way to see what is in it. */
export type NativeRuntime = {
  readonly createClient: typeof createClient
  readonly evaluate: (script: string) => unknown
}

/** Runs a built client where `fetch` leads to the service. */
export async function runInReactNative(
  file: string,
  service: ServiceFetch,
): Promise<NativeRuntime> {
  const context = vm.createContext({ ...globals(service), module: { exports: {} } })
  vm.runInContext(PRELUDE, context)
  // Metro makes the same of it: modules become functions that are called with their exports.
  const { code } = await transform(readFileSync(file, 'utf8'), { format: 'cjs' })
  vm.runInContext(code, context)
  const evaluate = (script: string): unknown => vm.runInContext(script, context)
  // What a script of another realm exports has no type here.
  return { createClient: evaluate('module.exports.createClient') as typeof createClient, evaluate }
}

/**
 * Over XMLHttpRequest: an answer has a text but no `body` to stream and no status text, and the cookies
 * that the platform keeps go along whatever `credentials` says.
 */
function nativeFetch(service: ServiceFetch): (url: unknown, init?: RequestInit) => Promise<object> {
  return async (url, { method = 'GET', headers, body = null } = {}) => {
    if (typeof url !== 'string') throw new TypeError('Network request failed')
    const response = await service.fetch(url, {
      method,
      headers: [...new NativeHeaders(headers).entries()],
      body,
      credentials: 'include',
    })
    const text = await response.text()
    const { status, ok } = response
    const received = new NativeHeaders(Object.fromEntries(response.headers))
    return { status, ok, statusText: '', headers: received, text: () => Promise.resolve(text) }
  }
}

/** Has no `getSetCookie`, and takes nothing but its own kind and plain objects. */
class NativeHeaders {
  readonly #values = new Map<string, string>()

  constructor(given?: unknown) {
    const entries =
      given instanceof NativeHeaders ? [...given.entries()] : Object.entries(given ?? {})
    for (const [name, value] of entries) this.set(name, String(value))
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase())
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value)
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase())
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries()
  }
}

/** Appends and writes itself down; the rest is a promise. */
class NativeUrlSearchParams {
  readonly #pairs: string[] = []

  append(name: string, value: string): void {
    this.#pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  }

  toString(): string {
    return this.#pairs.join('&')
  }
}
for (const name of ['delete', 'get', 'getAll', 'has', 'set', 'sort']) {
  Object.defineProperty(NativeUrlSearchParams.prototype, name, { value: notImplemented(name) })
}

/** Takes any text for a URL, ends it with a slash, and does not take it apart. */
class NativeUrl {
  readonly searchParams = new NativeUrlSearchParams()
  readonly #text: string

  constructor(text: string) {
    this.#text = text.endsWith('/') ? text : `${text}/`
  }

  toString(): string {
    return `${this.#text}?${this.searchParams.toString()}`
  }
}
for (const name of [
  'hash',
  'host',
  'hostname',
  'origin',
  'pathname',
  'port',
  'protocol',
  'search',
]) {
  const get = notImplemented(name)
  Object.defineProperty(NativeUrl.prototype, name, { get, set: get })
}

function notImplemented(name: string): () => never {
  return () => {
    throw new Error(`${name} is not implemented`)
  }
}
