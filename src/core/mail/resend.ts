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
      return await refusalOutcome(response)
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

/** A complaint about the recipient: the field's name stands in the provider's sentence. */
const ABOUT_THE_RECIPIENT = /`to`|"to"|\bto\b field/i

/**
 * Only a refusal of this recipient is final. All others can be mended by the operator (a sender that is not
 * verified, a wrong key, a used-up quota), and the mail waits until they are. The reason holds the provider's
 * name for the error and the field, never its sentence, which may quote an address.
 */
async function refusalOutcome(response: Response): Promise<SendOutcome> {
  const { status } = response
  const { name, message } = errorOf(await response.text())
  const isAboutUs = [401, 403, 422].includes(status) || name.endsWith('_quota_exceeded')
  const isAboutRecipient = status === 422 && ABOUT_THE_RECIPIENT.test(message)
  const reason = [`status ${status}`, name, ...(isAboutRecipient ? ['(recipient)'] : [])].join(' ')
  if (isAboutRecipient) return { kind: 'refused', reason: reason.trimEnd() }
  return { kind: isAboutUs ? 'held' : 'failed', reason: reason.trimEnd() }
}

/** Resend's `{name, message}`; what is not its JSON says nothing. */
function errorOf(text: string): { readonly name: string; readonly message: string } {
  try {
    const body: unknown = JSON.parse(text.slice(0, MAX_ERROR_LENGTH))
    if (typeof body !== 'object' || body === null) return NO_ERROR
    const name = 'name' in body && typeof body.name === 'string' ? body.name : ''
    const message = 'message' in body && typeof body.message === 'string' ? body.message : ''
    return { name: /^[a-z_]{1,64}$/.test(name) ? name : '', message }
  } catch {
    return NO_ERROR
  }
}

const NO_ERROR = { name: '', message: '' }
const MAX_ERROR_LENGTH = 4096
