/** The view of the outbox: which mails wait, why, and sending one now. */
import { call, faultOf } from './api.ts'
import { words } from './config.ts'
import { actButton, perform } from './do.ts'
import { h, showStatus } from './dom.ts'
import { count, kindName, time } from './format.ts'
import type { Me } from './me.ts'
import { stoppedMails } from './stopped-mails.ts'
import { headOf, rowOf } from './table.ts'

/** A waiting mail as the API answers it. */
type Mail = {
  readonly id: number
  readonly kind: string
  readonly user_id: number | null
  readonly address: string
  readonly attempts: number
  readonly next_attempt_at: string
}

/** The outbox, and addresses that get no mails. */
export function mailsView(me: Me): HTMLElement {
  const place = h('div')
  void load(place, me)
  return h('section', {}, h('h1', {}, words.mails), place, stoppedMails(me))
}

/** Loads the state of mails and shows it. */
async function load(place: HTMLElement, me: Me): Promise<void> {
  const answer = await call('GET', 'mails/?limit=200')
  const fault = faultOf(answer)
  if (fault !== undefined) return showStatus(fault, 'bad')
  const { waiting, retried, oldest_at: oldest, can_send: canSend } = answer.body
  const mails = answer.body['mails'] as readonly Mail[]
  const fact = (name: string, value: string) => h('div', {}, h('dt', {}, name), h('dd', {}, value))
  place.replaceChildren(
    ...(canSend === false ? [h('p', { class: 'note bad' }, words.cannotSend)] : []),
    h(
      'dl',
      { class: 'facts card' },
      fact(words.waiting, count(Number(waiting))),
      fact(words.retried, count(Number(retried))),
      fact(words.oldest, oldest === null ? '–' : time(oldest)),
    ),
    h(
      'div',
      { class: 'card' },
      mails.length === 0 ? h('p', {}, words.nothing) : table(mails, me, () => load(place, me)),
    ),
  )
}

/** The table of waiting mails. */
function table(mails: readonly Mail[], me: Me, reload: () => Promise<void>): HTMLElement {
  const maySend = me.scopes.includes('mails:write')
  const rows = mails.map((mail) =>
    rowOf([
      [words.kind, kindName(mail.kind)],
      [
        words.to,
        mail.user_id === null
          ? mail.address
          : h('a', { href: `#/people/${mail.user_id}` }, mail.address),
      ],
      [words.tries, count(mail.attempts)],
      [words.nextTry, time(mail.next_attempt_at)],
      [
        '',
        maySend &&
          actButton(
            words.resend,
            mail.address,
            () => void perform({ path: `mails/${mail.id}/resend/`, afterwards: reload }),
          ),
      ],
    ]),
  )
  const names = [words.kind, words.to, words.tries, words.nextTry, '']
  return h('table', { class: 'list' }, headOf(names), h('tbody', {}, rows))
}
