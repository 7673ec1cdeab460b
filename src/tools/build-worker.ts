/**
 * Bundles the Worker into `.worker/`, where wrangler takes it from (`[build]` in wrangler.toml). Bundled
 * here, and not by wrangler, because only so what not every request needs (each endpoint's own code, rare
 * hashers, social logins, the API's description, pages, mails) becomes scripts of its own, which are read
 * when they are first used.
 */
import { readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle, type BuildOptions, type Metafile, type Plugin } from 'esbuild'

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

/**
 * What is loaded together when any of it is asked for. A Worker's start grows with the number of its scripts,
 * read or not, so that one for every endpoint would cost more than it spares.
 */
const TOGETHER = {
  social: /^src\/surfaces\/rest-auth\/social-|^src\/core\/social\//,
  pages: /^src\/surfaces\/pages\/|^src\/surfaces\/rest-auth\/openapi-/,
  endpoints:
    /^src\/(?:surfaces\/(?:rest-auth|operations)|web|core\/mail|db)\/|^src\/(?:request-deps|core\/tokens\/jwt)\.ts$/,
}

function groupOf(path: string): string | undefined {
  return Object.entries(TOGETHER).find(([, pattern]) => pattern.test(path))?.[0]
}

/** Resolves a dynamic import of a file to the group that the file belongs to. */
function loadTogether(lazy: readonly string[]): Plugin {
  return {
    name: 'load-together',
    setup: (build) => {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const group = groupOf(relative(PROJECT_ROOT, join(resolveDir, path)))
        return group === undefined ? undefined : { path: group, namespace: GROUP }
      })
      build.onLoad({ filter: /./, namespace: GROUP }, ({ path: group }) => ({
        contents: lazy
          .filter((path) => groupOf(path) === group)
          .map((path) => `export * from ${JSON.stringify(`./${path}`)}`)
          .join('\n'),
        resolveDir: PROJECT_ROOT,
      }))
    },
  }
}

const GROUP = 'together'

const options = {
  absWorkingDir: PROJECT_ROOT,
  entryPoints: { index: 'src/worker.ts' },
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
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions

/** What each file that is loaded by `import()` exports. */
function lazyExports({ outputs }: Metafile): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.values(outputs).flatMap(({ entryPoint, exports }) =>
      entryPoint === undefined ? [] : [[entryPoint, exports]],
    ),
  )
}

/** Of two files that export the same name, `export *` answers one. */
function requireDifferentNames(exports: ReadonlyMap<string, readonly string[]>): void {
  const owners = new Map<string, string>()
  for (const [path, names] of exports) {
    const group = groupOf(path)
    for (const name of group === undefined ? [] : names) {
      const owner = owners.get(`${group} ${name}`)
      if (owner !== undefined) throw new Error(`${owner} and ${path} both export ${name}`)
      owners.set(`${group} ${name}`, path)
    }
  }
}

const { metafile } = await bundle({ ...options, write: false })
const lazy = lazyExports(metafile)
requireDifferentNames(lazy)
await rm(join(PROJECT_ROOT, DIRECTORY), { recursive: true, force: true })
await bundle({ ...options, plugins: [withoutMeanings, loadTogether([...lazy.keys()].toSorted())] })
