/**
 * Writes `assets.bin`, what the Worker serves to the operator's browser: `node src/surfaces/admin/assets.build.ts`.
 * A test fails while it is out of date.
 */
import { fileURLToPath } from 'node:url'
import { bundleForBrowsers, writePacked } from '../../packing.build.ts'
import { LANGUAGES } from '../../i18n/language.ts'
import { writtenWords } from '../../i18n/languages.build.ts'
import type { AdminAssets } from './assets.ts'

/** What the Worker serves. */
export async function buildAdminAssets(): Promise<AdminAssets> {
  return {
    script: await bundleForBrowsers(new URL('browser/main.ts', import.meta.url)),
    style: await bundleForBrowsers(new URL('admin.css', import.meta.url)),
    words: await adminWords(),
  }
}

async function adminWords(): Promise<AdminAssets['words']> {
  const words = LANGUAGES.map(async (language) => [language, (await writtenWords(language)).admin])
  return Object.fromEntries(await Promise.all(words)) as AdminAssets['words'] // one of each language
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = writePacked(new URL('assets.bin', import.meta.url), await buildAdminAssets())
  console.log(`${size} bytes`)
}
