import { sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { foldEmail } from '../users/email.ts'
import { insertSuppressions, type SuppressionReason } from './suppressions.sql.ts'
import { verifyResendEvent } from './transports/resend.ts'

/** A message as it came. */
export type SignedMessage = {
  readonly body: string
  readonly id: string
  readonly timestamp: string
  readonly signature: string
}

/**
 * Hears what Resend tells of mails it has sent: a mailbox that is gone, or whose owner complained, gets no more; one
 * that is full or away for a while does. `forged`: the signature is not Resend's, or older than five minutes.
 */
export async function handleResendEvent(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'log'>,
  message: SignedMessage,
): Promise<'accepted' | 'forged'> {
  const event = deps.settings.RESEND_WEBHOOK_SECRETS.map((secret) =>
    verifyResendEvent(secret, message),
  ).find((one) => one !== undefined)
  if (event === undefined) return 'forged'
  const verdict = verdictOf(event.type, event.data)
  if (verdict === undefined) return 'accepted'
  const stopped = await insertSuppressions(
    deps.db,
    {
      ...verdict,
      emailsFolded: recipientsOf(event.data),
      nonceHash: await sha256Hex(message.id),
    },
    deps.now,
  )
  const { reason, detail } = verdict
  deps.log({ level: 'info', event: `email_${reason}`, detail, addresses: stopped.length })
  return 'accepted'
}

type EventData = Readonly<Record<string, unknown>>

/** Permanent bounces and complaints; `undefined` for all else. */
function verdictOf(
  type: string,
  data: EventData,
): { readonly reason: SuppressionReason; readonly detail: string } | undefined {
  if (type === 'email.complained') return { reason: 'complained', detail: '' }
  if (type !== 'email.bounced') return undefined
  const { bounce } = data
  if (typeof bounce !== 'object' || bounce === null) return undefined
  const kind = 'type' in bounce ? wordOf(bounce.type) : ''
  const subtype = 'subType' in bounce ? wordOf(bounce.subType) : ''
  if (!/^(?:permanent|hard)$/i.test(kind)) return undefined
  return { reason: 'bounced', detail: [kind, subtype].filter((word) => word !== '').join(' ') }
}

/** A word of the provider's own; a sentence may quote an address. */
function wordOf(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z]{1,40}$/.test(value) ? value : ''
}

const MAX_RECIPIENTS = 50

function recipientsOf({ to }: EventData): readonly string[] {
  const addresses = Array.isArray(to) ? to : [to]
  return addresses
    .filter((one): one is string => typeof one === 'string' && one.includes('@'))
    .slice(0, MAX_RECIPIENTS)
    .map((one) => foldEmail(addressIn(one)))
}

/** `Name <address>`, or an address alone. */
function addressIn(text: string): string {
  return /<([^<>]+)>\s*$/.exec(text)?.[1]?.trim() ?? text.trim()
}
