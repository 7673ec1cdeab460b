/**
 * What a transport is, and the results it may have. `failed` means that it is unknown whether the mail was accepted.
 */
import type { SendBatch, SendEmail, SendOutcome } from '../../../email-message.ts'
import type { TransportName } from '../../../settings/mail-transports.ts'

/** Who sends mails. */
export type Transport = {
  readonly name: TransportName
  readonly send: SendEmail
  /** Absent where mails are taken one by one. */
  readonly sendBatch?: SendBatch
}

/** An outcome of a request that got no response: it is unknown whether the mail was accepted. */
export function noAnswer(error: unknown): SendOutcome {
  return { kind: 'failed', reason: error instanceof Error ? error.name : 'unknown' }
}

const MAX_ERROR_LENGTH = 4096

/** A provider's JSON object, or an empty one: pages of proxies say nothing. */
export async function jsonObjectOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    const body: unknown = JSON.parse((await response.text()).slice(0, MAX_ERROR_LENGTH))
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}
