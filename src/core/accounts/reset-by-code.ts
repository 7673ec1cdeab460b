/** Password reset by a mailed code in place of a link. */
import { NO_USER_ID } from '../users/user.ts'
import { sql } from 'drizzle-orm'
import type { InvalidEmail } from '../faults.ts'
import { typedEmailFaults } from '../users/typed-email.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import type { Deps } from '../../deps.ts'
import { countFor, type RateDeps, type Throttled } from '../limits/rate-limits.ts'
import { batchCountedByName, releaseHits, wasCounted } from '../limits/throttle.sql.ts'
import { insertEmailsOrNone, type EmailContext } from '../mail/outbox.sql.ts'
import { newIdempotencyKey, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import type { BreachDeps } from '../passwords/breach-range.ts'
import { withHashing, type HashingDeps } from '../passwords/hash-queue.ts'
import {
  countCodeGuess,
  forgetGuesses,
  isCodeRight,
  openCodeHandle,
  sealCodeHandle,
} from '../second-factor/code-handle.ts'
import { newCodeSeed } from '../tokens/emailed-code.ts'
import { isWayIn } from '../users/addresses.sql.ts'
import { foldEmail } from '../users/email.ts'
import { accountOfMailbox, findMailedAccount, selectMailed } from './emailed-login.sql.ts'
import { storedEmail } from './registration-input.ts'
import { setProvedPassword, type ResetInput, type ResetOutcome } from './reset-password.ts'

/** Result of asking for a code; it says nothing about who exists. */
export type ResetCodeRequestOutcome =
  | { readonly kind: 'requested'; readonly handle: string }
  | InvalidEmail
  | Throttled

/** Mails a code that sets a new password (allauth: `RequestPasswordResetForm`). One round trip for everyone. */
export async function requestResetByCode(
  deps: OutboxDeps & RateDeps,
  email: string,
  context: EmailContext,
): Promise<ResetCodeRequestOutcome> {
  const faults = typedEmailFaults(email)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const { db, settings, now } = deps
  const address = storedEmail(settings, email)
  const folded = foldEmail(address)
  const seed = newCodeSeed(deps)
  const count = await countFor(deps, 'reset_password', { key: folded })
  const limit = await limitMails(deps, { cause: 'password_reset', folded }, wasCounted(count))
  const emails = {
    kind: 'password_reset_code',
    recipients: accountOfMailbox(folded),
    context: { ...context, seed },
    idempotencyKey: newIdempotencyKey(deps, 'password_reset_code'),
  } as const
  const counted = await batchCountedByName(db, count, {
    accounts: selectMailed(db, emails.recipients),
    limit: limit.statements,
    emails: insertEmailsOrNone(db, emails, { condition: limit.isMailed, now }),
  })
  if (counted.kind === 'throttled') return counted
  deliverLater(deps, counted.results.emails)
  const [account] = counted.results.accounts
  const { emails: mails } = counted.results
  const code = { purpose: 'reset-code', seed, email: address, account, emails: mails } as const
  return { kind: 'requested', handle: await sealCodeHandle(deps, code) }
}

/** Result of a code and new passwords, checked in this order. */
export type ResetByCodeOutcome =
  | Extract<ResetOutcome, { readonly kind: 'reset' | 'invalid' | 'throttled' }>
  | { readonly kind: 'bad_handle' | 'bad_code' }

type CodeDeps = OutboxDeps & RateDeps & HashingDeps & BreachDeps & Pick<Deps, 'deferWrites'>

type CodeInput = Pick<ResetInput, 'newPassword1' | 'newPassword2'> & {
  readonly handle: string
  readonly code: string
}

/**
 * Sets a new password with a mailed code. Two round trips, one for a wrong code, which is counted before it is
 * judged; a right code with a refused password is no guess. The hash is compared and swapped, so a code sets one
 * password.
 *
 * @throws HashingBusy where too many passwords wait to be hashed, before anything else
 */
export function confirmResetByCode(deps: CodeDeps, input: CodeInput): Promise<ResetByCodeOutcome> {
  return withHashing(deps, () => setPasswordByCode(deps, input))
}

async function setPasswordByCode(deps: CodeDeps, input: CodeInput): Promise<ResetByCodeOutcome> {
  const { db, settings } = deps
  const opened = await openCodeHandle(deps, 'reset-code', input.handle)
  if (opened === undefined) return { kind: 'bad_handle' }
  const { handle, claim } = opened
  const search = {
    columns: userColumnsOf(settings),
    userId: handle.userId ?? NO_USER_ID,
    tokenId: claim.id,
    session: undefined,
  }
  const counted = await findMailedAccount(db, search, await countCodeGuess(deps, opened))
  if (counted.kind === 'throttled') return counted
  const { account, isSpent } = counted.results
  const given = { code: input.code, passwordHash: account?.passwordHash }
  const isRight = await isCodeRight(settings, handle, given)
  if (account === undefined || !account.isActive || isSpent || !isRight) return { kind: 'bad_code' }
  const folded = foldEmail(handle.email)
  const row = account.addresses.find(({ email }) => foldEmail(email) === folded)
  const proved = row?.email ?? handle.email
  const isStillTheirs = isWayIn(account.id, folded)
  const outcome = await setProvedPassword(deps, { ...account, proved, isStillTheirs }, input)
  switch (outcome.kind) {
    case 'reset':
      deps.deferWrites(forgetGuesses(deps, opened, sql`1`))
      return outcome
    case 'invalid':
      deps.deferWrites([releaseHits(db, counted.hits)])
      return outcome
    case 'lost_race':
      return { kind: 'bad_code' }
  }
}
