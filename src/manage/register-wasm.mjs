/**
 * Lets Node load `.wasm` and `.bin` files as wrangler does, a compiled module and its bytes:
 * `node --import ./src/manage/register-wasm.mjs src/tools/….ts`. And finds Drizzle's modules faster than Node does.
 */
import * as nodeModule from 'node:module'

if (!process.features.typescript) {
  console.error(
    `Node 22.18 or later is needed; this is ${process.version}. "npm ci" brings it along (src/package.json) and "npm run" uses it.`,
  )
  process.exit(1)
}

const DRIZZLE = '/node_modules/drizzle-orm/'

/** Where Drizzle's modules are, by what imports call them. */
const found = new Map()

nodeModule.registerHooks({
  /** Drizzle's package.json has 180 KB, which Node would read again for each import of it: half of a start's CPU time. */
  resolve(specifier, context, nextResolve) {
    const { parentURL = '' } = context
    const isInside = parentURL.includes(DRIZZLE) && specifier.startsWith('.')
    const isWhole = specifier.startsWith('file:') && specifier.includes(DRIZZLE)
    if (isInside || (isWhole && specifier.endsWith('.js'))) {
      return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true }
    }
    if (!/^drizzle-orm(?:\/|$)/.test(specifier)) return nextResolve(specifier, context)
    const resolved = found.get(specifier) ?? nextResolve(specifier, context)
    found.set(specifier, resolved)
    return { ...resolved, format: 'module', shortCircuit: true }
  },
  load(url, context, nextLoad) {
    const { pathname } = new URL(url)
    const isWasm = pathname.endsWith('.wasm')
    if (!isWasm && !pathname.endsWith('.bin')) return nextLoad(url, context)
    const source = `import { readFileSync } from 'node:fs'
const bytes = Uint8Array.from(readFileSync(new URL(${JSON.stringify(url)})))
export default ${isWasm ? 'new WebAssembly.Module(bytes)' : 'bytes.buffer'}`
    return { format: 'module', source, shortCircuit: true }
  },
})
