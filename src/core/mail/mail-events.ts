/**
 * What reports of bounces and complaints do, whichever service sends them: the address gets no more mails. Sending
 * on would ruin the sender's reputation.
 */
import { sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { foldEmail } from '../users/email.ts'
import { insertSuppressions, type SuppressionReason } from './suppressions.sql.ts'

/** The slice of `Deps` that handling events about mails needs. */
export type MailEventDeps = Pick<Deps, 'db' | 'settings' | 'now' | 'log'>

/** What became of a message about mails. `forged`: nothing proves that it comes from who sends them. */
export type MailEventOutcome = 'accepted' | 'forged'

/** A mailbox that is gone, or whose owner complained. */
export type MailEvent = {
  /** From the reporting message, unlike those of other providers. */
  readonly id: string
  readonly reason: SuppressionReason
  /** Words of the provider's own. */
  readonly detail: string
  /** Addresses, perhaps with names; what is none is passed over. */
  readonly recipients: readonly unknown[]
}

const MAX_RECIPIENTS = 50

/** Stops mails to mailboxes, once for each message. One round trip. */
export async function stopMails(deps: MailEventDeps, event: MailEvent): Promise<void> {
  const { reason, detail } = event
  const emailsFolded = event.recipients
    .filter((one): one is string => typeof one === 'string' && one.includes('@'))
    .slice(0, MAX_RECIPIENTS)
    .map((one) => foldEmail(addressIn(one)))
  const row = { emailsFolded, reason, detail, nonceHash: await sha256Hex(event.id) }
  const stopped = await insertSuppressions(deps.db, row, deps.now)
  deps.log({ level: 'info', event: `email_${reason}`, detail, addresses: stopped.length })
}

/** `Name <address>`, or an address alone. */
function addressIn(text: string): string {
  return /<([^<>]+)>\s*$/.exec(text)?.[1]?.trim() ?? text.trim()
}

type EventData = Readonly<Record<string, unknown>>

/**
 * Permanent bounces and complaints in the form of Resend's events, which programs of operators use, too: `type`,
 * `data.to` and `data.bounce`. `undefined` for all else.
 */
export function stoppingEvent(type: unknown, data: EventData): Omit<MailEvent, 'id'> | undefined {
  const recipients = Array.isArray(data['to']) ? data['to'] : [data['to']]
  if (type === 'email.complained') return { reason: 'complained', detail: '', recipients }
  const bounce = recordOf(data['bounce'])
  const kind = wordOf(bounce['type'])
  if (type !== 'email.bounced' || !/^(?:permanent|hard)$/i.test(kind)) return undefined
  const detail = `${kind} ${wordOf(bounce['subType'])}`.trimEnd()
  return { reason: 'bounced', detail, recipients }
}

/** A word of the provider's own; a sentence may quote an address. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z]{1,40}$/.test(value) ? value : ''
}

/** A JSON object; an empty one where it is something else. */
export function recordOf(value: unknown): EventData {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** The JSON object in a text; an empty one where there is none. */
export function recordIn(text: string): EventData {
  try {
    return recordOf(JSON.parse(text))
  } catch {
    return {}
  }
}
