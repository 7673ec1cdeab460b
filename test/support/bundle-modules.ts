import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ENTRY = 'index.js'
const MODULE_TYPES = { '.js': 'ESModule', '.wasm': 'CompiledWasm', '.bin': 'Data' } as const

/** The files of a built bundle as Miniflare takes them, the Worker's entry first. */
export function bundleModules(directory: string) {
  return Object.entries(MODULE_TYPES).flatMap(([extension, type]) =>
    readdirSync(directory)
      .filter((name) => name.endsWith(extension))
      .toSorted((a, b) => Number(b === ENTRY) - Number(a === ENTRY))
      .map((name) => ({ type, path: name, contents: readFileSync(join(directory, name)) })),
  )
}
