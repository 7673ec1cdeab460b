/** Asking for a password reset. */
import type { InvalidEmail } from '../faults.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { resetRecipients } from './request-reset.sql.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import { insertEmailsOrNone, type EmailContext } from '../mail/outbox.sql.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'

/**
 * Mails reset links to the accounts that have an address (dj-rest-auth: `PasswordResetSerializer`, with allauth's
 * `filter_users_by_email`). One round trip for known and unknown alike. The link goes to the address as the account
 * stores it, never as it was typed: two addresses may fold to one (Unicode case mapping collisions,
 * CVE-2019-19844).
 */
export async function requestPasswordReset(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<ResetRequestOutcome> {
  const faults = typedEmailFaults(email)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const folded = foldEmail(email)
  const count = await countFor(deps, 'reset_password', { key: folded })
  const { emails: addresses, passwords } = deps.settings.policy
  const recipients = resetRecipients({
    folded,
    exact: addresses.storedAreFolded ? undefined : lowerEmail(email),
    mails: passwords.resetIsOneMail ? 'one' : 'each',
  })
  const emails = {
    kind: 'password_reset',
    recipients,
    context,
    idempotencyKey: newIdempotencyKey(deps, 'password_reset'),
  } as const
  const limit = await limitMails(deps, { cause: 'password_reset', folded }, wasCounted(count))
  const counted = await batchCountedByName(deps.db, count, {
    limit: limit.statements,
    emails: insertEmailsOrNone(deps.db, emails, { condition: limit.isMailed, now: deps.now }),
  })
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results.emails)
  return { kind: 'requested' }
}

/** Result of asking for a link; `requested` says nothing about who exists. */
export type ResetRequestOutcome = { readonly kind: 'requested' } | InvalidEmail | Throttled
