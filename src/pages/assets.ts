import { brandOf } from '../settings/brand.ts'
import type { Settings } from '../settings/parse.ts'
import { SCRIPT, STYLE } from './assets.generated.ts'

/** Kept for ever: the URL changes with the content. */
const HEADERS = { 'Cache-Control': 'public, max-age=31536000, immutable' } as const

/** The style of all pages, the brand's colours in front. */
export function styleResponse(settings: Settings): Response {
  const { color, onColor } = brandOf(settings)
  return new Response(`:root{--brand:${color};--on-brand:${onColor}}${STYLE}`, {
    headers: { ...HEADERS, 'Content-Type': 'text/css; charset=utf-8' },
  })
}

/** The script of all pages. */
export function scriptResponse(): Response {
  return new Response(SCRIPT, {
    headers: { ...HEADERS, 'Content-Type': 'text/javascript; charset=utf-8' },
  })
}
