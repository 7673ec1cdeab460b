/**
 * The page's script, style and words, compressed into one file beside the Worker's script, unpacked when someone
 * opens the page.
 */
import type { Language } from '../../i18n/language.ts'
import type { AdminWords } from '../../i18n/words.ts'
import { packedAssets } from '../../web/packed-assets.ts'
import packed from './assets.bin'

/** What the page is made of; `assets.build.ts` writes it. */
export type AdminAssets = {
  readonly script: string
  readonly style: string
  readonly words: Readonly<Record<Language, AdminWords>>
}

/** Unpacked with the first page. */
export const loadAdminAssets = packedAssets<AdminAssets>(packed)
