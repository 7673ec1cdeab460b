/** Amazon SES version 2 API. */
import type { EmailMessage, SendOutcome } from '../../../email-message.ts'
import { asciiEmail } from '../../users/email.ts'
import { signAwsRequest } from './aws-signature.ts'
import { retryAfterSeconds } from './retry-after.ts'
import { asciiSender } from './sender.ts'
import { jsonObjectOf, noAnswer, type Transport } from './transport.ts'

/** What a sender at Amazon SES needs. */
export type SesOptions = {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly now: () => Date
}

/**
 * Sends through Amazon SES (`SendEmail` of its API v2). It knows no idempotency keys: a mail whose answer got lost is
 * sent again.
 */
export function sesTransport(options: SesOptions, fetchWithDeadline: typeof fetch): Transport {
  const url = new URL(`https://email.${options.region}.amazonaws.com/v2/email/outbound-emails`)
  return {
    name: 'ses',
    send: async (message) => {
      const body = JSON.stringify(payloadOf(message))
      const credentials = { ...options, service: 'ses' }
      try {
        const request = { url, body, headers: JSON_BODY, now: options.now() }
        const headers = await signAwsRequest(request, credentials)
        return await outcomeOf(await fetchWithDeadline(url, { method: 'POST', headers, body }))
      } catch (error) {
        return noAnswer(error)
      }
    },
  }
}

const JSON_BODY = { 'content-type': 'application/json' }

function payloadOf(message: EmailMessage) {
  const text = (data: string) => ({ Data: data, Charset: 'UTF-8' })
  return {
    FromEmailAddress: asciiSender(message.from),
    Destination: { ToAddresses: [asciiEmail(message.to)] },
    Content: {
      Simple: {
        Subject: text(message.subject),
        Body: { Text: text(message.text), Html: text(message.html) },
      },
    },
  }
}

/** The error's name in the header: `Name`, perhaps with a namespace after a colon. */
function errorNameOf(response: Response): string {
  const [name = ''] = (response.headers.get('x-amzn-errortype') ?? '').split(':')
  return /^[A-Za-z]{1,64}$/.test(name) ? name : ''
}

/** All that SES refuses is ours to mend (sender, account, quota): bounces come later, by its notifications. */
async function outcomeOf(response: Response): Promise<SendOutcome> {
  const { status } = response
  if (response.ok) {
    const { MessageId: id } = await jsonObjectOf(response)
    return typeof id === 'string'
      ? { kind: 'sent' }
      : { kind: 'failed', reason: 'no id in the answer' }
  }
  const reason = `status ${status} ${errorNameOf(response)}`.trimEnd()
  if (status === 429) {
    const header = response.headers.get('retry-after')
    return { kind: 'busy', reason, retryAfterSeconds: retryAfterSeconds(header) }
  }
  return { kind: [400, 401, 403, 404].includes(status) ? 'held' : 'failed', reason }
}
