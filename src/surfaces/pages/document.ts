/** The frame of every page: head, brand, script and its configuration, security headers. */
import type { Deps } from '../../deps.ts'
import { jsonBlock, markup, type Html } from '../../html.ts'
import { csrfCookie, readCookies } from '../../web/cookies.ts'
import { isCsrfCookieBroken, maskCsrfCookie, newCsrfSecret } from '../../web/csrf.ts'
import { languageOf } from '../../web/language.ts'
import type { Language } from '../../i18n/language.ts'
import { loadWords } from '../../i18n/load-words.ts'
import type { PageWords, Words } from '../../i18n/words.ts'
import { brandOf, type Brand } from '../../settings/brand.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { assetsVersion } from './assets.ts'
import { pageConfig, usesCookies } from './config.ts'
import type { RouteSummary } from './mounted.ts'
import { destinationOf } from './next.ts'
import { hasPasskeysHere } from './passkeys.ts'

/** What a page is written with. */
export type PageContext = {
  readonly deps: Deps
  readonly settings: Settings
  readonly request: Request
  readonly language: Language
  readonly words: PageWords
  /** The API's messages in this language. */
  readonly messages: Words['messages']
  readonly mounted: RouteSummary
}

/** A page for people, without its frame. */
export type PageContent = {
  readonly title: string
  /** Whether the script of all pages drives this one, and a second one of its own. */
  readonly script?: true | 'security'
  readonly width?: 'wide'
  /** For developers, in English; else in the language of the browser. */
  readonly isEnglish?: true
  /** Whether it shows documents of ours in frames. */
  readonly hasFrames?: true
  readonly body: Html
}

/** Gathers what a page is written with: settings, texts in the visitor's language, the request. */
export async function pageContext(
  deps: Deps,
  request: Request,
  mounted: RouteSummary,
): Promise<PageContext> {
  const { settings } = deps
  const language = languageOf(settings, request)
  const { pages: words, messages } = await loadWords(language)
  return { deps, settings, request, language, words, messages, mounted }
}

/** A page in its frame. Its headers keep foreign scripts, frames and referrers out. */
export async function pageResponse(
  context: PageContext,
  page: PageContent,
  status = 200,
): Promise<Response> {
  const { settings } = context
  const brand = brandOf(settings)
  const headers = new Headers({
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': page.isEnglish ? 'en' : context.language,
    'Content-Security-Policy': contentSecurityPolicy(brand, page),
    ...(settings.USE_ACCEPT_LANGUAGE ? { Vary: 'Accept-Language, Cookie' } : { Vary: 'Cookie' }),
  })
  const csrfToken = page.script ? csrfTokenOf(context, headers) : ''
  const { html } = documentOf(context, page, {
    brand,
    csrfToken,
    version: await assetsVersion(brand),
  })
  return new Response(html, { status, headers })
}

/** What Django answers to a form without a CSRF token. */
export function refusedForm(context: PageContext): Promise<Response> {
  const body = markup`<p>CSRF verification failed. Request aborted.</p>`
  return pageResponse(context, { title: 'Forbidden', body }, 403)
}

/**
 * Content Security Policy: scripts, styles and requests from and to our own origin only (XSS); no framing
 * (clickjacking).
 */
function contentSecurityPolicy(brand: Brand, page: PageContent): string {
  const images = brand.logoUrl === undefined ? '' : ` ${new URL(brand.logoUrl).origin}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    `img-src 'self' data:${images}`,
    ...(page.hasFrames ? ["frame-src 'self'"] : []),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/**
 * Where cookies authenticate, pages set the CSRF cookie for their forms, as Django's do. The token is in the page
 * as well, because `CSRF_COOKIE_HTTPONLY` may hide the cookie from scripts.
 */
function csrfTokenOf({ deps, settings, request }: PageContext, headers: Headers): string {
  if (!usesCookies(settings)) return ''
  const known = readCookies(request)[settings.CSRF_COOKIE_NAME]
  if (known !== undefined && !isCsrfCookieBroken(known)) {
    return maskCsrfCookie(known, deps.randomBytes)
  }
  const secret = newCsrfSecret(deps.randomBytes)
  headers.append('Set-Cookie', csrfCookie(settings, secret, deps.now))
  return maskCsrfCookie(secret, deps.randomBytes)
}

/** The HTML document around a page. */
function documentOf(
  context: PageContext,
  page: PageContent,
  {
    brand,
    ...made
  }: { readonly csrfToken: string; readonly version: string; readonly brand: Brand },
): Html {
  const { settings, language, words } = context
  const asset = (path: string): string => `${settings.URL_PREFIX}${path}?v=${made.version}`
  const config = page.script ? scriptConfig(context, made.csrfToken) : undefined
  return markup`<!doctype html>
<html lang="${page.isEnglish ? 'en' : language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${page.title} · ${brand.name}</title>
<link rel="stylesheet" href="${asset(PAGE_PATHS.style)}">
${config === undefined ? undefined : jsonBlock('config', config)}
${config === undefined ? undefined : markup`<script type="module" src="${asset(page.script === 'security' ? PAGE_PATHS.securityScript : PAGE_PATHS.script)}"></script>`}
</head>
<body class="${page.width ?? 'narrow'}">
<header class="brand">${brandMark(brand)}</header>
<main>
<h1>${page.title}</h1>
${page.script ? markup`<noscript><p class="notice bad">${words.noScript}</p></noscript>` : undefined}
<div id="notice" role="status"></div>
<div id="alert" role="alert" tabindex="-1"></div>
${page.body}
</main>
</body>
</html>
`
}

/** The configuration that the page's script reads. */
function scriptConfig(context: PageContext, csrfToken: string) {
  const { settings, request, language, words } = context
  return pageConfig(settings, {
    language,
    words,
    destination: destinationOf(settings, request),
    csrfToken,
    unverified: context.messages.login_unverified,
    passkeys: hasPasskeysHere(settings, request),
  })
}

function brandMark(brand: Brand): Html {
  if (brand.logoUrl === undefined) return markup`<span>${brand.name}</span>`
  return markup`<img src="${brand.logoUrl}" alt="${brand.name}" height="40">`
}
