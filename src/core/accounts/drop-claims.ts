/** Who verifies an address takes it from accounts that entered it without proof. */
import type { UserId } from '../tokens/credentials.sql.ts'
import { clientLanguage, newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { dropOtherClaims } from './drop-claims.sql.ts'
import type { SQL } from 'drizzle-orm'

/**
 * The statements for that, for the batch that verified the address. The first one returns the mails to those
 * accounts.
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
