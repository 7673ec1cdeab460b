import type { UserId } from '../tokens/credentials.sql.ts'
import { clientLanguage, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { dropOtherClaims } from './drop-claims.sql.ts'
import type { SQL } from 'drizzle-orm'

/**
 * The statements that take an address which an account has just verified from accounts that only claim it,
 * for the batch that verified it. The first one answers the mails that tell them.
 */
export function dropClaims(
  deps: OutboxDeps,
  proved: { readonly userId: UserId; readonly emailFolded: string | SQL },
) {
  const mail = {
    context: { origin: '', language: clientLanguage(deps) },
    idempotencyKey: newIdempotencyKey(deps, 'email_claim_dropped'),
  }
  return dropOtherClaims(deps.db, proved, { ...mail, now: deps.now })
}
