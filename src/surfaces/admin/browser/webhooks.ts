/** The view of webhook deliveries: what waits, what was given up, and sending again. */
import { words } from './config.ts'
import { ask } from './dialog.ts'
import { actButton, perform } from './do.ts'
import { h, newId } from './dom.ts'
import { count, time } from './format.ts'
import type { Me } from './me.ts'
import { pages } from './pages.ts'
import { emptyRow, headOf, rowOf } from './table.ts'

/** A delivery as the API answers it. */
type Delivery = {
  readonly id: number
  readonly receiver: string
  readonly event: string
  readonly tries: number
  readonly created_at: string
  readonly next_try_at: string | null
  readonly reason: string | null
}

const COLUMNS = [
  words.receiver,
  words.kind,
  words.when,
  words.tries,
  words.nextTry,
  words.reason,
] as const

/** Deliveries that wait or were given up. */
export function webhooksView(me: Me): HTMLElement {
  const mayReplay = me.scopes.includes('webhooks:write')
  const onlyGivenUp = h('input', { type: 'checkbox', id: newId() })
  const list = pages<Delivery>({
    path: 'webhooks/',
    items: 'deliveries',
    cursor: 'before',
    row: (one) => row(one, mayReplay, reload),
    empty: () => emptyRow(words.nothing, COLUMNS.length + 1),
  })
  function reload(): void {
    list.find(`failed=${onlyGivenUp.checked}`)
  }
  onlyGivenUp.addEventListener('change', reload)
  reload()
  return h(
    'section',
    {},
    h(
      'div',
      { class: 'row between' },
      h('h1', {}, words.webhooks),
      mayReplay &&
        h(
          'button',
          { type: 'button', class: 'plain', onclick: () => void replayAll(reload) },
          words.replayAll,
        ),
    ),
    h('label', { class: 'check' }, onlyGivenUp, words.onlyGivenUp),
    h('div', { class: 'card' }, h('table', { class: 'list' }, headOf([...COLUMNS, '']), list.rows)),
    list.more,
  )
}

/** The row of a delivery; one that was given up has a button. */
function row(one: Delivery, mayReplay: boolean, reload: () => void): HTMLElement {
  const isGivenUp = one.next_try_at === null
  return rowOf([
    [words.receiver, one.receiver],
    [words.kind, one.event],
    [words.when, time(one.created_at)],
    [words.tries, count(one.tries)],
    [
      words.nextTry,
      isGivenUp ? h('span', { class: 'badge bad' }, words.givenUp) : time(one.next_try_at),
    ],
    [words.reason, one.reason ?? ''],
    [
      '',
      isGivenUp &&
        mayReplay &&
        actButton(
          words.replay,
          `${one.receiver} #${one.id}`,
          () => void perform({ path: `webhooks/${one.id}/replay/`, afterwards: reload }),
        ),
    ],
  ])
}

/** Sends all that were given up, under their old ids: receivers recognise repeats by them. */
async function replayAll(reload: () => void): Promise<void> {
  const given = await ask({
    title: words.replayAll,
    text: words.askReplayAll,
    action: words.replayAll,
  })
  if (given !== undefined) await perform({ path: 'webhooks/replay/', afterwards: reload })
}
