import { NOBODY, type UserId } from '../tokens/credentials.sql.ts'
import { clientLanguage, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { insertEmails } from '../mail/outbox.sql.ts'
import { socialAccountsOf } from './prove-address.sql.ts'
import { tellsOfEveryChange } from '../../settings/notices.ts'

/**
 * The statement that tells an account's owner which social accounts an eviction drops; it stands before the
 * eviction in its batch. Nobody is told with `ACCOUNT_EMAIL_NOTIFICATIONS` off.
 */
export function tellOfEviction(deps: OutboxDeps, userId: UserId, address: string) {
  const isTold = tellsOfEveryChange(deps.settings) && address !== ''
  const kind = 'social_account_disconnected'
  return insertEmails(
    deps.db,
    {
      kind,
      recipients: socialAccountsOf(isTold ? userId : NOBODY, address),
      context: { origin: '', language: clientLanguage(deps) },
      idempotencyKey: newIdempotencyKey(deps, kind),
    },
    deps.now,
  )
}
