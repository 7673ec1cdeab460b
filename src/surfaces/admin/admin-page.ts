/**
 * The operator's page: a static frame, its script and style. All data comes through the operator's API, with its
 * authentication; the page itself holds none.
 */
import type { Deps } from '../../deps.ts'
import { jsonBlock, markup, type Html } from '../../html.ts'
import { brandOf, type Brand } from '../../settings/brand.ts'
import { languageOf } from '../../web/language.ts'
import { loadAdminAssets } from './assets.ts'
import { adminConfig } from './config.ts'
import type { AdminWords } from '../../i18n/words.ts'

/** Assets have a version in their URL, so caches may keep them forever. */
const YEAR = 'public, max-age=31536000, immutable'

/**
 * The page's frame, which its script fills. It is the same for everyone: nothing in it says whether anyone is
 * signed in, so it may be public.
 */
export async function serveAdminPage({ settings }: Deps, request: Request): Promise<Response> {
  const language = languageOf(settings, request)
  const { words, version } = await loadAdminAssets()
  const brand = brandOf(settings)
  const asset = (name: string): string =>
    `${settings.URL_PREFIX}admin/${name}?v=${version}-${brand.color.slice(1)}`
  const { html } = documentOf(words[language], brand, {
    language,
    style: asset('style.css'),
    script: asset('script.js'),
    config: jsonBlock('config', adminConfig(settings, language, words[language])),
  })
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Language': language,
      'Content-Security-Policy': contentSecurityPolicy(brand),
      ...(settings.USE_ACCEPT_LANGUAGE ? { Vary: 'Accept-Language' } : {}),
    },
  })
}

/**
 * Content Security Policy: scripts, styles and requests from and to our own origin only (XSS); no framing
 * (clickjacking).
 */
function contentSecurityPolicy(brand: Brand): string {
  const images = brand.logoUrl === undefined ? '' : ` ${new URL(brand.logoUrl).origin}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    `img-src 'self' data:${images}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The document, with the page's configuration as JSON. */
function documentOf(
  words: AdminWords,
  brand: Brand,
  page: {
    readonly language: string
    readonly style: string
    readonly script: string
    readonly config: Html
  },
): Html {
  return markup`<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${words.title} · ${brand.name}</title>
<link rel="stylesheet" href="${page.style}">
${page.config}
<script type="module" src="${page.script}"></script>
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header>
<p class="brand">${brandMark(brand)}<span>${words.title}</span></p>
<nav id="nav" aria-label="${words.title}" hidden></nav>
</header>
<main id="content" tabindex="-1"><noscript><p class="note bad">${words.noScript}</p></noscript></main>
<div id="status" role="status" aria-live="polite"></div>
</body>
</html>
`
}

/** The logo or the name of `BRAND`. */
function brandMark(brand: Brand): Html {
  if (brand.logoUrl === undefined) return markup`<strong>${brand.name}</strong>`
  return markup`<img src="${brand.logoUrl}" alt="${brand.name}" height="28">`
}

/** Its style, the brand's colours in front. */
export async function serveAdminStyle({ settings }: Deps): Promise<Response> {
  const { color, onColor } = brandOf(settings)
  const { style } = await loadAdminAssets()
  return new Response(`:root{--brand:${color};--on-brand:${onColor}}${style}`, {
    headers: { 'Cache-Control': YEAR, 'Content-Type': 'text/css; charset=utf-8' },
  })
}

/** Its script. */
export async function serveAdminScript(): Promise<Response> {
  return new Response((await loadAdminAssets()).script, {
    headers: { 'Cache-Control': YEAR, 'Content-Type': 'text/javascript; charset=utf-8' },
  })
}
