/** The transport of development: mails are stored instead of sent. Only with `DEV_MAILBOX`. */
import { errorClass, type Deps } from '../../deps.ts'
import type { EmailMessage, SendOutcome } from '../../email-message.ts'
import { keepDevEmail } from './dev-mailbox.sql.ts'

/** Keeps a mail where a developer reads it. */
export async function keepInMailbox(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  { to, subject, text, html }: EmailMessage,
): Promise<SendOutcome> {
  try {
    await keepDevEmail(db, { address: to, subject, text, html, sentAt: now })
    return { kind: 'sent' }
  } catch (error) {
    return { kind: 'failed', reason: errorClass(error) }
  }
}
