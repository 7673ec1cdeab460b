/**
 * `npm run build:package`: what is published. `lib/` is what `package.json` exports and `npm pack` packs, which builds it
 * first; `dist/create-package/` is what `npm create rest-auth-edge` runs. Their users install no dependency at all: what
 * is bundled is listed in `src/package.json`, which only this repository installs.
 */
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, parse } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { bundleService, LEFT_OUT } from './bundle-service.ts'
import { bundleParts, exportsOf, ownManifest, PARTS, printSizes, ROOT } from './exports.ts'
import { SERVICE, sizeOf, writeManifest, writeTypes } from './exports.ts'

const LIBRARY = join(ROOT, 'lib')
const CREATE_DIRECTORY = join(ROOT, 'dist/create-package')
const COMMAND = 'cli/rest-auth-edge.js'

/** In Node, a module of data reads its file: the one that the service has in `service/`. */
const dataOfTheService: Plugin = {
  name: 'data-of-the-service',
  setup: (bundler) => {
    bundler.onLoad({ filter: /\.(?:wasm|bin)$/ }, ({ path }) => {
      const { name, ext } = parse(path)
      const copies = readdirSync(join(LIBRARY, 'service'))
      const copy = copies.find((one) => one.startsWith(`${name}-`) && one.endsWith(ext))
      if (copy === undefined) throw new Error(`The service has no ${name}${ext}.`)
      const contents = `import { readFileSync } from 'node:fs'
const bytes = Uint8Array.from(readFileSync(new URL('../service/${copy}', import.meta.url)))
export default ${ext === '.wasm' ? 'new WebAssembly.Module(bytes)' : 'bytes.buffer'}`
      return { contents, loader: 'js' }
    })
  },
}

for (const directory of [LIBRARY, CREATE_DIRECTORY]) {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
}
const exported = { '.': SERVICE, ...PARTS }
checkExports()
await bundleService('src/rest-auth.ts', join(LIBRARY, 'service'))
await bundleParts(LIBRARY)
await bundleCommand('src/cli/main.ts', LIBRARY)
writeTypes(LIBRARY, Object.values(exported))

await bundleCommand('src/cli/create.ts', CREATE_DIRECTORY)
cpSync(join(ROOT, 'LICENSE'), join(CREATE_DIRECTORY, 'LICENSE'))
writeManifest(CREATE_DIRECTORY, {
  name: 'create-rest-auth-edge',
  description: 'Makes a project with rest-auth-edge: npm create rest-auth-edge my-auth',
  bin: { 'create-rest-auth-edge': COMMAND },
  engines: { node: '>=22.12' },
})
console.log(`rest-auth-edge: ${sizeOf(LIBRARY)}, no dependencies`)
console.log(`create-rest-auth-edge: ${sizeOf(CREATE_DIRECTORY)}, no dependencies`)
await printSizes(LIBRARY)

/** package.json is written by hand; what it exports is what is built. */
function checkExports(): void {
  const built = { ...exportsOf(exported, './lib'), './package.json': './package.json' }
  if (isDeepStrictEqual(ownManifest().exports, built)) return
  throw new Error(`package.json does not export what is built: ${JSON.stringify(built, null, 2)}`)
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
