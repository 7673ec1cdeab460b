/**
 * Script and style of the pages: compressed beside the Worker's script, unpacked with the first page, served under
 * a version of their own.
 */
import { brandOf, type Brand, type BrandSettings } from '../../settings/brand.ts'
import { packedAssets } from '../../web/packed-assets.ts'
import packed from './assets.bin'

/**
 * The script and style of all pages, and the larger script of the security page, minified; `assets.build.ts` writes
 * them.
 */
export type Assets = { readonly script: string; readonly security: string; readonly style: string }

/** Unpacked with the first page. */
export const loadAssets = packedAssets<Assets>(packed)

/** Changes with the content, brand colours included, so that browsers may cache the files forever. */
export async function assetsVersion({ color }: Brand): Promise<string> {
  return `${(await loadAssets()).version}-${color.slice(1)}`
}

/** The URL changes with the content, so the files never expire. */
const HEADERS = { 'Cache-Control': 'public, max-age=31536000, immutable' } as const

/** The style of all pages, the brand's colours in front. */
export async function styleResponse(settings: BrandSettings): Promise<Response> {
  const { color, onColor } = brandOf(settings)
  const { style } = await loadAssets()
  return new Response(`:root{--brand:${color};--on-brand:${onColor}}${style}`, {
    headers: { ...HEADERS, 'Content-Type': 'text/css; charset=utf-8' },
  })
}

/** A script of the pages. */
export async function scriptResponse(name: 'script' | 'security'): Promise<Response> {
  return new Response((await loadAssets())[name], {
    headers: { ...HEADERS, 'Content-Type': 'text/javascript; charset=utf-8' },
  })
}
