/** Icons of providers, as inline SVG: the pages' policy loads no foreign images. */
import { markup, type Html } from '../../html.ts'

/** Strokes on a square of 20, drawn for these pages: hints at the providers, not their trade marks. */
const STROKES: Readonly<Record<string, string>> = {
  apple:
    'M10 6.6c-1-.9-5.6-1.2-5.6 4 0 3.5 2.2 6.6 3.9 6.6.8 0 1-.5 1.7-.5s.9.5 1.7.5c1.7 0 3.9-3.1 3.9-6.6 0-5.2-4.6-4.9-5.6-4zM10 4.8c0-1.5.9-2.4 2.3-2.6',
  discord:
    'M6.3 6.2c2.4-.8 5-.8 7.4 0 1.4 2.2 2.2 4.8 2.2 7.6-1.2 1-2.3 1.4-3.4 1.5l-.8-1.4H8.3l-.8 1.4c-1.1-.1-2.2-.5-3.4-1.5 0-2.8.8-5.4 2.2-7.6zM8 10.4v.6M12 10.4v.6',
  facebook: 'M10.6 17.5V8.2c0-2.2 1.1-3.4 3.4-3.4M7.6 10.4h6',
  github:
    'M5.2 8.6V4.2l3 1.7a8 8 0 0 1 3.6 0l3-1.7v4.4c.6 4.6-1.8 6.6-4.8 6.6s-5.4-2-4.8-6.6zM8 10v.8M12 10v.8',
  google: 'M10.2 10h6.1a6.3 6.3 0 1 1-1.9-4.5',
  linkedin: 'M5 8.5v7M5 4.9v.2M9 15.5v-7M9 11.6c0-4 6-4 6 0v3.9',
  microsoft: 'M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z',
  twitter: 'M4.5 4.5l11 11M15.5 4.5l-11 11',
}

/** A key, for every provider that has no picture here. */
const KEY = 'M9.2 10.8a3.4 3.4 0 1 1 0-.1zM9.3 10.8H16v2.4M13 10.8v1.8'

/** A small picture beside a provider's name, in the colour of the text; screen readers skip it. */
export function providerIcon(id: string): Html {
  const name = Object.keys(STROKES).find((known) => id.startsWith(known)) ?? ''
  const strokes = STROKES[name] ?? KEY
  return markup`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${strokes}"/></svg>`
}
