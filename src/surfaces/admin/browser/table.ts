import { h, type Child } from './dom.ts'

/** The head of a list. A column without a name is one of buttons. */
export function headOf(names: readonly string[]): HTMLElement {
  const cells = names.map((name) => (name === '' ? h('td') : h('th', { scope: 'col' }, name)))
  return h('thead', {}, h('tr', {}, cells))
}

/** A row of it: what stands under each name, which a narrow screen shows beside it. */
export function rowOf(cells: readonly (readonly [string, Child])[]): HTMLElement {
  return h(
    'tr',
    {},
    cells.map(([name, value]) => h('td', { 'data-label': name === '' ? undefined : name }, value)),
  )
}

/** What stands in a list of nothing. */
export function emptyRow(text: string, columns: number): HTMLElement {
  return h('tr', {}, h('td', { colspan: columns }, text))
}
