/** The view of invitations: list, invite, revoke. */
import { words } from './config.ts'
import { ask } from './dialog.ts'
import { actButton, namesOf, perform } from './do.ts'
import { field, h } from './dom.ts'
import { date } from './format.ts'
import type { Me } from './me.ts'
import { pages } from './pages.ts'
import { emptyRow, headOf, rowOf } from './table.ts'

/** An invitation as the API answers it. */
type Invitation = {
  readonly id: number
  readonly email: string
  readonly state: 'pending' | 'accepted' | 'revoked' | 'expired'
  readonly groups: readonly string[]
  readonly user_id: number | null
  readonly expires_at: string
}

const COLUMNS = [words.email, words.state, words.groups, words.until]

/** Invitations and their state. */
export function invitationsView(me: Me): HTMLElement {
  const mayInvite = me.scopes.includes('users:invite')
  const list = pages<Invitation>({
    path: 'invitations/',
    items: 'invitations',
    cursor: 'before',
    row: (one) => row(one, mayInvite, reload),
    empty: () => emptyRow(words.nothing, COLUMNS.length + 1),
  })
  function reload(): void {
    list.find('limit=50')
  }
  reload()
  return h(
    'section',
    {},
    h(
      'div',
      { class: 'row between' },
      h('h1', {}, words.invitations),
      mayInvite &&
        h(
          'button',
          { type: 'button', class: 'plain', onclick: () => void invite(reload) },
          words.invite,
        ),
    ),
    h('div', { class: 'card' }, h('table', { class: 'list' }, headOf([...COLUMNS, '']), list.rows)),
    list.more,
  )
}

/** The row of an invitation, with its button where it can be revoked. */
function row(one: Invitation, mayInvite: boolean, reload: () => void): HTMLElement {
  const isPending = one.state === 'pending'
  const state = h('span', { class: `badge ${isPending ? 'good' : 'quiet'}` }, words[one.state])
  return rowOf([
    [
      words.email,
      one.user_id === null ? one.email : h('a', { href: `#/people/${one.user_id}` }, one.email),
    ],
    [words.state, state],
    [words.groups, one.groups.join(', ')],
    [words.until, date(one.expires_at)],
    [
      '',
      isPending &&
        mayInvite &&
        actButton(
          words.takeBack,
          one.email,
          () => void perform({ path: `invitations/${one.id}/revoke/`, afterwards: reload }),
        ),
    ],
  ])
}

/** Asks for address and groups, and sends the invitation. */
async function invite(reload: () => void): Promise<void> {
  const given = await ask({
    title: words.invite,
    text: words.askInvite,
    action: words.invite,
    more: [
      field(
        words.email,
        h('input', { name: 'email', type: 'email', required: true, autocomplete: 'off' }),
      ),
      field(words.groups, h('input', { name: 'groups', autocomplete: 'off' }), words.groupsHint),
    ],
  })
  if (given === undefined) return
  const groups = namesOf(given.get('groups'))
  await perform({
    path: 'invitations/',
    body: { email: String(given.get('email')), ...(groups.length > 0 ? { groups } : {}) },
    afterwards: reload,
  })
}
