/**
 * `npm run build:package`: what is published, in `dist/package/` and `dist/create-package/` (or two directories that
 * are given), and its size. Each has a package.json of its own: nothing that the repository needs to develop reaches a
 * user, who installs no dependency at all. `npm pack ./dist/package` makes the archive.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, parse, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform, type Plugin } from 'esbuild'
import { kibibytes } from './bundle.ts'
import { bundleService, LEFT_OUT } from './bundle-service.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DIRECTORY = process.argv[2] ?? join(ROOT, 'dist/package')
const CREATE_DIRECTORY = process.argv[3] ?? join(ROOT, 'dist/create-package')
const COMMAND = 'cli/rest-auth-edge.js'

/** What is exported, by the source that it is made of. */
const EXPORTS = {
  '.': { source: 'rest-auth', script: 'service/index.js' },
  './client': { source: 'client/client', script: 'client.js' },
  './react': { source: 'react/react', script: 'react.js' },
  './guard': { source: 'guard/guard', script: 'guard.js' },
} as const

/** In Node, a module of data reads its file: the one that the service has in `service/`. */
const dataOfTheService: Plugin = {
  name: 'data-of-the-service',
  setup: (bundler) => {
    bundler.onLoad({ filter: /\.(?:wasm|bin)$/ }, ({ path }) => {
      const { name, ext } = parse(path)
      const copies = readdirSync(join(DIRECTORY, 'service'))
      const copy = copies.find((one) => one.startsWith(`${name}-`) && one.endsWith(ext))
      if (copy === undefined) throw new Error(`The service has no ${name}${ext}.`)
      const contents = `import { readFileSync } from 'node:fs'
const bytes = Uint8Array.from(readFileSync(new URL('../service/${copy}', import.meta.url)))
export default ${ext === '.wasm' ? 'new WebAssembly.Module(bytes)' : 'bytes.buffer'}`
      return { contents, loader: 'js' }
    })
  },
}

for (const directory of [DIRECTORY, CREATE_DIRECTORY]) {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
}
await bundleService('src/rest-auth.ts', join(DIRECTORY, 'service'))
for (const { source, script } of Object.values(EXPORTS).slice(1)) {
  await build({
    entryPoints: [join(ROOT, `src/${source}.ts`)],
    outfile: join(DIRECTORY, script),
    bundle: true,
    external: ['react'],
    format: 'esm',
    // What browsers, Node, Workers and React Native have had for years.
    target: source === 'guard/guard' ? 'es2022' : 'es2020',
  })
}
await bundleCommand('src/cli/main.ts', DIRECTORY)
await bundleCommand('src/cli/create.ts', CREATE_DIRECTORY)
writeTypes()
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md']) {
  cpSync(join(ROOT, name), join(DIRECTORY, name))
}
const isMigration = (path: string): boolean => !/\.ts$|_snapshot\.json$/.test(path)
cpSync(join(ROOT, 'drizzle'), join(DIRECTORY, 'drizzle'), { recursive: true, filter: isMigration })
cpSync(join(ROOT, 'LICENSE'), join(CREATE_DIRECTORY, 'LICENSE'))
writeManifest(DIRECTORY, manifest())
writeManifest(CREATE_DIRECTORY, createManifest())
for (const directory of [DIRECTORY, CREATE_DIRECTORY]) {
  const bytes = filesOf(directory).reduce((sum, path) => sum + statSync(path).size, 0)
  console.log(`${relative(ROOT, directory)}: ${kibibytes(bytes)}, no dependencies`)
}

for (const { source, script } of Object.values(EXPORTS).slice(1)) {
  const { code } = await transform(readFileSync(join(DIRECTORY, script)), { minify: true })
  console.log(`${source}: ${kibibytes(gzipSync(code).length)}, minified and gzipped`)
}

function writeManifest(directory: string, content: object): void {
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(content, null, 2)}\n`)
}

/** What both packages say of themselves. */
function common(): Readonly<Record<string, unknown>> {
  const own: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const kept = ['name', 'version', 'description', 'license', 'repository']
  return Object.fromEntries(
    Object.entries<unknown>(typeof own === 'object' ? { ...own } : {}).filter(([key]) =>
      kept.includes(key),
    ),
  )
}

/** The package.json of what `npm create rest-auth-edge` runs. */
function createManifest(): object {
  return {
    ...common(),
    name: 'create-rest-auth-edge',
    description: 'Makes a project with rest-auth-edge: npm create rest-auth-edge my-auth',
    type: 'module',
    bin: { 'create-rest-auth-edge': `./${COMMAND}` },
    engines: { node: '>=22.12' },
  }
}

/** The published package.json. */
function manifest(): object {
  const exported = Object.entries(EXPORTS).map(([path, { source, script }]): [string, object] => [
    path,
    { types: `./types/${source}.d.ts`, default: `./${script}` },
  ])
  return {
    ...common(),
    type: 'module',
    sideEffects: false,
    exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
    bin: { 'rest-auth-edge': `./${COMMAND}` },
    // The command says itself that it needs Node 22.12; what is imported does with less.
    engines: { node: '>=20' },
    // Only for the type of `auth.app`; what of Hono runs is inside.
    // And for `./react`.
    peerDependencies: { hono: '>=4', react: '>=18' },
    peerDependenciesMeta: { hono: { optional: true }, react: { optional: true } },
  }
}

/** A command for Node, and what starts it. Data that the service has, too, is read where that has it. */
async function bundleCommand(entry: string, directory: string): Promise<void> {
  await build({
    entryPoints: { main: join(ROOT, entry) },
    outdir: join(directory, 'cli'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    legalComments: 'none',
    plugins: [dataOfTheService, ...LEFT_OUT],
  })
  const start = join(directory, COMMAND)
  cpSync(join(ROOT, 'src/cli/bin.mjs'), start)
  chmodSync(start, 0o755)
}

/** Declarations of what is exported, and of what those refer to: as the published files are called. */
function writeTypes(): void {
  const made = join(DIRECTORY, 'types')
  const sources = Object.values(EXPORTS).map(({ source }) => join(ROOT, `src/${source}.ts`))
  const ambient = ['cloudflare-workers.d.ts', 'wasm.d.ts'].map((name) => join(ROOT, 'src', name))
  const options = [
    ['--declaration', '--emitDeclarationOnly', '--allowImportingTsExtensions', '--strict'],
    ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023'],
    [
      '--lib',
      'es2024,dom,dom.iterable',
      '--types',
      'node,react',
      '--skipLibCheck',
      '--ignoreConfig',
    ],
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
