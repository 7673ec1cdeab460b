/**
 * The verification mail of a login (allauth: `send_verification_email_at_login`): who has lost the one of the sign-up
 * logs in by the provider alone, and would wait for ever.
 */
import { sql, type SQL } from 'drizzle-orm'
import { verificationMail } from '../accounts/verification-mail.ts'
import { claimBy, insertMissingAddresses } from '../accounts/verify-email.sql.ts'
import { batch } from '../../db/batch.ts'
import type { Statement } from '../../db/open.ts'
import type { Count } from '../limits/count.ts'
import { countFor, type RateDeps } from '../limits/rate-limits.ts'
import { countQuietly, wasCounted } from '../limits/throttle.sql.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { insertEmailsOrNone, type EmailContext } from '../mail/outbox.sql.ts'
import { newIdempotencyKey } from '../mail/outbox.ts'
import { limitMails } from '../mail/recipient-limit.ts'
import type { SignInOutcome } from '../sign-in/sign-in.ts'
import { provedUserId, type Proof } from '../tokens/proof.sql.ts'
import { foldEmail } from '../users/email.ts'
import type { SocialLoginDeps, SocialLoginOutcome } from './attempt.ts'
import type { SocialCandidate } from './login.sql.ts'

/** An account that a provider led to, and what must still hold of it. */
type LoggingIn = {
  readonly account: SocialCandidate
  readonly proof: Proof
  readonly context: EmailContext
}

/**
 * Mails the account a key for its own address, after the answer; a code before it, because the client gets its handle:
 * within the rate, too, as where the address was taken and no account was made (user enumeration). Nobody is mailed
 * whose address another account has verified.
 */
export async function mailVerification(
  deps: SocialLoginDeps,
  outcome: SignInOutcome,
  { account, proof, context }: LoggingIn,
): Promise<SocialLoginOutcome> {
  if (outcome.kind !== 'issued' && outcome.kind !== 'email_unverified') return outcome
  const email = account.email === '' ? account.addresses[0]?.email : account.email
  if (email === undefined) return outcome
  const mail = await verificationMail(deps, email, context)
  const send = () => queueVerification(deps, { account, proof, email, mail })
  if (mail.handleFor === undefined) {
    deps.defer(send)
    return outcome
  }
  return { ...outcome, handle: await mail.handleFor(account, await send()) }
}

async function queueVerification(
  deps: SocialLoginDeps,
  {
    account,
    proof,
    email,
    mail,
  }: Pick<LoggingIn, 'account' | 'proof'> & {
    readonly email: string
    readonly mail: Awaited<ReturnType<typeof verificationMail>>
  },
): Promise<readonly unknown[]> {
  const { db, now } = deps
  const { kind, context } = mail
  const folded = foldEmail(email)
  const count = await countUnasked(deps, folded)
  const limit = await limitMails(deps, { cause: 'confirm_email', folded }, wasCounted(count))
  const recipients = claimBy(provedUserId(proof), folded)
  const emails = { kind, context, recipients, idempotencyKey: newIdempotencyKey(deps, kind) }
  const { queued } = await batch(db, {
    missing: insertMissingAddresses(db, account.addresses.length === 0 ? folded : ''),
    counted: count === undefined ? [] : countQuietly(db, count, sql`1`),
    limit: limit.statements,
    queued: insertEmailsOrNone(db, emails, { condition: limit.isMailed, now }),
  })
  deliverLater(deps, queued)
  return queued
}

/** For the batch of a sign-up: its mail counts, so that a login right after it sends no other. */
export async function countFirstMail(
  deps: SocialLoginDeps,
  folded: string,
  condition: SQL,
): Promise<readonly Statement[]> {
  const count = await countUnasked(deps, folded)
  return count === undefined ? [] : countQuietly(deps.db, count, condition).slice(0, 1)
}

/**
 * The rate `confirm_email` for mails that nobody asked for. Apart from that of `resend-email/`, whose answer would tell
 * strangers that somebody has just logged in.
 */
function countUnasked(deps: RateDeps, folded: string): Promise<Count | undefined> {
  return countFor(deps, 'confirm_email', { key: `login:${folded}` })
}
