/** Markup that is safe to send: made by `markup`, which escapes what it is given. */
export type Html = { readonly html: string }

/** Values allowed in markup; `undefined` and `false` leave nothing. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[]

/** Markup with values in it, each escaped unless it is markup itself. */
export function markup(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let html = parts[0] ?? ''
  for (const [index, value] of values.entries()) html += htmlOf(value) + (parts[index + 1] ?? '')
  return { html }
}

function htmlOf(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  if ('html' in value) return value.html
  return value.map(htmlOf).join('')
}

/** Text as HTML content or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** JSON for scripts to read: nothing in it can end its element. */
export function jsonBlock(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c')
  return { html: `<script type="application/json" id="${escapeHtml(id)}">${json}</script>` }
}
