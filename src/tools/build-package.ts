/**
 * `npm run build:package`: what is published, in `dist/package/` (or the directory that is given), and its size.
 * A package.json of its own: nothing that the repository needs to develop reaches a user, who installs no
 * dependency at all. `npm pack ./dist/package` makes the archive.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { kibibytes } from './bundle.ts'
import { bundleService } from './bundle-service.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DIRECTORY = process.argv[2] ?? join(ROOT, 'dist/package')

/** What is exported, by the source that it is made of. */
const EXPORTS = {
  '.': { source: 'rest-auth', script: 'service/index.js' },
  './client': { source: 'client/client', script: 'client.js' },
  './guard': { source: 'guard/guard', script: 'guard.js' },
} as const

rmSync(DIRECTORY, { recursive: true, force: true })
mkdirSync(DIRECTORY, { recursive: true })
await bundleService('src/rest-auth.ts', join(DIRECTORY, 'service'))
for (const { source, script } of Object.values(EXPORTS).slice(1)) {
  await build({
    entryPoints: [join(ROOT, `src/${source}.ts`)],
    outfile: join(DIRECTORY, script),
    bundle: true,
    format: 'esm',
    // What browsers, Node, Workers and React Native have had for years.
    target: source === 'client/client' ? 'es2020' : 'es2022',
  })
}
writeTypes()
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md']) {
  cpSync(join(ROOT, name), join(DIRECTORY, name))
}
const isMigration = (path: string): boolean => !/\.ts$|_snapshot\.json$/.test(path)
cpSync(join(ROOT, 'drizzle'), join(DIRECTORY, 'drizzle'), { recursive: true, filter: isMigration })
writeFileSync(join(DIRECTORY, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
const bytes = filesOf(DIRECTORY).reduce((sum, path) => sum + statSync(path).size, 0)
console.log(`${relative(ROOT, DIRECTORY)}: ${kibibytes(bytes)}, no dependencies`)

/** The published package.json. */
function manifest(): object {
  const own: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const kept = Object.entries<unknown>(typeof own === 'object' ? { ...own } : {}).filter(([key]) =>
    ['name', 'version', 'description', 'license'].includes(key),
  )
  const exported = Object.entries(EXPORTS).map(([path, { source, script }]): [string, object] => [
    path,
    { types: `./types/${source}.d.ts`, default: `./${script}` },
  ])
  return {
    ...Object.fromEntries(kept),
    type: 'module',
    sideEffects: false,
    exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
    engines: { node: '>=20' },
    // Only for the type of `auth.app`; what of Hono runs is inside.
    peerDependencies: { hono: '>=4' },
    peerDependenciesMeta: { hono: { optional: true } },
  }
}

/** Declarations of what is exported, and of what those refer to: as the published files are called. */
function writeTypes(): void {
  const made = join(DIRECTORY, 'types')
  const sources = Object.values(EXPORTS).map(({ source }) => join(ROOT, `src/${source}.ts`))
  const ambient = ['cloudflare-workers.d.ts', 'wasm.d.ts'].map((name) => join(ROOT, 'src', name))
  const options = [
    ['--declaration', '--emitDeclarationOnly', '--allowImportingTsExtensions', '--strict'],
    ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023'],
    ['--lib', 'es2024,dom,dom.iterable', '--types', 'node', '--skipLibCheck', '--ignoreConfig'],
    ['--exactOptionalPropertyTypes', '--rootDir', join(ROOT, 'src'), '--outDir', made],
  ]
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  execFileSync(tsc, [...sources, ...ambient, ...options.flat()], { stdio: 'inherit' })
  const needed = new Set(Object.values(EXPORTS).map(({ source }) => join(made, `${source}.d.ts`)))
  for (const path of needed) {
    const text = readFileSync(path, 'utf8')
    for (const [, to = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g)) {
      needed.add(join(dirname(path), `${to}.d.ts`))
    }
    writeFileSync(path, text.replaceAll(/((?:from |import\()['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'))
  }
  for (const path of filesOf(made)) if (!needed.has(path)) rmSync(path)
}

function filesOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
