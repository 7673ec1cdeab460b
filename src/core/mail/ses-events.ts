/** Bounces and complaints of Amazon SES, which arrive through SNS topics that the settings name. */
import type { Deps } from '../../deps.ts'
import {
  recordIn,
  recordOf,
  stopMails,
  wordOf,
  type MailEventOutcome,
  type MailEvent,
  type MailEventDeps,
} from './mail-events.ts'
import { verifySnsMessage, type SnsMessage } from './sns-message.ts'

/**
 * Handles Amazon SES's reports about mails, from a topic of SNS, one of `SES_TOPIC_ARNS`; the first message of a topic
 * asks to confirm the subscription, which is done.
 *
 * @throws where Amazon cannot be reached: SNS repeats what was not answered
 */
export async function handleSesEvent(
  deps: MailEventDeps & Pick<Deps, 'fetch'>,
  body: string,
): Promise<MailEventOutcome> {
  const { settings, now, fetch: request } = deps
  const message = await verifySnsMessage(body, {
    topics: settings.SES_TOPIC_ARNS,
    now,
    fetch: request,
  })
  if (message === undefined) return 'forged'
  if (message.Type === 'SubscriptionConfirmation') await subscribe(deps, message)
  const event = message.Type === 'Notification' ? eventOf(message) : undefined
  if (event !== undefined) await stopMails(deps, event)
  return 'accepted'
}

const DEADLINE_MS = 10_000

/** `SubscribeURL` is of SNS: the verification has looked. */
async function subscribe(
  { fetch: request, log }: Pick<Deps, 'fetch' | 'log'>,
  { SubscribeURL: url = '' }: SnsMessage,
): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const response = await request(url, { redirect: 'manual', signal })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`SNS answered ${response.status} to a subscription`)
  log({ level: 'info', event: 'mail_events_subscribed' })
}

/** SES names the kind in `notificationType`, or in `eventType` where a configuration set publishes events. */
function eventOf({ MessageId, Message }: SnsMessage): MailEvent | undefined {
  const told = recordIn(Message)
  const kind = told['notificationType'] ?? told['eventType']
  const id = `ses:${MessageId}`
  if (kind === 'Complaint') {
    const recipients = addressesIn(recordOf(told['complaint'])['complainedRecipients'])
    return { id, reason: 'complained', detail: '', recipients }
  }
  const bounce = recordOf(told['bounce'])
  if (kind !== 'Bounce' || bounce['bounceType'] !== 'Permanent') return undefined
  const detail = `Permanent ${wordOf(bounce['bounceSubType'])}`.trimEnd()
  return { id, reason: 'bounced', detail, recipients: addressesIn(bounce['bouncedRecipients']) }
}

function addressesIn(recipients: unknown): readonly unknown[] {
  return Array.isArray(recipients) ? recipients.map((one) => recordOf(one)['emailAddress']) : []
}
