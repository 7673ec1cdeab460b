import { call, faultOf } from './api.ts'
import { words } from './config.ts'
import { h, tell } from './dom.ts'
import { count, kindName, time } from './format.ts'

type Mail = {
  readonly kind: string
  readonly user_id: number | null
  readonly address: string
  readonly attempts: number
  readonly next_attempt_at: string
}

/** How it stands with mails. */
export function mailsView(): HTMLElement {
  const place = h('div')
  void load(place)
  return h('section', {}, h('h1', {}, words.mails), place)
}

async function load(place: HTMLElement): Promise<void> {
  const answer = await call('GET', 'mails/?limit=200')
  const fault = faultOf(answer)
  if (fault !== undefined) return tell(fault, 'bad')
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
    h('div', { class: 'card' }, mails.length === 0 ? h('p', {}, words.nothing) : table(mails)),
  )
}

function table(mails: readonly Mail[]): HTMLElement {
  const names = [words.kind, words.to, words.tries, words.nextTry]
  return h(
    'table',
    { class: 'list' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        names.map((name) => h('th', { scope: 'col' }, name)),
      ),
    ),
    h(
      'tbody',
      {},
      mails.map((mail) =>
        h(
          'tr',
          {},
          h('td', { 'data-label': words.kind }, kindName(mail.kind)),
          h(
            'td',
            { 'data-label': words.to },
            mail.user_id === null
              ? mail.address
              : h('a', { href: `#/people/${mail.user_id}` }, mail.address),
          ),
          h('td', { 'data-label': words.tries }, count(mail.attempts)),
          h('td', { 'data-label': words.nextTry }, time(mail.next_attempt_at)),
        ),
      ),
    ),
  )
}
