/**
 * Writes `assets.bin`, what the Worker serves to browsers, from `browser/` and `style.css`:
 * `node src/surfaces/pages/assets.build.ts`. A test fails while it is out of date.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { constants, deflateRawSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Assets } from './assets.ts'

const TARGET = ['es2022', 'chrome105', 'firefox104', 'safari15.4']

/** What the Worker serves. */
export async function buildAssets(): Promise<Assets> {
  return {
    script: await bundle('browser/main.ts'),
    security: await bundle('browser/security.ts'),
    style: await bundle('style.css'),
  }
}

async function bundle(path: string): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(path, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: TARGET,
    legalComments: 'none',
  })
  return (result.outputFiles[0]?.text ?? '').trim()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const json = JSON.stringify(await buildAssets())
  const packed = deflateRawSync(json, { level: constants.Z_BEST_COMPRESSION })
  writeFileSync(new URL('assets.bin', import.meta.url), packed)
  console.log(`${packed.length} bytes`)
}
