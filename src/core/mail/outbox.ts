/**
 * Queueing mails. Code that causes a mail adds the statement to its batch, and passes the results to `deliverLater`.
 */
import { hex } from '../../crypto.ts'
import { insertEmail, type NewEmail } from './outbox.sql.ts'
import type { Deps } from '../../deps.ts'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import { negotiateLanguage, type Language } from '../../i18n/language.ts'

/** The slice of `Deps` that mailing needs. */
export type OutboxDeps = Pick<
  Deps,
  'db' | 'settings' | 'now' | 'randomBytes' | 'sendEmail' | 'defer' | 'log' | 'client'
>

/** The slice of `Deps` that the cron handler needs for mails. */
export type DrainDeps = OutboxDeps & Pick<Deps, 'elapsedMs' | 'roundTrips' | 'sendBatch'>

/** The statement that queues a mail; it belongs to the batch that causes the mail. */
export function queueEmail(
  deps: Pick<Deps, 'db' | 'now' | 'randomBytes'>,
  kind: EmailKind,
  email: Omit<NewEmail, 'kind' | 'idempotencyKey'>,
) {
  const idempotencyKey = newIdempotencyKey(deps, kind)
  return insertEmail(deps.db, { ...email, kind, idempotencyKey }, deps.now)
}

/** A key by which the provider knows one mail from another. */
export function newIdempotencyKey(deps: Pick<Deps, 'randomBytes'>, kind: EmailKind): string {
  return `${kind}-${hex(deps.randomBytes(16))}`
}

/** The language of the one who is calling, for mails that no request body asks for. */
export function clientLanguage({ settings, client }: Pick<Deps, 'settings' | 'client'>): Language {
  const header = settings.USE_ACCEPT_LANGUAGE ? (client.acceptLanguage ?? null) : null
  return negotiateLanguage(header, settings.LANGUAGE_CODE)
}
