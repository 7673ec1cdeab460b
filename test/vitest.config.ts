import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Loads `.wasm` and `.bin` as wrangler does: a compiled module, and the bytes of the file. */
const binaryModules = {
  name: 'binary-modules',
  enforce: 'pre' as const,
  load(id: string): string | undefined {
    const isWasm = id.endsWith('.wasm')
    if (!isWasm && !id.endsWith('.bin')) return undefined
    const base64 = readFileSync(id).toString('base64')
    const bytes = `Uint8Array.from(atob('${base64}'), (character) => character.charCodeAt(0))`
    return isWasm
      ? `export default new WebAssembly.Module(${bytes})`
      : `export default ${bytes}.buffer`
  },
}

export default defineConfig({
  plugins: [binaryModules],
  test: { include: ['test/**/*.test.ts'] },
})
