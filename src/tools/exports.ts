/** Entries of the npm package, and its manifest. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'
import { kibibytes } from './bundle.ts'

/** Where the checkout is. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** One thing that is exported: the source that it is made of, and the script that it becomes. */
export type Exported = { readonly source: string; readonly script: string }

/** What runs in browsers, apps and other people's servers, without the service. */
export const PARTS = {
  './client': { source: 'client/client', script: 'client.js' },
  './react': { source: 'react/react', script: 'react.js' },
  './guard': { source: 'guard/guard', script: 'guard.js' },
} as const satisfies Readonly<Record<string, Exported>>

/** The service itself. */
export const SERVICE = { source: 'rest-auth', script: 'service/index.js' } satisfies Exported

/** What our package.json says that other published ones repeat. */
export type OwnManifest = {
  readonly version: string
  readonly license: string
  readonly repository?: unknown
  readonly exports: unknown
}

/** Our package.json. */
export function ownManifest(): OwnManifest {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnManifest // our own file
}

/** Writes a package.json. Where ours names the repository, it does, too: npm's provenance requires that. */
export function writeManifest(directory: string, own: Readonly<Record<string, unknown>>): void {
  const { version, license, repository } = ownManifest()
  const manifest = { ...own, version, license, type: 'module', repository }
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Bundles the parts into a directory, a script for each. */
export async function bundleParts(directory: string): Promise<void> {
  for (const { source, script } of Object.values(PARTS)) {
    await build({
      entryPoints: [join(ROOT, `src/${source}.ts`)],
      outfile: join(directory, script),
      bundle: true,
      external: ['react'],
      format: 'esm',
      // What browsers, Node, Workers and React Native have had for years.
      target: source === 'guard/guard' ? 'es2022' : 'es2020',
    })
  }
}

/** Says what each part weighs in an application that ships it whole. */
export async function printSizes(directory: string): Promise<void> {
  for (const { source, script } of Object.values(PARTS)) {
    const { code } = await transform(readFileSync(join(directory, script)), { minify: true })
    console.log(`${source}: ${kibibytes(gzipSync(code).length)}, minified and gzipped`)
  }
}

/** `types` and `default` of each, as package.json has them. */
export function exportsOf(
  exported: Readonly<Record<string, Exported>>,
  prefix: string,
): Readonly<Record<string, { readonly types: string; readonly default: string }>> {
  return Object.fromEntries(
    Object.entries(exported).map(([path, { source, script }]) => [
      path,
      { types: `${prefix}/types/${source}.d.ts`, default: `${prefix}/${script}` },
    ]),
  )
}

/**
 * Declarations of what is exported, and of what those refer to: as the published files are called. `npm run check` has
 * looked at the types; here they are written only, which takes half as long.
 */
export function writeTypes(directory: string, exported: readonly Exported[]): void {
  const made = join(directory, 'types')
  const sources = exported.map(({ source }) => join(ROOT, `src/${source}.ts`))
  const ambient = ['cloudflare-workers.d.ts', 'wasm.d.ts'].map((name) => join(ROOT, 'src', name))
  const options = [
    ['--declaration', '--emitDeclarationOnly', '--allowImportingTsExtensions', '--strict'],
    ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023'],
    ['--lib', 'es2024,dom,dom.iterable', '--types', 'node,react', '--skipLibCheck', '--noCheck'],
    ['--ignoreConfig', '--exactOptionalPropertyTypes'],
    ['--rootDir', join(ROOT, 'src'), '--outDir', made],
  ]
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  execFileSync(tsc, [...sources, ...ambient, ...options.flat()], { stdio: 'inherit' })
  const needed = new Set(exported.map(({ source }) => join(made, `${source}.d.ts`)))
  for (const path of needed) {
    const text = readFileSync(path, 'utf8')
    for (const [, to = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g)) {
      needed.add(join(dirname(path), `${to}.d.ts`))
    }
    writeFileSync(path, text.replaceAll(/((?:from |import\()['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'))
  }
  for (const path of filesOf(made)) if (!needed.has(path)) rmSync(path)
}

/** Size of all files of a directory, as people read it. */
export function sizeOf(directory: string): string {
  return kibibytes(filesOf(directory).reduce((sum, path) => sum + statSync(path).size, 0))
}

function filesOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
