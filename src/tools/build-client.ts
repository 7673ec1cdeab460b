/**
 * `npm run build:client`: the typed client as it is published, `dist/client/`, and its size. With an
 * argument, there instead.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'
import { kibibytes } from './bundle.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SOURCE = join(ROOT, 'src/client/client.ts')
const DIRECTORY = process.argv[2] ?? join(ROOT, 'dist/client')

/** What browsers, Node and React Native have had for years. */
const TARGET = 'es2020'

rmSync(DIRECTORY, { recursive: true, force: true })
const file = join(DIRECTORY, 'client.js')
await build({ entryPoints: [SOURCE], outfile: file, bundle: true, format: 'esm', target: TARGET })
writeTypes()

const { code } = await transform(readFileSync(file), { minify: true, target: TARGET })
const sizes = [kibibytes(Buffer.byteLength(code)), `${kibibytes(gzipSync(code).length)} gzip`]
console.log(`dist/client/client.js ${sizes.join(', ')} when minified; no dependencies`)

/** Declarations refer to each other as the published files are called. */
function writeTypes(): void {
  const options = [
    ['--declaration', '--emitDeclarationOnly', '--allowImportingTsExtensions', '--strict'],
    ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023'],
    ['--lib', 'es2024,dom,dom.iterable', '--types', '', '--ignoreConfig', '--outDir', DIRECTORY],
  ]
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), [SOURCE, ...options.flat()], {
    stdio: 'inherit',
  })
  for (const name of readdirSync(DIRECTORY).filter((one) => one.endsWith('.d.ts'))) {
    const text = readFileSync(join(DIRECTORY, name), 'utf8')
    writeFileSync(join(DIRECTORY, name), text.replaceAll(/(from '\.\/\w+)\.ts'/g, "$1.js'"))
  }
}
