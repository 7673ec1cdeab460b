/** Table parts that every list shares, with labels for narrow screens, where rows become cards. */
import { h, type Child } from './dom.ts'

/** The head of a list. A column without a name holds buttons. */
export function headOf(names: readonly string[]): HTMLElement {
  const cells = names.map((name) => (name === '' ? h('td') : h('th', { scope: 'col' }, name)))
  return h('thead', {}, h('tr', {}, cells))
}

/** A row: each cell with its column's name, which narrow screens show beside it. */
export function rowOf(cells: readonly (readonly [string, Child])[]): HTMLElement {
  return h(
    'tr',
    {},
    cells.map(([name, value]) => h('td', { 'data-label': name === '' ? undefined : name }, value)),
  )
}

/** What an empty list says. */
export function emptyRow(text: string, columns: number): HTMLElement {
  return h('tr', {}, h('td', { colspan: columns }, text))
}
