/** The audit log as a page: events by kind, the newest first, kept current while the page is visible. */
import { call } from './api.ts'
import { words } from './config.ts'
import { field, h } from './dom.ts'
import { eventHead, eventRow, type AuditEvent } from './events.ts'
import { pages } from './pages.ts'

/** Pause between two polls. Long polling would hold a connection of the Worker for each open page. */
const LIVE_MS = 5_000
/** Kinds of events that the filter offers, the security-relevant ones first. */
const KINDS = [
  'login',
  'login_failed',
  'registered',
  'password_changed',
  'email_changed',
  'refresh_token_reused',
  'rights_changed',
  'impersonated',
  'deleted',
]

/** The view: filters, and the list below. */
export function activityView(): HTMLElement {
  const empty = () => h('tr', {}, h('td', { colspan: 5 }, words.nothing))
  const list = pages<AuditEvent>({
    path: 'audit/',
    items: 'events',
    cursor: 'before',
    row: eventRow,
    empty,
  })
  const kind = h('input', {
    name: 'kind',
    list: 'kinds',
    autocomplete: 'off',
    placeholder: words.anyKind,
  })
  const byOthers = h('input', { type: 'checkbox', name: 'by_others' })
  const live = h('input', { type: 'checkbox', name: 'live', checked: true })
  const query = () =>
    `kind=${encodeURIComponent(kind.value.trim())}${byOthers.checked ? '&by_others=true' : ''}`
  for (const input of [kind, byOthers]) {
    input.addEventListener('change', () => {
      list.find(query())
    })
  }
  list.find(query())
  const view = h(
    'section',
    {},
    h('h1', {}, words.activity),
    h('div', { class: 'row' }, field(words.kind, kind), kinds(), boxes(byOthers, live)),
    h('div', { class: 'card' }, h('table', { class: 'list' }, eventHead(), list.rows)),
    list.more,
  )
  keepFresh(view, list.rows, () => (live.checked ? query() : undefined))
  return view
}

/** The choice among kinds of events. */
function kinds(): HTMLElement {
  return h(
    'datalist',
    { id: 'kinds' },
    KINDS.map((value) => h('option', { value })),
  )
}

/** The two checkboxes: only what others did, and keep updating. */
function boxes(byOthers: HTMLElement, live: HTMLElement): readonly HTMLElement[] {
  return [
    h('label', { class: 'check' }, byOthers, words.byOthers),
    h('label', { class: 'check' }, live, words.live),
  ]
}

/** Prepends new events, as long as the view is on the page and the tab is visible. */
function keepFresh(view: Node, rows: HTMLElement, query: () => string | undefined): void {
  const refresh = async (): Promise<void> => {
    const asked = query()
    if (asked === undefined || document.hidden) return
    const answer = await call('GET', `audit/?${asked}&limit=50`)
    if (answer.status !== 200 || asked !== query()) return
    const newest = Number(rows.firstElementChild?.getAttribute('data-id') ?? 0)
    const events = answer.body['events'] as readonly AuditEvent[]
    rows.prepend(...events.filter(({ id }) => id > newest).map(eventRow))
  }
  const timer = setInterval(() => {
    if (view.isConnected) void refresh()
    else clearInterval(timer)
  }, LIVE_MS)
}
