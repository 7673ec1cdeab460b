/**
 * The notice to an account's owner about social accounts that an eviction disconnects: the owner may have connected
 * some of them.
 */
import { NO_USER, type UserId } from '../tokens/credentials.sql.ts'
import { clientLanguage, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { insertEmails } from '../mail/outbox.sql.ts'
import { socialAccountsOf } from './prove-address.sql.ts'
import { notifiesOfEveryChange } from '../../settings/notices.ts'

/**
 * The statement that queues a mail to an account's owner, naming the social accounts that an eviction disconnects. It
 * comes before the eviction in its batch: afterwards the rows it reads are gone. Inserts nothing where
 * `ACCOUNT_EMAIL_NOTIFICATIONS` is off.
 */
export function notifyOfEviction(deps: OutboxDeps, userId: UserId, address: string) {
  const isNotified = notifiesOfEveryChange(deps.settings) && address !== ''
  const kind = 'social_account_disconnected'
  return insertEmails(
    deps.db,
    {
      kind,
      recipients: socialAccountsOf(isNotified ? userId : NO_USER, address),
      context: { origin: '', language: clientLanguage(deps) },
      idempotencyKey: newIdempotencyKey(deps, kind),
    },
    deps.now,
  )
}
