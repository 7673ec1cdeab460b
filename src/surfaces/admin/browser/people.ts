/** The view of accounts: search, list, create. */
import { call, faultOf } from './api.ts'
import { words } from './config.ts'
import { ask } from './dialog.ts'
import { choice, field, h, showStatus } from './dom.ts'
import { date } from './format.ts'
import type { Me } from './me.ts'
import { pages } from './pages.ts'

/** One line of the list, as the API answers it. */
type Listed = {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly is_active: boolean
  readonly is_staff: boolean
  readonly is_superuser: boolean
  readonly is_verified: boolean
  readonly last_login: string | null
}

const STATES: Readonly<Record<string, string>> = {
  active: 'active=true',
  inactive: 'active=false',
  staff: 'staff=true',
  unverified: 'verified=false',
}

/** The search form and its results. */
export function peopleView(me: Me): HTMLElement {
  const empty = () => h('tr', {}, h('td', { colspan: 4 }, words.nobody))
  const list = pages<Listed>({ path: 'users/', items: 'users', cursor: 'after', row, empty })
  const isWriter = me.scopes.includes('users:write')
  return h(
    'section',
    {},
    h(
      'div',
      { class: 'row between' },
      h('h1', {}, words.people),
      isWriter &&
        h(
          'button',
          { type: 'button', class: 'plain', onclick: () => void create() },
          words.newPerson,
        ),
    ),
    searchForm(me, list.find),
    h('div', { class: 'card' }, h('table', { class: 'list' }, head(), list.rows)),
    list.more,
  )
}

/** The form: a term, and filters that the server has indexes for. */
function searchForm(me: Me, find: (query: string) => void): HTMLElement {
  const text = h('input', { type: 'search', name: 'search', autocomplete: 'off' })
  const state = choice('state', [
    ['', words.anyState],
    ['active', words.onlyActive],
    ['inactive', words.onlyInactive],
    ['staff', words.onlyStaff],
    ['unverified', words.onlyUnverified],
  ])
  const names = me.providers.map((name) => [name, name] as const)
  const provider = choice('provider', [['', words.anyProvider], ...names])
  const own = me.own_fields.map((name) => [name, name] as const)
  const by = choice('by', [['', words.byName], ...own])
  const search = (): void => {
    const of = provider.value === '' ? '' : `&provider=${encodeURIComponent(provider.value)}`
    const wanted = encodeURIComponent(text.value.trim())
    const isByField = by.value !== '' && wanted !== ''
    const what = isByField
      ? `field=${encodeURIComponent(by.value)}&value=${wanted}`
      : `search=${wanted}`
    find(`${what}&${STATES[state.value] ?? ''}${of}`)
  }
  const form = h(
    'form',
    { role: 'search', class: 'row' },
    field(words.find, text, words.findHint),
    own.length > 0 && field(words.findBy, by),
    field(words.state, state),
    me.providers.length > 0 && field(words.provider, provider),
    h('button', { type: 'submit' }, words.find),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    search()
  })
  state.addEventListener('change', search)
  provider.addEventListener('change', search)
  search()
  return form
}

/** The table's head. */
function head(): HTMLElement {
  const names = [words.username, words.email, words.lastLogin, words.state]
  return h(
    'thead',
    {},
    h(
      'tr',
      {},
      names.map((name) => h('th', { scope: 'col' }, name)),
    ),
  )
}

/** The row of an account, linked to its view. */
function row(user: Listed): HTMLElement {
  const name = `${user.first_name} ${user.last_name}`.trim()
  return h(
    'tr',
    {},
    h(
      'td',
      {},
      h('a', { href: `#/people/${user.id}` }, user.username),
      name !== '' && h('small', {}, name),
    ),
    h('td', { 'data-label': words.email }, user.email),
    h('td', { 'data-label': words.lastLogin }, date(user.last_login)),
    h('td', { 'data-label': words.state }, badges(user)),
  )
}

/** What is unusual about an account: inactive, unverified, staff. */
export function badges(
  user: Pick<Listed, 'is_active' | 'is_staff' | 'is_superuser'> & {
    readonly is_verified?: boolean
  },
): readonly HTMLElement[] {
  const badge = (text: string, tone: string) => h('span', { class: `badge ${tone}` }, text)
  return [
    user.is_active ? badge(words.active, 'good') : badge(words.inactive, 'bad'),
    ...(user.is_superuser
      ? [badge(words.superuser, 'brand')]
      : user.is_staff
        ? [badge(words.staff, 'brand')]
        : []),
    ...(user.is_verified === false ? [badge(words.unverified, 'quiet')] : []),
  ]
}

/** Asks for the data of a new account and creates it. */
async function create(): Promise<void> {
  const given = await ask({
    title: words.newPerson,
    text: words.mailLink,
    action: words.create,
    more: [
      field(words.username, h('input', { name: 'username', required: true, autocomplete: 'off' })),
      field(
        words.email,
        h('input', { name: 'email', type: 'email', required: true, autocomplete: 'off' }),
      ),
    ],
  })
  if (given === undefined) return
  const answer = await call('POST', 'users/', {
    username: String(given.get('username')),
    email: String(given.get('email')),
    send_reset: true,
  })
  const fault = faultOf(answer)
  if (fault !== undefined) return showStatus(fault, 'bad')
  showStatus(words.done)
  location.hash = `#/people/${String(answer.body['id'])}`
}
