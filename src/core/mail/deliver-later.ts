/**
 * When mails are sent: after the answer, in the order in which the batch wrote them; what fails then is left to the
 * cron handler. Nothing before the answer depends on a mail, so its time reveals nothing (timing side channel).
 */
import { loadMail } from './load-mail.ts'
import { writtenEmails, type WaitingEmail } from './outbox.sql.ts'
import type { DrainDeps, OutboxDeps } from './outbox.ts'

/** Sends the mails that a batch put into the outbox, after the response, in the order in which they were queued. */
export function deliverLater(deps: OutboxDeps, results: readonly unknown[]): void {
  const emails = writtenEmails(results).toSorted((a, b) => a.id - b.id)
  if (emails.length > 0) deps.defer(() => deliverWritten(deps, emails))
}

/** Read with the mails' layout: neither need be there before the answer. */
async function deliverWritten(deps: OutboxDeps, emails: readonly WaitingEmail[]): Promise<void> {
  const { deliverInTurn } = await loadMail()
  await deliverInTurn(deps, emails)
}

/** Sends what earlier requests could not; the cron handler calls it. Answers how many mails were tried. */
export async function deliverWaitingEmails(deps: DrainDeps): Promise<number> {
  const { drainOutbox } = await loadMail()
  return drainOutbox(deps)
}
