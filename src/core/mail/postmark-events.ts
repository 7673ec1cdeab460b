/** Postmark's webhooks. They carry no signature but HTTP Basic credentials, compared in constant time. */
import { constantTimeEqualText, sha256Hex } from '../../crypto.ts'
import {
  recordIn,
  stopMails,
  wordOf,
  type MailEventOutcome,
  type MailEvent,
  type MailEventDeps,
} from './mail-events.ts'

/** Types of bounces after which Postmark sends to the address no more: there is no such mailbox. */
const HARD = ['HardBounce', 'BadEmailAddress']

/**
 * Handles Postmark's reports about mails it has sent. It signs nothing: the name and the password in the address that
 * it calls (HTTP Basic, as it recommends) are its proof, one of `POSTMARK_WEBHOOK_CREDENTIALS`.
 */
export async function handlePostmarkEvent(
  deps: MailEventDeps,
  message: { readonly body: string; readonly credentials: string },
): Promise<MailEventOutcome> {
  // By digests, all compared: the time reveals neither lengths nor which one matches (timing attack).
  const given = await sha256Hex(message.credentials)
  const known = await Promise.all(deps.settings.POSTMARK_WEBHOOK_CREDENTIALS.map(sha256Hex))
  const matches = known.filter((one) => constantTimeEqualText(one, given))
  if (matches.length === 0) return 'forged'
  const event = eventOf(recordIn(message.body))
  if (event !== undefined) await stopMails(deps, event)
  return 'accepted'
}

function eventOf(body: Readonly<Record<string, unknown>>): MailEvent | undefined {
  const { RecordType: record, ID: number, Email: email } = body
  const type = wordOf(body['Type'])
  const about = { id: `postmark:${String(number)}`, recipients: [email] }
  if (record === 'SpamComplaint') return { ...about, reason: 'complained', detail: '' }
  const isGone = record === 'Bounce' && HARD.includes(type)
  return isGone ? { ...about, reason: 'bounced', detail: type } : undefined
}
