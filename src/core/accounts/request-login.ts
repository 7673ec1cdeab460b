/** Asking for a passwordless login: who is mailed what. */
import type { InvalidEmail } from '../faults.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { insertEmailsOrNone, type EmailContext } from '../mail/outbox.sql.ts'
import { newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import { sealCodeHandle } from '../second-factor/code-handle.ts'
import { isSignUpByCodeOpen } from '../../settings/sign-up.ts'
import { newCodeSeed } from '../tokens/emailed-code.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { foldEmail } from '../users/email.ts'
import { accountOfMailbox, accountOrNewMailbox, selectMailed } from './emailed-login.sql.ts'
import { storedEmail } from './registration-input.ts'

/** Result of asking for a code; it says nothing about who exists. */
export type LoginCodeRequestOutcome =
  | { readonly kind: 'requested'; readonly handle: string }
  | InvalidEmail
  | Throttled

/**
 * Mails a login code (allauth: `RequestLoginCodeView`), and returns the handle without which it is useless. One
 * round trip for known and unknown addresses alike; the code goes to the address as the account stores it, never as
 * it was typed.
 */
export async function requestLoginCode(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<LoginCodeRequestOutcome> {
  const { db, settings } = deps
  const faults = typedEmailFaults(email, { max: settings.ACCOUNT_EMAIL_MAX_LENGTH })
  if (faults.length > 0) return { kind: 'invalid', faults }
  const address = storedEmail(settings, email)
  const folded = foldEmail(address)
  const seed = newCodeSeed(deps)
  const count = await countFor(deps, 'request_login_code', { key: folded })
  const limit = await limitMails(deps, { cause: 'login_code', folded }, wasCounted(count))
  const emails = {
    kind: 'login_code',
    recipients: isSignUpByCodeOpen(settings)
      ? accountOrNewMailbox(folded, address)
      : accountOfMailbox(folded),
    context: { ...context, seed },
    idempotencyKey: newIdempotencyKey(deps, 'login_code'),
  } as const
  const counted = await batchCountedByName(db, count, {
    accounts: selectMailed(db, accountOfMailbox(folded)),
    limit: limit.statements,
    emails: insertEmailsOrNone(db, emails, { condition: limit.isMailed, now: deps.now }),
  })
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results.emails)
  const [account] = counted.results.accounts
  const { emails: mails } = counted.results
  const code = { purpose: 'login-code', seed, email: address, account, emails: mails } as const
  return { kind: 'requested', handle: await sealCodeHandle(deps, code) }
}

/** Result of asking for a link; it says nothing about who exists. */
export type LoginLinkRequestOutcome = { readonly kind: 'requested' } | InvalidEmail | Throttled

/** Mails a link that logs in. One round trip for known and unknown addresses alike. */
export async function requestLoginLink(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<LoginLinkRequestOutcome> {
  const { db, settings, now } = deps
  const faults = typedEmailFaults(email, { max: settings.ACCOUNT_EMAIL_MAX_LENGTH })
  if (faults.length > 0) return { kind: 'invalid', faults }
  const folded = foldEmail(storedEmail(settings, email))
  const count = await countFor(deps, 'request_login_code', { key: folded })
  const limit = await limitMails(deps, { cause: 'login_link', folded }, wasCounted(count))
  const emails = {
    kind: 'login_link',
    recipients: accountOfMailbox(folded),
    context,
    idempotencyKey: newIdempotencyKey(deps, 'login_link'),
  } as const
  const counted = await batchCountedByName(db, count, {
    limit: limit.statements,
    emails: insertEmailsOrNone(db, emails, { condition: limit.isMailed, now }),
  })
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results.emails)
  return { kind: 'requested' }
}
