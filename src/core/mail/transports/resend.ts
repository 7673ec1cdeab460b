import { Resend } from 'resend'
import { asciiEmail } from '../../users/email.ts'
import type { EmailMessage, SendBatch, SendEmail, SendOutcome } from '../../../email-message.ts'
import { asciiSender } from './sender.ts'
import { retryAfterSeconds } from './retry-after.ts'

/** Resend's SDK, with our `fetch` in place of the global one: it has a deadline, and tests answer it. */
class BoundedResend extends Resend {
  readonly #request: typeof fetch

  constructor(apiKey: string, fetchWithDeadline: typeof fetch) {
    super(apiKey, { baseUrl: 'https://api.resend.com' })
    this.#request = fetchWithDeadline
  }

  /** As the SDK answers: `error` holds the provider's own words and the status, `headers` those of the answer. */
  override async fetchRequest<T>(path: string, options: RequestInit = {}): Promise<Answer<T>> {
    try {
      const response = await this.#request(`${this.baseUrl}${path}`, options)
      const headers = Object.fromEntries(response.headers.entries())
      if (!response.ok) return { data: null, error: await errorOf(response), headers }
      const data: unknown = await response.json()
      // Trusted as the SDK does; readers check whether it is present.
      return { data: data as T, error: null, headers }
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown'
      return {
        data: null,
        error: { name: NO_ANSWER, message: name, statusCode: null },
        headers: null,
      }
    }
  }
}

type Answer<T> = Awaited<ReturnType<typeof Resend.prototype.fetchRequest<T>>>
type ProviderError = NonNullable<Answer<unknown>['error']>

const NO_ANSWER = 'application_error'

/** Sends through Resend's `POST /emails`, and many at once through `POST /emails/batch` (at most 100, all or none). */
export function resendTransport(
  apiKey: string,
  fetchWithDeadline: typeof fetch,
): { readonly send: SendEmail; readonly sendBatch: SendBatch } {
  const resend = new BoundedResend(apiKey, fetchWithDeadline)
  return {
    send: async (message) => {
      const { idempotencyKey } = message
      const answer = await resend.emails.send(payloadOf(message), { idempotencyKey })
      return outcomeOf(answer, answer.data !== null && 'id' in answer.data)
    },
    sendBatch: async (messages, idempotencyKey) => {
      const answer = await resend.batch.send(messages.map(payloadOf), { idempotencyKey })
      const outcome = outcomeOf(answer, Array.isArray(answer.data?.data))
      // 422 is about one of them, whichever of them is at fault.
      const isJudged = answer.error?.statusCode === 422 && outcome.kind === 'held'
      return isJudged ? { kind: 'refused', reason: outcome.reason } : outcome
    },
  }
}

function payloadOf(message: EmailMessage) {
  return {
    // Resend takes no internationalised domain but in Punycode.
    from: asciiSender(message.from),
    to: [asciiEmail(message.to)],
    subject: message.subject,
    text: message.text,
    html: message.html,
  }
}

/** A mail is taken when the provider names it; a proxy's page with status 200 is no such thing. */
function outcomeOf(answer: Answer<unknown>, isNamed: boolean): SendOutcome {
  const { error, headers } = answer
  if (error === null) {
    if (!isNamed) return { kind: 'failed', reason: 'no id in the answer' }
    const pauseSeconds = headers?.['ratelimit-remaining'] === '0' ? resetOf(headers) : 0
    return pauseSeconds > 0 ? { kind: 'sent', pauseSeconds } : { kind: 'sent' }
  }
  if (error.statusCode === null) return { kind: 'failed', reason: error.message }
  if (error.statusCode === 409) return conflictOutcome(error)
  return refusalOutcome(error, error.statusCode, headers)
}

function resetOf(headers: Readonly<Record<string, string>>): number {
  return retryAfterSeconds(headers['ratelimit-reset'] ?? null, 0)
}

/**
 * 409: the key was used before. With other words (a link is minted again for every try) the mail is on its
 * way since that time, and only the answer got lost; else the other try is still under way.
 */
function conflictOutcome(error: ProviderError): SendOutcome {
  return nameOf(error) === 'invalid_idempotent_request'
    ? { kind: 'sent' }
    : { kind: 'failed', reason: 'status 409' }
}

/** A complaint about the recipient: the provider's message contains the field's name. */
const ABOUT_THE_RECIPIENT = /`to`|"to"|\bto\b field/i

/**
 * Only a refusal of this recipient is final. All others can be fixed by the operator (a sender that is not
 * verified, a wrong key, a used-up quota), and the mail waits until they are. The reason holds the provider's
 * name for the error and the field, never its sentence, which may quote an address.
 */
function refusalOutcome(
  error: ProviderError,
  status: number,
  headers: Answer<unknown>['headers'],
): SendOutcome {
  const name = nameOf(error)
  const isAboutUs = [401, 403, 422].includes(status) || name.endsWith('_quota_exceeded')
  const isAboutRecipient = status === 422 && ABOUT_THE_RECIPIENT.test(error.message)
  const words = [`status ${status}`, name, ...(isAboutRecipient ? ['(recipient)'] : [])]
  const reason = words.join(' ').trimEnd()
  if (isAboutRecipient) return { kind: 'refused', reason }
  if (isAboutUs) return { kind: 'held', reason }
  if (status !== 429) return { kind: 'failed', reason }
  return {
    kind: 'busy',
    reason,
    retryAfterSeconds: retryAfterSeconds(headers?.['retry-after'] ?? null),
  }
}

/** The provider's name for an error, if it is one: anything else may quote an address. */
function nameOf({ name }: ProviderError): string {
  return /^[a-z_]{1,64}$/.test(name) ? name : ''
}

const MAX_ERROR_LENGTH = 4096

/** Resend's `{name, message}`; what is not its JSON says nothing. */
async function errorOf(response: Response): Promise<ProviderError> {
  const empty = { name: '', message: '' }
  const { name, message } = { ...empty, ...textsOf(await response.text()) }
  // The SDK lists the names that it knows; a newer one is no less true.
  return { name: name as ProviderError['name'], message, statusCode: response.status }
}

function textsOf(text: string): { readonly name?: string; readonly message?: string } {
  try {
    const body: unknown = JSON.parse(text.slice(0, MAX_ERROR_LENGTH))
    if (typeof body !== 'object' || body === null) return {}
    return {
      ...('name' in body && typeof body.name === 'string' ? { name: body.name } : {}),
      ...('message' in body && typeof body.message === 'string' ? { message: body.message } : {}),
    }
  } catch {
    return {}
  }
}

/**
 * Verifies a message of Resend's webhook by the SDK: HMAC-SHA256 in constant time, and a timestamp within five minutes.
 * `undefined` where it is not Resend's.
 */
export function verifyResendEvent(
  webhookSecret: string,
  message: {
    readonly body: string
    readonly id: string
    readonly timestamp: string
    readonly signature: string
  },
): { readonly type: string; readonly data: Readonly<Record<string, unknown>> } | undefined {
  const { body: payload, ...headers } = message
  try {
    // The key is for requests; none is made.
    const event: unknown = new Resend('unused').webhooks.verify({ payload, headers, webhookSecret })
    if (typeof event !== 'object' || event === null || !('type' in event)) return undefined
    const data = 'data' in event ? event.data : undefined
    return {
      type: String(event.type),
      data: typeof data === 'object' && data !== null ? { ...data } : {},
    }
  } catch {
    return undefined
  }
}
