/** Markup that is safe to send: made by `html`, which escapes what it is given. */
export type Html = { readonly markup: string }

/** What may stand in markup; `undefined` and `false` leave nothing. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[]

/** Markup with values in it, each escaped unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] ?? ''
  for (const [index, value] of values.entries()) {
    markup += markupOf(value) + (parts[index + 1] ?? '')
  }
  return { markup }
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  if ('markup' in value) return value.markup
  return value.map(markupOf).join('')
}

/** Text as HTML content or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** JSON for a `<script type="application/json">`: nothing in it can end the element. */
export function jsonBlock(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c')
  return { markup: `<script type="application/json" id="${escapeHtml(id)}">${json}</script>` }
}
