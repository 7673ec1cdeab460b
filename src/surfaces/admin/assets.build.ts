/**
 * Writes `assets.bin`, what the Worker serves to the operator's browser: `node src/surfaces/admin/assets.build.ts`.
 * A test fails while it is out of date.
 */
import { fileURLToPath } from 'node:url'
import { bundleForBrowsers, writePacked } from '../../packing.build.ts'
import type { AdminAssets } from './assets.ts'
import { de } from './words/de.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import { ja } from './words/ja.ts'
import { pt } from './words/pt.ts'

/** What the Worker serves. */
export async function buildAdminAssets(): Promise<AdminAssets> {
  return {
    script: await bundleForBrowsers(new URL('browser/main.ts', import.meta.url)),
    style: await bundleForBrowsers(new URL('admin.css', import.meta.url)),
    words: { en, de, fr, es, pt, ja },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = writePacked(new URL('assets.bin', import.meta.url), await buildAdminAssets())
  console.log(`${size} bytes`)
}
