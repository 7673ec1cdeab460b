import type { EmailMessage, SendEmail, SendOutcome } from './message.ts'

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
      await response.body?.cancel()
      return outcomeOf(response.status)
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.name : 'unknown' }
    }
  }
}

function requestBody(message: EmailMessage): Record<string, unknown> {
  return {
    from: message.from,
    to: [message.to],
    subject: message.subject,
    text: message.text,
    html: message.html,
  }
}

/** 409: another try with this key is under way. 422: the address or the sender is wrong for ever. */
function outcomeOf(status: number): SendOutcome {
  if (status < 300) return { kind: 'sent' }
  if (status === 422) return { kind: 'refused', reason: `status ${status}` }
  return { kind: 'failed', reason: `status ${status}` }
}
