/** How an event of the audit log is shown; used by the activity view and by an account's view. */
import { words } from './config.ts'
import { h } from './dom.ts'
import { kindName, time } from './format.ts'

/** Something that happened, as the API answers it. */
export type AuditEvent = {
  readonly id: number
  readonly kind: string
  readonly user_id: number | null
  readonly happened_at: string
  readonly invited: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

/** The row of an event. */
export function eventRow(event: AuditEvent): HTMLElement {
  const { detail } = event
  return h(
    'tr',
    { 'data-id': event.id },
    h('td', { 'data-label': words.when }, time(event.happened_at)),
    h('td', { 'data-label': words.kind }, kindName(event.kind), changeOf(detail)),
    h(
      'td',
      { 'data-label': words.who },
      event.user_id === null
        ? (event.invited ?? '')
        : h('a', { href: `#/people/${event.user_id}` }, `#${event.user_id}`),
    ),
    h('td', { 'data-label': words.by }, doerOf(detail['by'])),
    h(
      'td',
      { 'data-label': words.from },
      `${String(detail['country'] ?? '')} ${String(detail['user_agent'] ?? '')}`.trim(),
    ),
  )
}

/** The table's head. */
export function eventHead(): HTMLElement {
  const names = [words.when, words.kind, words.who, words.by, words.from]
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

/** Who acted: staff, a machine key, or the user. */
function doerOf(by: unknown): string {
  if (typeof by !== 'object' || by === null || !('kind' in by)) return words.owner
  const id = 'id' in by ? ` #${String(by.id)}` : ''
  if (by.kind === 'operator') return words.operator
  return (by.kind === 'admin_key' ? words.machine : words.staff) + id
}

/** What changed, as old and new values. */
function changeOf(detail: AuditEvent['detail']): HTMLElement | undefined {
  const { before, after } = detail
  if (before === undefined && after === undefined) return undefined
  const text = [before, after].map((values) => (values === undefined ? '' : valuesOf(values)))
  return h('small', {}, text[0] === '' ? (text[1] ?? '') : text.join(' → '))
}

function valuesOf(values: unknown): string {
  if (typeof values !== 'object' || values === null) return ''
  return Object.entries(values)
    .map(([name, value]) => `${kindName(name)}: ${String(value)}`)
    .join(', ')
}
