/** Cloudflare's `send_email` binding: no API key, but only verified senders. */
import type { EmailMessage, SendOutcome } from '../../../email-message.ts'
import type { EmailBinding } from '../../../platform.ts'
import { asciiEmail } from '../../users/email.ts'
import { senderOf } from './sender.ts'
import { noAnswer, type Transport } from './transport.ts'

/**
 * Sends through Cloudflare's Email Service, the `send_email` binding `EMAIL`. It knows no idempotency keys: a mail whose
 * answer got lost is sent again. `deadlineMs`: a binding takes no signal.
 */
export function cloudflareTransport(binding: EmailBinding, deadlineMs: number): Transport {
  return {
    name: 'cloudflare',
    send: async (message) => {
      try {
        const answer = await withTimeout(deadlineMs, binding.send(payloadOf(message)))
        const isNamed = typeof answer === 'object' && answer !== null && 'messageId' in answer
        return isNamed ? { kind: 'sent' } : { kind: 'failed', reason: 'no id in the answer' }
      } catch (error) {
        return outcomeOf(error)
      }
    },
  }
}

function payloadOf(message: EmailMessage) {
  const { name, address } = senderOf(message.from)
  return {
    from: name === '' ? address : { email: address, name },
    to: asciiEmail(message.to),
    subject: message.subject,
    text: message.text,
    html: message.html,
  }
}

/** The binding has no deadline of its own. */
async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DOMException('The binding did not answer in time.', 'TimeoutError'))
    }, ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const REFUSED = ['E_RECIPIENT_SUPPRESSED']
const BUSY = ['E_RATE_LIMIT_EXCEEDED']
const BUSY_SECONDS = 5
const HELD = [
  'E_SENDER_NOT_VERIFIED',
  'E_SENDER_DOMAIN_NOT_AVAILABLE',
  'E_RECIPIENT_NOT_ALLOWED',
  'E_DAILY_LIMIT_EXCEEDED',
  'E_VALIDATION_ERROR',
  'E_FIELD_MISSING',
  'E_CONTENT_TOO_LARGE',
]

/** An error of the binding has a `code`; its sentence may quote an address. */
function outcomeOf(error: unknown): SendOutcome {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  if (typeof code !== 'string' || !/^E_[A-Z_]{1,64}$/.test(code)) return noAnswer(error)
  if (REFUSED.includes(code)) return { kind: 'refused', reason: code }
  if (BUSY.includes(code)) return { kind: 'busy', reason: code, retryAfterSeconds: BUSY_SECONDS }
  return { kind: HELD.includes(code) ? 'held' : 'failed', reason: code }
}
