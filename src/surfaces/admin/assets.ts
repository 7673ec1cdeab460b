import { sha256Hex } from '../../crypto.ts'
import { inflateText } from '../../inflate.ts'
import type { Language } from '../../i18n/language.ts'
import type { AdminWords } from './words/en.ts'
import packed from './assets.bin'

/** What the page is made of; `assets.build.ts` writes it. */
export type AdminAssets = {
  readonly script: string
  readonly style: string
  readonly words: Readonly<Record<Language, AdminWords>>
}

type Unpacked = AdminAssets & { readonly version: string }

let unpacked: Promise<Unpacked> | undefined

/** Unpacked with the first page. */
export function loadAdminAssets(): Promise<Unpacked> {
  return (unpacked ??= unpack())
}

async function unpack(): Promise<Unpacked> {
  const text = await inflateText(packed)
  const assets = JSON.parse(text) as AdminAssets // written by `assets.build.ts`
  return { ...assets, version: (await sha256Hex(text)).slice(0, 10) }
}
