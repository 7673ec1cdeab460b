/**
 * Sends mails that a request has just written, and records the result. Links and codes are made here, when the mail
 * is sent: the outbox holds no secret (a dump of the database cannot be used to log in).
 */
import type { Statement } from '../../db/open.ts'
import type { Deps, LogLine } from '../../deps.ts'
import type { EmailMessage, SendEmail, SendOutcome } from '../../email-message.ts'
import { missingMailLink } from '../../settings/mail-links.ts'
import { missingForMail } from '../../settings/mail-transports.ts'
import { writeLetters } from './letter.ts'
import {
  deleteProblem,
  insertProblem,
  isUrgent,
  settleEmails,
  type Claim,
  type MailProblem,
  type Settlement,
} from './outbox-claims.sql.ts'
import type { OutboxDeps } from './outbox.ts'
import { FIRST_CLAIM_MS, type WaitingEmail } from './outbox.sql.ts'

/** After so many tries a mail is given up, and the log says so. */
const MAX_ATTEMPTS = 12

/**
 * Sends mails that a request has just written, one after the other: links are minted here. What cannot be sent stays
 * in the outbox for the cron handler; the provider drops doubles by the idempotency key.
 */
export async function deliverInTurn(
  deps: OutboxDeps,
  emails: readonly WaitingEmail[],
): Promise<void> {
  const account = openAccount(deps)
  // No other transport has had them.
  const letters = await writeLetters(
    deps,
    emails.map((email) => ({ ...email, triedBy: '' })),
  )
  for (const { email, message } of letters) {
    if (message === undefined) account.finish(email)
    else if (deps.sendEmail === undefined) {
      account.release(email)
      logWaiting(deps, 1)
    } else account.book(email, await sendPatiently(deps.sendEmail, email, message))
  }
  const dueAt = new Date(deps.now.getTime() + FIRST_CLAIM_MS)
  await settle(deps, account, { batchKey: undefined, dueAt })
}

/** Work after an answer ends with the platform's 30 seconds. */
const MAX_WAIT_SECONDS = 5
const MAX_WAITS = 3

/**
 * Someone waits for a reset: while sign-ups use up the provider's rate, it is tried again and not left to the next run.
 */
async function sendPatiently(
  sendEmail: SendEmail,
  email: WaitingEmail,
  message: EmailMessage,
): Promise<SendOutcome> {
  for (let waits = 0; ; waits += 1) {
    const outcome = await sendEmail(message)
    if (outcome.kind !== 'busy' || !isUrgent(email) || waits === MAX_WAITS) return outcome
    const { retryAfterSeconds } = outcome
    if (retryAfterSeconds > MAX_WAIT_SECONDS) return outcome
    await new Promise((resolve) => setTimeout(resolve, retryAfterSeconds * 1000))
  }
}

/** Outcomes of the mails of one claim, as they become known. */
export type MailAccount = {
  /** Records the result of sending a mail, and logs what did not go well. */
  readonly book: (email: WaitingEmail, outcome: SendOutcome) => void
  /** Sent, or without a cause. */
  readonly finish: (email: WaitingEmail) => void
  /** Certainly not accepted by any transport. */
  readonly release: (email: WaitingEmail) => void
  /** One of a batch that was refused. */
  readonly separate: (email: WaitingEmail) => void
  /** Not tried. */
  readonly putBack: (email: WaitingEmail) => void
  readonly settlement: () => Settlement
  /** What the provider said last: `none` after a mail that it took, `undefined` where it was not asked. */
  readonly problem: () => MailProblem | 'none' | undefined
}

/** Opens the account of a claim. */
export function openAccount({ log }: Pick<Deps, 'log'>): MailAccount {
  const finished: number[] = []
  const untaken: number[] = []
  const held: number[] = []
  const untouched: number[] = []
  const alone: number[] = []
  const triedBy: { id: number; transport: string }[] = []
  let problem: MailProblem | 'none' | undefined
  const book = (email: WaitingEmail, outcome: SendOutcome): void => {
    if (outcome.kind === 'sent') {
      problem = 'none'
      finished.push(email.id)
      return
    }
    const isGivenUp =
      outcome.kind === 'refused' || (outcome.kind === 'failed' && email.attempts >= MAX_ATTEMPTS)
    if (outcome.kind !== 'refused') problem = { kind: outcome.kind, reason: outcome.reason }
    log(lineOf(email, outcome, isGivenUp))
    if (isGivenUp) finished.push(email.id)
    else if (outcome.kind === 'held') held.push(email.id)
    else if (outcome.kind === 'busy') untaken.push(email.id)
    else if (outcome.kind === 'failed' && outcome.triedBy !== undefined) {
      triedBy.push({ id: email.id, transport: outcome.triedBy })
    }
  }
  return {
    book,
    finish: ({ id }) => finished.push(id),
    release: ({ id }) => untaken.push(id),
    separate: ({ id }) => alone.push(id),
    putBack: ({ id }) => untouched.push(id),
    settlement: () => ({ finished, untaken, held, untouched, alone, triedBy }),
    problem: () => problem,
  }
}

/** `email_held`: nothing is sent until the operator has fixed the reported reason. */
const EVENT_OF = {
  refused: 'email_given_up',
  held: 'email_held',
  busy: 'email_postponed',
  failed: 'email_failed',
} as const

function lineOf(
  email: WaitingEmail,
  outcome: Exclude<SendOutcome, { kind: 'sent' }>,
  isGivenUp: boolean,
): LogLine {
  return {
    level: outcome.kind === 'busy' ? 'info' : 'error',
    event: isGivenUp ? 'email_given_up' : EVENT_OF[outcome.kind],
    kind: email.kind,
    outbox_id: email.id,
    attempts: email.attempts,
    reason: outcome.reason,
  }
}

/** Writes an account down, in one round trip. */
export async function settle(
  deps: Pick<Deps, 'db' | 'now'>,
  account: MailAccount,
  claim: Claim,
): Promise<void> {
  const problem = account.problem()
  const statements: readonly Statement[] = [
    ...settleEmails(deps.db, account.settlement(), claim),
    ...(problem === 'none' ? [deleteProblem(deps.db)] : []),
    ...(typeof problem === 'object' ? [insertProblem(deps.db, problem, deps.now)] : []),
  ]
  const [first, ...rest] = statements
  if (first !== undefined) await deps.db.batch([first, ...rest])
}

/** What to set, and no more: a reader of the log may not read the mails. */
export function logWaiting(
  { log, settings }: Pick<Deps, 'log' | 'settings'>,
  emails: number,
): void {
  const missing =
    missingForMail(settings) ?? (missingMailLink(settings) === undefined ? 'EMAIL' : 'PUBLIC_URL')
  log({ level: 'error', event: 'emails_wait', emails, reason: `${missing} is not set` })
}
