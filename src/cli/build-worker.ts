/**
 * Bundles the Worker into `.worker/`, where wrangler takes it from (`[build]` in wrangler.toml). Bundled
 * here, and not by wrangler, because only so what not every request needs (each endpoint's own code, rare
 * hashers, social logins, the API's description, pages, mails) becomes scripts of its own, which are read
 * when they are first used.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle, type Plugin } from 'esbuild'

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DIRECTORY = '.worker'

/** The last argument of a setting's declaration: its meaning, which only the README says. */
const MEANING = /(,\s*)(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")(,?\s*\),\n)/g

const withoutMeanings: Plugin = {
  name: 'without-meanings',
  setup: (build) => {
    build.onLoad({ filter: /\/src\/settings\/[\w-]+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const start = source.search(/^export const \w+Settings = \{$/m)
      if (start < 0) return { contents: source, loader: 'ts' }
      const end = source.indexOf('\n} as const', start)
      const table = source.slice(start, end).replace(MEANING, "$1''$2")
      return { contents: source.slice(0, start) + table + source.slice(end), loader: 'ts' }
    })
  },
}

await rm(join(PROJECT_ROOT, DIRECTORY), { recursive: true, force: true })
await bundle({
  absWorkingDir: PROJECT_ROOT,
  entryPoints: ['src/index.ts'],
  outdir: DIRECTORY,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2024',
  platform: 'neutral',
  mainFields: ['browser', 'module', 'main'],
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:*'],
  alias: { crypto: 'node:crypto' },
  loader: { '.wasm': 'copy', '.bin': 'copy' },
  chunkNames: 'part-[hash]',
  assetNames: '[name]-[hash]',
  plugins: [withoutMeanings],
  legalComments: 'none',
  logLevel: 'warning',
})
