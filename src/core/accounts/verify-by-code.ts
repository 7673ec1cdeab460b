/** Verifying a new account's address by a mailed code instead of a link. */
import { sql, type SQL } from 'drizzle-orm'
import type { Deps } from '../../deps.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import { insertEmailsOrNone, type EmailContext } from '../mail/outbox.sql.ts'
import { newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import {
  countCodeGuess,
  forgetGuesses,
  isCodeRight,
  openCodeHandle,
  sealCodeHandle,
  type NewCode,
} from '../second-factor/code-handle.ts'
import { newCodeSeed } from '../tokens/emailed-code.ts'
import type { InvalidEmail } from '../faults.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { foldEmail } from '../users/email.ts'
import { selectMailed } from './emailed-login.sql.ts'
import { findClaim } from './verify-by-code.sql.ts'
import { claimantsOf, insertMissingAddresses } from './verify-email.sql.ts'
import { verifyManagedAddress } from './address-change.ts'
import { verifyAddressRow } from './verify-address.ts'

/** A verification mail with a code, and the handle that goes with it. */
export type VerificationByCode = {
  readonly kind: 'confirm_email_code'
  readonly context: EmailContext
  readonly handleFor: (account: NewCode['account'], emails: NewCode['emails']) => Promise<string>
}

/** Verifies a new account's address by a code instead of a link (allauth: `EmailVerificationProcess`). */
export function verificationByCode(
  deps: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  email: string,
  context: EmailContext,
): VerificationByCode {
  const seed = newCodeSeed(deps)
  return {
    kind: 'confirm_email_code',
    context: { ...context, seed },
    handleFor: (account, emails) =>
      sealCodeHandle(deps, { purpose: 'verification-code', seed, email, account, emails }),
  }
}

/** Result of sending another code; it says nothing about who exists. */
export type ResendByCodeOutcome =
  | { readonly kind: 'resent'; readonly handle: string }
  | InvalidEmail
  | Throttled

/**
 * Mails another code to the user who claimed the address last, and returns its handle. Without an address the handle
 * belongs to no account. One round trip in every case (user enumeration).
 */
export async function resendByCode(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<ResendByCodeOutcome> {
  const faults = email === '' ? [] : typedEmailFaults(email)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const { db, now } = deps
  const folded = foldEmail(email)
  const count = await countFor(deps, 'confirm_email', { key: folded })
  const mail = verificationByCode(deps, email, context)
  const recipients = newest(claimantsOf(folded))
  const limit = await limitMails(deps, { cause: 'confirm_email', folded }, wasCounted(count))
  const idempotencyKey = newIdempotencyKey(deps, mail.kind)
  const emails = { kind: mail.kind, context: mail.context, recipients, idempotencyKey }
  const counted = await batchCountedByName(db, count, {
    addresses: insertMissingAddresses(db, folded),
    accounts: selectMailed(db, recipients),
    limit: limit.statements,
    emails: insertEmailsOrNone(db, emails, { condition: limit.isMailed, now }),
  })
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results.emails)
  const { accounts, emails: mails } = counted.results
  return { kind: 'resent', handle: await mail.handleFor(accounts[0], mails) }
}

function newest(claimants: SQL): SQL {
  return sql`(select user_id, email, context from ${claimants} limit 1)`
}

/** Result of verifying by a code. */
export type VerifyByCodeOutcome =
  | { readonly kind: 'verified' | 'bad_handle' | 'bad_code' }
  | Throttled

/**
 * Verifies the address that a code was mailed to (allauth: `ConfirmEmailVerificationCodeForm`). Two round trips, one
 * for a wrong code, which is counted before it is judged. A code verifies once, as an address is verified once.
 */
export async function verifyEmailByCode(
  deps: OutboxDeps & Pick<Deps, 'deferWrites'>,
  given: { readonly handle: string; readonly code: string },
): Promise<VerifyByCodeOutcome> {
  const opened = await openCodeHandle(deps, 'verification-code', given.handle)
  if (opened === undefined) return { kind: 'bad_handle' }
  const { handle } = opened
  const counted = await batchCountedByName(deps.db, await countCodeGuess(deps, opened), {
    claims: findClaim(deps.db, handle.userId, foldEmail(handle.email)),
  })
  if (counted.kind === 'throttled') return counted
  const [claim] = counted.results.claims
  const { code } = given
  const passwordHash = claim?.passwordHash
  const isRight = await isCodeRight(deps.settings, handle, { code, passwordHash })
  if (claim === undefined || !isRight) return { kind: 'bad_code' }
  const outcome = await verifyAddressRow(deps, claim.addressId, verifyManagedAddress)
  if (outcome !== 'verified') return { kind: 'bad_code' }
  deps.deferWrites(forgetGuesses(deps, opened, sql`1`))
  return { kind: 'verified' }
}
