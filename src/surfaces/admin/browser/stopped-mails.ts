/** Addresses that get no more mails after a bounce or complaint, and lifting that. */
import { words } from './config.ts'
import { ask } from './dialog.ts'
import { actButton, perform } from './do.ts'
import { h } from './dom.ts'
import { date } from './format.ts'
import type { Me } from './me.ts'
import { pages } from './pages.ts'
import { emptyRow, headOf, rowOf } from './table.ts'

/** A suppressed address as the API answers it. */
type Suppression = {
  readonly address: string
  readonly reason: string
  readonly detail: string
  readonly since: string
}

const COLUMNS = [words.to, words.reason, words.since] as const

/** The list of suppressed addresses. */
export function stoppedMails(me: Me): HTMLElement {
  const mayLift = me.scopes.includes('mails:write')
  const list = pages<Suppression>({
    path: 'suppressions/',
    items: 'suppressions',
    cursor: 'after',
    row: (one) => row(one, mayLift, reload),
    empty: () => emptyRow(words.nothing, COLUMNS.length + 1),
  })
  function reload(): void {
    list.find('limit=50')
  }
  reload()
  return h(
    'div',
    { class: 'card' },
    h('h2', {}, words.stopped),
    h('table', { class: 'list' }, headOf([...COLUMNS, '']), list.rows),
    list.more,
  )
}

function row(one: Suppression, mayLift: boolean, reload: () => void): HTMLElement {
  const isBounce = one.reason === 'bounced'
  return rowOf([
    [words.to, one.address],
    [words.reason, `${isBounce ? words.bounced : words.complained} ${one.detail}`.trim()],
    [words.since, date(one.since)],
    ['', mayLift && actButton(words.lift, one.address, () => void lift(one.address, reload))],
  ])
}

/** Confirms and lifts a suppression. */
async function lift(address: string, reload: () => void): Promise<void> {
  const given = await ask({
    title: `${words.lift}: ${address}`,
    text: words.askLift,
    action: words.lift,
  })
  if (given === undefined) return
  await perform({ path: 'suppressions/lift/', body: { address }, afterwards: reload })
}
