/**
 * Lists that load page by page, by cursors: with offsets, rows that are added meanwhile would repeat or hide
 * others.
 */
import { call, faultOf } from './api.ts'
import { words } from './config.ts'
import { h, showStatus } from './dom.ts'

/** A list that grows page by page. */
export type Pages = {
  readonly rows: HTMLElement
  readonly more: HTMLElement
  /** Begins again under this query. */
  readonly find: (query: string) => void
}

/** Where the items are in an answer, how the next page is requested, and how an item is shown. */
type PagesOf<Item> = {
  readonly path: string
  readonly items: string
  readonly cursor: string
  readonly row: (item: Item) => HTMLElement
  readonly empty: () => HTMLElement
}

/** Makes such a list; an answer that arrives after another query was made is dropped. */
export function pages<Item>({ path, items, cursor, row, empty }: PagesOf<Item>): Pages {
  const rows = h('tbody')
  const more = h('button', { type: 'button', class: 'plain', hidden: true }, words.more)
  let query = ''
  let following = ''
  const load = async (after: string): Promise<void> => {
    const asked = query
    const answer = await call('GET', `${path}?${query}&${cursor}=${encodeURIComponent(after)}`)
    const fault = faultOf(answer)
    if (fault !== undefined) return showStatus(fault, 'bad')
    if (asked !== query) return
    if (after === '') rows.replaceChildren()
    rows.append(...(answer.body[items] as readonly Item[]).map(row))
    const { next } = answer.body
    more.hidden = next === null
    following = String(next)
    if (rows.childElementCount === 0 && next === null) rows.append(empty())
  }
  more.addEventListener('click', () => void load(following))
  return {
    rows,
    more,
    find: (text) => {
      query = text
      void load('')
    },
  }
}
