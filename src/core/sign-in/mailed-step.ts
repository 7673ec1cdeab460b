/** The mailed code between a proof and credentials (`ACCOUNT_LOGIN_BY_CODE_REQUIRED`). */
import { countFor } from '../limits/rate-limits.ts'
import { batchCountedByName, wasCounted } from '../limits/throttle.sql.ts'
import { clientLanguage, queueEmail } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { sealLoginStep } from '../second-factor/login-step.ts'
import { tokenVersion } from '../tokens/authentication.ts'
import { newCodeSeed } from '../tokens/emailed-code.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import { foldEmail } from '../users/email.ts'
import type { UserWithPassword } from '../users/user.ts'
import type { MailedStepRequired, SignIn } from './sign-in.ts'
import type { CredentialDeps } from './credentials.ts'
import { rehash } from './rehash.ts'

/**
 * Ends a first step with a mailed code (allauth: `LoginByCodeStage`); nothing is issued. One round trip, which only
 * a successful first step causes, so it reveals nothing to others. The code goes to the account's own address, and
 * is useless without the handle.
 */
export async function mailLoginStep(
  deps: CredentialDeps,
  { proof, email, newHash, method, ties }: SignIn,
  account: UserWithPassword,
): Promise<MailedStepRequired> {
  const folded = foldEmail(account.email)
  if (folded === '') return { kind: 'no_mailbox' }
  const { how } = proof
  const proved = proofOf(how, account)
  const better = newHash === undefined ? undefined : await rehash(deps, proved, newHash)
  const seed = newCodeSeed(deps)
  const userId = provedUserId(better?.proof ?? proved)
  // A separate rate limit, which attackers cannot exhaust: reaching it takes the password.
  const count = await countFor(deps, 'send_email', { key: `login_step:${folded}` })
  const to = { userId, address: account.email, condition: wasCounted(count) }
  const context = { origin: '', language: clientLanguage(deps), seed }
  const counted = await batchCountedByName(deps.db, count, {
    better: better?.statements ?? [],
    emails: queueEmail(deps, 'login_code', { ...to, context }),
  })
  if (counted.kind === 'throttled') return counted
  const { emails } = counted.results
  deliverLater(deps, emails)
  const handle = await sealLoginStep(deps, {
    how: how === 'provider' || how === 'passkey' ? how : 'password',
    isUserVerified: method?.isUserVerified ?? false,
    wasEmailVerified: email === 'verified',
    ties,
    tokenVersion: tokenVersion(account.tokensRevokedAt),
    seed,
    email: account.email,
    userId: account.id,
    passwordHash: newHash ?? account.passwordHash,
    isMailed: emails.length > 0,
  })
  return { kind: 'mailed_step_required', handle }
}
