/** A transport of the operator's own: each mail is a signed request to a URL of the settings. */
import type { SendOutcome } from '../../../email-message.ts'
import { signWebhook } from '../../../webhook-signature.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { noAnswer, type Transport } from './transport.ts'

/**
 * Posts mails as JSON (`from`, `to`, `subject`, `text`, `html`) to a program of the operator's own, signed by Standard
 * Webhooks. `webhook-id` is the same for every try of one mail. What it answers: 2xx, taken; 422, no mail for this
 * recipient, ever; 401, 403, 404 and 410, for the operator to fix; 429 and 503, not now (`Retry-After`). No redirect is
 * followed.
 */
export function httpTransport(
  options: { readonly url: string; readonly secrets: readonly string[]; readonly now: () => Date },
  fetchWithDeadline: typeof fetch,
): Transport {
  const { url, secrets, now } = options
  return {
    name: 'http',
    send: async (message) => {
      const { idempotencyKey: id, from, to, subject, text, html } = message
      const body = JSON.stringify({ from, to, subject, text, html })
      try {
        const signed = await signWebhook({ id, body, now: now() }, secrets)
        const response = await fetchWithDeadline(url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...signed },
          body,
          redirect: 'manual',
        })
        return outcomeOf(response)
      } catch (error) {
        return noAnswer(error)
      }
    },
  }
}

const TO_BE_MENDED = [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 413, 415]

function outcomeOf({ status, ok, headers }: Response): SendOutcome {
  if (ok) return { kind: 'sent' }
  const reason = `status ${status}`
  if (status === 422) return { kind: 'refused', reason }
  if (status === 429 || status === 503) {
    return {
      kind: 'busy',
      reason,
      retryAfterSeconds: retryAfterSeconds(headers.get('retry-after')),
    }
  }
  return { kind: TO_BE_MENDED.includes(status) ? 'held' : 'failed', reason }
}
