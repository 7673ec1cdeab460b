/**
 * The page's entry: signs in, builds the navigation from the caller's scopes, and shows the view that the address
 * names. Views are routed by `#`, so the server has one page.
 */
import { activityView } from './activity.ts'
import { call, faultOf } from './api.ts'
import { words } from './config.ts'
import { h } from './dom.ts'
import { invitationsView } from './invitations.ts'
import { mailsView } from './mails.ts'
import type { Me } from './me.ts'
import { overviewView } from './overview.ts'
import { peopleView } from './people.ts'
import { personView } from './person.ts'
import { webhooksView } from './webhooks.ts'
import { installProveAgain, signInView, signOut } from './sign-in.ts'

/** A view with its address and name; whether the caller may open it. */
type Place = {
  readonly hash: string
  readonly label: string
  readonly scope: string
  readonly view: (me: Me) => HTMLElement
}

const PLACES: readonly Place[] = [
  { hash: '#/overview', label: words.overview, scope: 'counters:read', view: overviewView },
  { hash: '#/people', label: words.people, scope: 'users:read', view: peopleView },
  { hash: '#/activity', label: words.activity, scope: 'audit:read', view: activityView },
  {
    hash: '#/invitations',
    label: words.invitations,
    scope: 'users:read',
    view: invitationsView,
  },
  { hash: '#/webhooks', label: words.webhooks, scope: 'webhooks:read', view: webhooksView },
  { hash: '#/mails', label: words.mails, scope: 'mails:read', view: mailsView },
]

const content = document.getElementById('content')
const nav = document.getElementById('nav')
let me: Me | undefined

/** Finds out who is signed in; otherwise shows the form. */
async function begin(): Promise<void> {
  const answer = await call('GET', 'me/')
  if (answer.status === 401) return enter(signInView(() => void begin()))
  const fault = faultOf(answer)
  if (fault !== undefined) return enter(refusal(fault))
  me = answer.body as unknown as Me // `Me` of the API's description
  go()
}

/** What a user without rights sees. */
function refusal(fault: string): HTMLElement {
  return h(
    'section',
    { class: 'card narrow' },
    h('h1', {}, words.title),
    h('p', { class: 'note bad' }, fault),
    h('button', { type: 'button', class: 'plain', onclick: leave }, words.signOut),
  )
}

/** Shows the navigation and the first view after signing in. */
function enter(view: HTMLElement): void {
  if (nav !== null) nav.hidden = true
  put(view)
}

/** Replaces what is shown. */
function put(view: HTMLElement): void {
  content?.replaceChildren(view)
  document.documentElement.dataset['ready'] = ''
}

/** Shows the view that the address names. */
function go(): void {
  if (me === undefined) return
  const mine = me
  const [, id] = /^#\/people\/(\d+)$/.exec(location.hash) ?? []
  const open = PLACES.filter(
    ({ scope, hash }) =>
      mine.scopes.includes(scope) && (hash !== '#/webhooks' || mine.has_webhooks),
  )
  const [first] = open
  const place = open.find(({ hash }) => location.hash.startsWith(hash)) ?? first
  if (place === undefined) return enter(refusal(words.forbidden))
  showNav(open, place)
  put(id === undefined ? place.view(mine) : personView(mine, id))
}

/** The navigation: views that the caller's scopes open, the current one marked (`aria-current`). */
function showNav(open: readonly Place[], current: Place): void {
  if (nav === null) return
  nav.hidden = false
  nav.replaceChildren(
    ...open.map((place) =>
      h(
        'a',
        { href: place.hash, 'aria-current': place === current ? 'page' : undefined },
        place.label,
      ),
    ),
    h('button', { type: 'button', class: 'plain', onclick: leave }, words.signOut),
  )
}

/** Signs out and starts over. */
function leave(): void {
  void signOut().then(() => {
    me = undefined
    location.hash = ''
    return begin()
  })
}

installProveAgain()
addEventListener('hashchange', () => {
  go()
  content?.focus()
})
void begin()
