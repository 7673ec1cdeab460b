/**
 * Resend's webhooks, and events from the operator's own programs in the same form; both signed (Standard Webhooks).
 */
import { verifyWebhook, type SignedMessage } from '../../webhook-signature.ts'
import {
  recordIn,
  recordOf,
  stopMails,
  stoppingEvent,
  type MailEventOutcome,
  type MailEventDeps,
} from './mail-events.ts'
import { verifyResendEvent } from './transports/resend.ts'

/**
 * Handles Resend's reports about mails it has sent: a mailbox that is gone, or whose owner complained, gets no more;
 * one that is full or away for a while does. `forged`: the signature is not Resend's, or older than five minutes.
 */
export async function handleResendEvent(
  deps: MailEventDeps,
  message: SignedMessage,
): Promise<MailEventOutcome> {
  const event = deps.settings.RESEND_WEBHOOK_SECRETS.map((secret) =>
    verifyResendEvent(secret, message),
  ).find((one) => one !== undefined)
  if (event === undefined) return 'forged'
  return acceptEvent(deps, message.id, event)
}

/**
 * Handles the same from an operator's own program, with any mail provider: signed by one of
 * `MAIL_EVENT_SECRETS` (Standard Webhooks), in the form of Resend's events.
 */
export async function handleProgramEvent(
  deps: MailEventDeps,
  message: SignedMessage,
): Promise<MailEventOutcome> {
  const { settings, now } = deps
  if (!(await verifyWebhook(message, settings.MAIL_EVENT_SECRETS, now))) return 'forged'
  const { type, data } = recordIn(message.body)
  return acceptEvent(deps, `program:${message.id}`, { type, data: recordOf(data) })
}

async function acceptEvent(
  deps: MailEventDeps,
  id: string,
  { type, data }: { readonly type: unknown; readonly data: Readonly<Record<string, unknown>> },
): Promise<'accepted'> {
  const event = stoppingEvent(type, data)
  if (event !== undefined) await stopMails(deps, { ...event, id })
  return 'accepted'
}
