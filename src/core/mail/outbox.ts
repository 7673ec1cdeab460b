import { hex } from '../../crypto.ts'
import { readCounters } from './counters.sql.ts'
import {
  deleteEmail,
  insertEmail,
  NOBODYS_ADDRESS,
  takeWaitingEmails,
  writtenEmails,
  type EmailContext,
  type NewEmail,
  type WaitingEmail,
} from './outbox.sql.ts'
import type { Deps } from '../../deps.ts'
import { findEmailSubjects } from './email-subject.sql.ts'
import { emailValues } from './email-values.ts'
import type { EmailContent, EmailValues } from './messages.ts'
import type { EmailKind } from '../../i18n/email-text.ts'
import { negotiateLanguage, type Language } from '../../i18n/language.ts'
import { loadWords } from '../../i18n/load-words.ts'
import { brandOf } from '../../settings/brand.ts'
import { emailTemplate } from '../../settings/email-templates.ts'

/** The slice of `Deps` that mailing needs. */
export type OutboxDeps = Pick<
  Deps,
  'db' | 'settings' | 'now' | 'randomBytes' | 'sendEmail' | 'defer' | 'log' | 'client'
>

/** After so many tries a mail is given up, and the log says so. */
const MAX_ATTEMPTS = 12

/** The statement that queues a mail; it stands in the batch of what caused the mail. */
export function queueEmail(
  deps: Pick<Deps, 'db' | 'now' | 'randomBytes'>,
  kind: EmailKind,
  to: Pick<NewEmail, 'userId' | 'address' | 'condition'>,
  context: EmailContext,
) {
  const idempotencyKey = newIdempotencyKey(deps, kind)
  return insertEmail(deps.db, { kind, ...to, context, idempotencyKey }, deps.now)
}

/** A key by which the provider knows one mail from another. */
export function newIdempotencyKey(deps: Pick<Deps, 'randomBytes'>, kind: EmailKind): string {
  return `${kind}-${hex(deps.randomBytes(16))}`
}

/** Sends the mails that a batch put into the outbox, after the answer, in the order in which they stand there. */
export function deliverLater(deps: OutboxDeps, results: readonly unknown[]): void {
  const emails = writtenEmails(results).toSorted((a, b) => a.id - b.id)
  if (emails.length > 0) deps.defer(deliverInTurn(deps, emails))
}

async function deliverInTurn(deps: OutboxDeps, emails: readonly WaitingEmail[]): Promise<void> {
  await afterTheAnswer()
  for (const email of emails) await deliver(deps, email)
}

/**
 * The next task of the isolate: what begins at once would share the processor with the answer, and whoever
 * measures would see what it is.
 */
function afterTheAnswer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

/** Sends what earlier requests could not; the cron handler calls it. */
export async function deliverWaitingEmails(deps: OutboxDeps): Promise<number> {
  if (deps.sendEmail === undefined) {
    // Not taken: a try counts only where something was tried.
    const { waitingEmails } = await readCounters(deps.db, deps.now)
    if (waitingEmails > 0) logWaiting(deps, waitingEmails)
    return 0
  }
  const waiting = await takeWaitingEmails(deps.db, deps.now)
  for (const email of waiting) await deliver(deps, email)
  return waiting.length
}

/**
 * Mints the secret, sends the mail and takes it out of the outbox. What fails stays there with its next
 * time; the provider drops doubles by the idempotency key.
 */
async function deliver(deps: OutboxDeps, email: WaitingEmail): Promise<void> {
  const { settings, sendEmail } = deps
  const values = email.address === NOBODYS_ADDRESS ? undefined : await valuesOf(deps, email)
  if (values === undefined) {
    await deleteEmail(deps.db, email.id)
    return
  }
  if (sendEmail === undefined) {
    logWaiting(deps, 1)
    return
  }
  const content = await writeEmail(
    settings,
    email.kind,
    values,
    email.context.language ?? clientLanguage(deps),
  )
  const outcome = await sendEmail({
    from: settings.DEFAULT_FROM_EMAIL,
    to: email.address,
    subject: content.subject,
    text: content.text,
    html: content.html,
    idempotencyKey: email.idempotencyKey,
  })
  if (outcome.kind === 'sent') {
    await deleteEmail(deps.db, email.id)
    return
  }
  const isGivenUp =
    outcome.kind === 'refused' || (outcome.kind === 'failed' && email.attempts >= MAX_ATTEMPTS)
  deps.log({
    level: 'error',
    event: isGivenUp ? 'email_given_up' : EVENT_OF[outcome.kind],
    kind: email.kind,
    outbox_id: email.id,
    attempts: email.attempts,
    reason: outcome.reason,
  })
  if (isGivenUp) await deleteEmail(deps.db, email.id)
}

/** `email_held`: nothing is sent before the operator has mended what the reason says. */
const EVENT_OF = { refused: 'email_given_up', held: 'email_held', failed: 'email_failed' } as const

async function valuesOf(deps: OutboxDeps, email: WaitingEmail): Promise<EmailValues | undefined> {
  const { id: outboxId, userId, address, context } = email
  if (userId === null) return emailValues(deps, email, [])
  const userIds = [userId, ...(context.alsoAbout ?? [])]
  const queries = userIds.map((id) => ({ outboxId, userId: id, address }))
  const found = await findEmailSubjects(deps.db, queries)
  const subjects = userIds.flatMap((id) => found.find((subject) => subject.id === id) ?? [])
  return emailValues(deps, email, subjects)
}

/** What to set, and no more: whoever reads the log may not read the mails. */
function logWaiting({ log, settings }: Pick<Deps, 'log' | 'settings'>, emails: number): void {
  const missing = settings.RESEND_API_KEY === undefined ? 'RESEND_API_KEY' : 'PUBLIC_URL'
  log({ level: 'error', event: 'emails_wait', emails, reason: `${missing} is not set` })
}

/** A mail as it is sent: in its language and the brand's looks, with the prefix of every subject. */
export async function writeEmail(
  settings: Deps['settings'],
  kind: EmailKind,
  values: EmailValues,
  language: Language,
): Promise<EmailContent> {
  // Mails are written after the answer: their layout need not be there before.
  const { composeEmail } = await import('./mail.chunk.ts')
  const content = composeEmail(kind, values, {
    language,
    words: await loadWords(language),
    brand: brandOf(settings),
    template: emailTemplate(settings.EMAIL_TEMPLATES, kind, language),
  })
  const prefix = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX ?? `[${settings.SITE_NAME}] `
  return { ...content, subject: prefix + content.subject }
}

/** The language of the one who is calling, for mails that no request body asks for. */
export function clientLanguage({ settings, client }: Pick<Deps, 'settings' | 'client'>): Language {
  const header = settings.USE_ACCEPT_LANGUAGE ? (client.acceptLanguage ?? null) : null
  return negotiateLanguage(header, settings.LANGUAGE_CODE)
}
