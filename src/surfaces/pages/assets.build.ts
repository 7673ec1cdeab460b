/**
 * Writes `assets.bin`, what the Worker serves to browsers, from `browser/` and `style.css`:
 * `node src/surfaces/pages/assets.build.ts`. A test fails while it is out of date.
 */
import { fileURLToPath } from 'node:url'
import { bundleForBrowsers, writePacked } from '../../packing.build.ts'
import type { Assets } from './assets.ts'

/** What the Worker serves. */
export async function buildAssets(): Promise<Assets> {
  return {
    script: await bundleForBrowsers(new URL('browser/main.ts', import.meta.url)),
    security: await bundleForBrowsers(new URL('browser/security.ts', import.meta.url)),
    style: await bundleForBrowsers(new URL('style.css', import.meta.url)),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = writePacked(new URL('assets.bin', import.meta.url), await buildAssets())
  console.log(`${size} bytes`)
}
