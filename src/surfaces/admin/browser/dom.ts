/**
 * Building elements. There is no other way by which this page makes markup, so text can never become HTML (XSS).
 */

/** What an element may hold. */
export type Child = Node | string | undefined | false | readonly Child[]

type Attributes = Readonly<Record<string, string | number | boolean | undefined | EventHandler>>
type EventHandler = (event: Event) => void

/** Makes an element. Text stays text: nothing that a user typed becomes markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  fill(element, attributes, children)
  return element
}

/** Makes an SVG element, which needs its namespace. */
export function svg(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  fill(element, attributes, children)
  return element
}

/** Sets attributes and listeners, and appends children. */
function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  add(element, children)
}

/** Appends children; `false` and `undefined` are nothing, so that conditions can be used in lists. */
function add(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue
    if (typeof child === 'string' || child instanceof Node) element.append(child)
    else add(element, child)
  }
}

let ids = 0

/** An id for an element that a label or a dialog refers to. */
export function newId(): string {
  ids += 1
  return `e${ids}`
}

/** A labelled field of a form. */
export function field(
  label: string,
  input: HTMLInputElement | HTMLSelectElement,
  hint?: string,
): HTMLElement {
  input.id ||= newId()
  const hintId = `${input.id}-hint`
  if (hint !== undefined) input.setAttribute('aria-describedby', hintId)
  return h(
    'div',
    { class: 'field' },
    h('label', { for: input.id }, label),
    input,
    hint !== undefined && h('small', { id: hintId }, hint),
  )
}

/** A choice among few. */
export function choice(
  name: string,
  options: readonly (readonly [string, string])[],
  chosen = '',
): HTMLSelectElement {
  return h(
    'select',
    { name },
    options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
  )
}

/** Shows a message for a while, and announces it to screen readers (`aria-live`). */
export function showStatus(message: string, tone: 'good' | 'bad' = 'good'): void {
  const status = document.getElementById('status')
  status?.replaceChildren(h('p', { class: `toast ${tone}` }, message))
  setTimeout(() => {
    if (status?.textContent === message) status.replaceChildren()
  }, 6_000)
}
