/** Postmark's API, and what its error codes mean for a mail. */
import type { EmailMessage, SendOutcome } from '../../../email-message.ts'
import { asciiEmail } from '../../users/email.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { asciiSender } from './sender.ts'
import { jsonObjectOf, noAnswer, type Transport } from './transport.ts'

/**
 * Sends through Postmark's `POST /email`. It knows no idempotency keys: a mail whose answer got lost is sent again.
 */
export function postmarkTransport(
  options: { readonly serverToken: string; readonly stream: string },
  fetchWithDeadline: typeof fetch,
): Transport {
  return {
    name: 'postmark',
    send: async (message) => {
      try {
        const response = await fetchWithDeadline('https://api.postmarkapp.com/email', {
          method: 'POST',
          headers: {
            Accept: 'application/json',
            'Content-Type': 'application/json',
            'X-Postmark-Server-Token': options.serverToken,
          },
          body: JSON.stringify(payloadOf(message, options.stream)),
        })
        return await outcomeOf(response)
      } catch (error) {
        return noAnswer(error)
      }
    },
  }
}

function payloadOf(message: EmailMessage, stream: string) {
  return {
    From: asciiSender(message.from),
    To: asciiEmail(message.to),
    Subject: message.subject,
    TextBody: message.text,
    HtmlBody: message.html,
    MessageStream: stream,
  }
}

/** Postmark's own codes: the recipient bounced or complained before. */
const INACTIVE_RECIPIENT = 406
/** A field is wrong; the message says which. */
const INVALID_REQUEST = 300

/** What Postmark's error codes mean for a mail and its address. */
async function outcomeOf(response: Response): Promise<SendOutcome> {
  const { status } = response
  const { ErrorCode: code, Message: sentence, MessageID: id } = await jsonObjectOf(response)
  if (response.ok) {
    return code === 0 && typeof id === 'string'
      ? { kind: 'sent' }
      : { kind: 'failed', reason: 'no id in the answer' }
  }
  const reason = typeof code === 'number' ? `status ${status} code ${code}` : `status ${status}`
  const isAboutTo = code === INVALID_REQUEST && /'To'/.test(String(sentence))
  if (status === 422 && (code === INACTIVE_RECIPIENT || isAboutTo)) {
    return { kind: 'refused', reason: `${reason} (recipient)` }
  }
  if (status === 429) {
    const header = response.headers.get('retry-after')
    return { kind: 'busy', reason, retryAfterSeconds: retryAfterSeconds(header) }
  }
  return { kind: [401, 403, 422].includes(status) ? 'held' : 'failed', reason }
}
