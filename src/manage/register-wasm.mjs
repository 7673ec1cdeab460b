/**
 * Lets Node load `.wasm` and `.bin` files as wrangler does, a compiled module and its bytes:
 * `node --import ./src/manage/register-wasm.mjs src/tools/….ts`.
 */
import * as nodeModule from 'node:module'

if (!process.features.typescript) {
  console.error(
    `Node 22.18 or later is needed; this is ${process.version}. "npm ci" brings it along (src/package.json) and "npm run" uses it.`,
  )
  process.exit(1)
}

nodeModule.registerHooks({
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
