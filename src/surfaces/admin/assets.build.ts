/**
 * Writes `assets.bin`, what the Worker serves to the operator's browser: `node src/surfaces/admin/assets.build.ts`.
 * A test fails while it is out of date.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { constants, deflateRawSync } from 'node:zlib'
import { build } from 'esbuild'
import type { AdminAssets } from './assets.ts'
import { de } from './words/de.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import { ja } from './words/ja.ts'
import { pt } from './words/pt.ts'

const TARGET = ['es2022', 'chrome105', 'firefox104', 'safari15.4']

/** What the Worker serves. */
export async function buildAdminAssets(): Promise<AdminAssets> {
  return {
    script: await bundle('browser/main.ts'),
    style: await bundle('admin.css'),
    words: { en, de, fr, es, pt, ja },
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
  const json = JSON.stringify(await buildAdminAssets())
  const packed = deflateRawSync(json, { level: constants.Z_BEST_COMPRESSION })
  writeFileSync(new URL('assets.bin', import.meta.url), packed)
  console.log(`${packed.length} bytes`)
}
