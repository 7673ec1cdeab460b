import { asciiEmail } from '../users/email.ts'
import type { EmailMessage, SendEmail, SendOutcome } from '../../email-message.ts'

/**
 * Sends through Resend's `POST /emails`. One `fetch` does what the SDK needs 33 KiB (gzip) for, with
 * our deadline and the same idempotency header.
 */
export function sendByResend(apiKey: string, fetchWithDeadline: typeof fetch): SendEmail {
  return async (message) => {
    try {
      const response = await fetchWithDeadline('https://api.resend.com/emails', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${apiKey}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': message.idempotencyKey,
        },
        body: JSON.stringify(requestBody(message)),
      })
      if (response.status === 409) return await conflictOutcome(response)
      if (response.ok) return await acceptedOutcome(response)
      await response.body?.cancel()
      return outcomeOf(response.status)
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.name : 'unknown' }
    }
  }
}

function requestBody(message: EmailMessage): Record<string, unknown> {
  return {
    // Resend takes no internationalised domain but in Punycode.
    from: asciiSender(message.from),
    to: [asciiEmail(message.to)],
    subject: message.subject,
    text: message.text,
    html: message.html,
  }
}

/** `Name <address>`, or an address alone. */
function asciiSender(from: string): string {
  const [, name = '', address = from, end = ''] = /^([^<>]*<)([^<>]+)(>\s*)$/.exec(from) ?? []
  return name + asciiEmail(address.trim()) + end
}

/**
 * 409: the key was used before. With other words (a link is minted anew for every try) the mail is on its
 * way since that time, and only the answer got lost; else the other try is still under way.
 */
async function conflictOutcome(response: Response): Promise<SendOutcome> {
  const text = await response.text()
  return text.includes('invalid_idempotent_request')
    ? { kind: 'sent' }
    : { kind: 'failed', reason: 'status 409' }
}

/** A mail is taken when the provider names it; a proxy's page with status 200 is no such thing. */
async function acceptedOutcome(response: Response): Promise<SendOutcome> {
  const body: unknown = await response.json()
  const isNamed = typeof body === 'object' && body !== null && 'id' in body
  return isNamed ? { kind: 'sent' } : { kind: 'failed', reason: 'no id in the answer' }
}

/** 422: the address or the sender is wrong for ever. */
function outcomeOf(status: number): SendOutcome {
  if (status === 422) return { kind: 'refused', reason: `status ${status}` }
  return { kind: 'failed', reason: `status ${status}` }
}
