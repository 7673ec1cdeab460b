/**
 * Several transports in order: the next one is tried where the previous one certainly did not accept the mail. Where
 * that is unknown, it is not, because the recipient would get it twice.
 */
import type { Deps } from '../../../deps.ts'
import type { EmailMessage, SendBatch, SendEmail, SendOutcome } from '../../../email-message.ts'
import type { Transport } from './transport.ts'

/**
 * Several transports as one. The next one is asked only where the one before certainly did not accept the mail and its
 * recipient is not to blame (`held`, `busy`); if that is unknown, the mail stays with the transport that got it.
 */
export function chainOf(
  transports: readonly Transport[],
  log: Deps['log'],
): { readonly send: SendEmail; readonly sendBatch: SendBatch | undefined } {
  return {
    send: (message) => sendByAny(candidatesFor(transports, message), message, log),
    sendBatch: transports[0]?.sendBatch,
  }
}

/** Only the transport that may have accepted the mail already; all of them where none can have. */
function candidatesFor(
  transports: readonly Transport[],
  { triedBy }: EmailMessage,
): readonly Transport[] {
  if (triedBy === undefined) return transports
  const holder = transports.find(({ name }) => name === triedBy)
  return (holder === undefined ? transports : [holder]).slice(0, 1)
}

/** Tries each transport until one accepts the mail or its outcome is unknown. */
async function sendByAny(
  candidates: readonly Transport[],
  message: EmailMessage,
  log: Deps['log'],
): Promise<SendOutcome> {
  let first: SendOutcome | undefined
  for (const [index, { name, send }] of candidates.entries()) {
    const outcome = await send(message)
    if (outcome.kind === 'failed') {
      return index === 0 ? outcome : { ...outcome, triedBy: name }
    }
    if (outcome.kind === 'sent' && first !== undefined && 'reason' in first) {
      log({ level: 'warning', event: 'email_by_fallback', transport: name, reason: first.reason })
    }
    if (outcome.kind === 'sent' || outcome.kind === 'refused') return outcome
    first ??= outcome
  }
  return first ?? { kind: 'held', reason: 'no transport is complete' }
}
