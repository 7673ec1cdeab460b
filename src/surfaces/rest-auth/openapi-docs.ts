/**
 * `docs/`: the API as a page for people, made from the OpenAPI document. Written by hand instead of Swagger UI:
 * that would be a megabyte of script from elsewhere on the origin that holds everyone's credentials.
 */
import { encodeBase64Url } from '../../crypto.ts'
import { escapeHtml } from '../../html.ts'
import { brandOf, type BrandSettings } from '../../settings/brand.ts'
import { headerName } from '../../web/csrf.ts'
import type { OpenApiDocument, Operation } from './openapi.ts'
import { asSchema, type Schema } from './openapi-schema.ts'
import type { Settings } from '../../settings/parse.ts'
import { DOCS_SCRIPT } from './openapi-docs-script.ts'
import { DOCS_STYLE } from './openapi-docs-style.ts'

/** 144 bits: a Content Security Policy nonce must be unguessable (CSP3 §3.1 recommends 128). */
const NONCE_BYTES = 18

/** A page to read the API and to try it on this very service. Its policy allows nothing from elsewhere. */
export function docsPage(
  document: OpenApiDocument,
  settings: BrandSettings & Pick<Settings, 'CSRF_COOKIE_NAME' | 'CSRF_HEADER_NAME' | 'URL_PREFIX'>,
  randomBytes: (length: number) => Uint8Array,
): Response {
  const nonce = encodeBase64Url(randomBytes(NONCE_BYTES))
  return new Response(pageHtml(document, settings, nonce), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    },
  })
}

function pageHtml(
  document: OpenApiDocument,
  settings: BrandSettings & Pick<Settings, 'CSRF_COOKIE_NAME' | 'CSRF_HEADER_NAME' | 'URL_PREFIX'>,
  nonce: string,
): string {
  const title = `${String(document.info['title'])} API`
  const brand = brandOf(settings)
  const groups = document.tags.map(({ name }) => groupHtml(document, name))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<meta name="robots" content="noindex">
<style nonce="${nonce}">:root{--brand:${brand.color};--on-brand:${brand.onColor}}${DOCS_STYLE}</style>
</head>
<body data-csrf-cookie="${escapeHtml(settings.CSRF_COOKIE_NAME)}" data-csrf-header="${escapeHtml(headerName(settings.CSRF_HEADER_NAME))}">
<header>
<p class="brand">${escapeHtml(brand.name)}</p>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(String(document.info['description']))}</p>
<p>The same for programs: <a href="${escapeHtml(settings.URL_PREFIX)}openapi.json">openapi.json</a></p>
<p class="credentials"><label for="authorization">Authorization header of what you send</label>
<input id="authorization" autocomplete="off" spellcheck="false" placeholder="filled by a login"></p>
</header>
<main>${groups.join('')}</main>
<script nonce="${nonce}">${DOCS_SCRIPT}</script>
</body>
</html>`
}

function groupHtml(document: OpenApiDocument, tag: string): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { tags }]) => method !== 'options' && tags.includes(tag))
      .map(([method, one]) => operationHtml(document, { path, method: method.toUpperCase(), one })),
  )
  return `<section aria-labelledby="tag-${tag}"><h2 id="tag-${tag}">${escapeHtml(tag)}</h2>${operations.join('')}</section>`
}

/** An operation with its place in the document. */
type Shown = { readonly path: string; readonly method: string; readonly one: Operation }

function operationHtml(document: OpenApiDocument, shown: Shown): string {
  const { path, method, one } = shown
  const needsLogin =
    one.security.length > 0 && one.security.every((way) => Object.keys(way).length > 0)
  const { description = '' } = one
  return `<details id="${one.operationId}">
<summary><span class="method ${method.toLowerCase()}">${method}</span> <code>${escapeHtml(path)}</code> ${escapeHtml(one.summary)}</summary>
${description === '' ? '' : `<p class="description">${escapeHtml(description)}</p>`}
<p>${needsLogin ? `Needs a login: ${namesOf(one)}.` : 'Open to anyone.'}</p>
${formHtml(document, shown)}
<h3>Answers</h3>
<dl>${Object.entries(one.responses).map(answerHtml).join('')}</dl>
</details>`
}

/** The names of the security schemes that an operation accepts. */
function namesOf({ security }: Operation): string {
  return security
    .flatMap((way) => Object.keys(way))
    .map((name) => `<code>${escapeHtml(name)}</code>`)
    .join(' or ')
}

/** The form that sends a request. Hidden until the script is there to send it. */
function formHtml(document: OpenApiDocument, { path, method, one }: Shown): string {
  const prefix = one.operationId
  const body = bodySchema(document, one)
  const required: readonly unknown[] = Array.isArray(body['required']) ? body['required'] : []
  const parameters = (one.parameters ?? []).filter((parameter) => parameter['in'] === 'path')
  const inputs = [
    ...parameters.map(({ name }) =>
      inputHtml(prefix, { name: String(name), field: {}, kind: 'path' }),
    ),
    ...Object.entries(asSchema(body['properties'])).map(([name, field]) =>
      inputHtml(prefix, {
        name,
        field: asSchema(field),
        kind: required.includes(name) ? 'required' : 'optional',
      }),
    ),
  ]
  return `<form hidden data-method="${method}" data-path="${escapeHtml(path)}"${one.requestBody === undefined ? '' : ' data-body'}>
${inputs.join('\n')}
<button>Send ${method}<span class="hint"> to ${escapeHtml(path)}</span></button>
<pre aria-live="polite" tabindex="0" aria-label="Answer of ${escapeHtml(`${method} ${path}`)}"></pre>
</form>`
}

/** The schema of an operation's body, references resolved. */
function bodySchema(document: OpenApiDocument, { requestBody }: Operation): Schema {
  const name = String(requestBody?.content['application/json']?.schema['$ref'] ?? '')
  return document.components.schemas[name.replace('#/components/schemas/', '')] ?? {}
}

function inputHtml(
  prefix: string,
  {
    name,
    field,
    kind,
  }: {
    readonly name: string
    readonly field: Schema
    readonly kind: 'path' | 'required' | 'optional'
  },
): string {
  const id = `${prefix}-${name}`
  const type = field['format'] === 'password' ? 'password' : 'text'
  const facts = [
    kind === 'path' ? 'part of the path' : kind,
    ...(field['format'] === 'email' ? ['an e-mail address'] : []),
    ...(field['maxLength'] === undefined
      ? []
      : [`at most ${String(field['maxLength'])} characters`]),
    ...(field['description'] === undefined ? [] : [String(field['description'])]),
  ]
  return `<p><label for="${id}"><code>${escapeHtml(name)}</code></label>
<input id="${id}" name="${escapeHtml(name)}" type="${type}" autocomplete="off" spellcheck="false" data-kind="${kind}" aria-describedby="${id}-facts">
<small id="${id}-facts">${escapeHtml(facts.join(', '))}</small></p>`
}

/** One answer: its status, its meaning, an example. */
function answerHtml([status, answer]: readonly [string, Operation['responses'][string]]): string {
  const media = answer.content?.['application/json']
  const example =
    media?.example === undefined
      ? ''
      : `<pre tabindex="0" aria-label="Example of ${status}">${escapeHtml(JSON.stringify(media.example, null, 2))}</pre>`
  return `<dt>${escapeHtml(status)}</dt><dd>${escapeHtml(answer.description)}${example}</dd>`
}
