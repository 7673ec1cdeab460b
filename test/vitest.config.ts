import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Loads `.wasm` and `.bin` as wrangler does: a compiled module, and the bytes of the file. */
export const binaryModules = {
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

/** Tests of what is deployed: the built bundle inside workerd. */
const WORKER_TESTS = 'test/worker/**/*.test.ts'

/** Tests of what is published: packed, and installed from npm into a project that it has made. */
const PACKAGE_TESTS = 'test/package/**/*.test.ts'

export default defineConfig({
  plugins: [binaryModules],
  test: {
    allowOnly: false,
    // What the Worker logs is worth reading where a test fails.
    silent: 'passed-only',
    // Each file starts a database server of its own, so more at once than cores only queue up.
    maxWorkers: '100%',
    // node:sqlite, which the import from Django reads.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [WORKER_TESTS, PACKAGE_TESTS],
        },
      },
      {
        extends: true,
        test: {
          name: 'worker',
          include: [WORKER_TESTS],
          globalSetup: 'test/worker/build-bundle.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: [PACKAGE_TESTS],
          globalSetup: 'test/package/install.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
