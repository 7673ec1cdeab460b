import type { Settings } from './parse.ts'

/** How pages and mails show whose they are. */
export type Brand = {
  readonly name: string
  /** `#rrggbb`. */
  readonly color: string
  /** Black or white, whichever can be read better on `color`. */
  readonly onColor: '#000000' | '#ffffff'
  readonly logoUrl: string | undefined
}

/** The settings for whose pages and mails are. */
export type BrandSettings = Pick<
  Settings,
  'BRAND_COLOR' | 'BRAND_LOGO_URL' | 'BRAND_NAME' | 'SITE_NAME'
>

/** The brand of `BRAND_NAME`, `BRAND_COLOR`, `BRAND_LOGO_URL`. */
export function brandOf(settings: BrandSettings): Brand {
  return {
    name: settings.BRAND_NAME ?? settings.SITE_NAME,
    color: settings.BRAND_COLOR,
    onColor: readableOn(settings.BRAND_COLOR),
    logoUrl: settings.BRAND_LOGO_URL,
  }
}

/** Contrast by WCAG 2.2: one of both has at least 4.58 : 1 on every colour. */
function readableOn(color: string): '#000000' | '#ffffff' {
  const luminance = relativeLuminance(color)
  const withWhite = 1.05 / (luminance + 0.05)
  const withBlack = (luminance + 0.05) / 0.05
  return withWhite >= 4.5 || withWhite >= withBlack ? '#ffffff' : '#000000'
}

function relativeLuminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
