/**
 * Passwordless login by a mailed code or link. Reading the mailbox is the proof; a user who entered someone else's
 * address into an account is evicted when its owner logs in.
 */
import { NO_USER_ID } from '../users/user.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import type { Throttled } from '../limits/rate-limits.ts'
import { releaseHits } from '../limits/throttle.sql.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { noteLogin } from '../audit/audit.ts'
import {
  countCodeGuess,
  forgetGuesses,
  isCodeRight,
  newSpender,
  openCodeHandle,
} from '../second-factor/code-handle.ts'
import { isSpentBy, type Claim } from '../second-factor/spent-tokens.sql.ts'
import type { SignInOutcome } from '../sign-in/sign-in.ts'
import type { CredentialDeps } from '../sign-in/credentials.ts'
import { sessionOf } from '../sign-in/request-session.ts'
import { isEmailedCode } from '../tokens/emailed-code.ts'
import { openLoginKey } from '../tokens/login-key.ts'
import { foldEmail } from '../users/email.ts'
import type { OwnFault, OwnInput } from '../users/read-own-fields.ts'
import { findMailedAccount } from './emailed-login.sql.ts'
import { signInByMail, type MailProof, type SignInWish } from './mail-proof.ts'
import { isSignUpByCodeOpen } from '../../settings/sign-up.ts'
import { signUpByCode } from './sign-up-by-code.ts'

/** What a login by mail needs. */
export type MailLoginDeps = CredentialDeps & OutboxDeps

type SignedIn = Extract<
  SignInOutcome,
  { readonly kind: 'issued' | 'second_factor_required' | 'email_unverified' }
>

/** Result of logging in by a mailed code. */
export type CodeLoginOutcome =
  | (SignedIn & { readonly trustToken?: string })
  /** None of ours, or too old. */
  | { readonly kind: 'bad_handle' }
  /** Wrong, used, ended by a new password; or there is no such account. */
  | { readonly kind: 'bad_code' }
  /** The code is right, and stays valid for a retry with the missing data of a new account. */
  | { readonly kind: 'invalid'; readonly faults: readonly OwnFault[] }
  | Throttled

const BAD_CODE = { kind: 'bad_code' } as const

/**
 * Logs in with a code that was mailed to an address of the account (allauth: `ConfirmLoginCodeView`). Two round
 * trips, one for a wrong code: guesses are counted with the read, before they are judged, by handle and by account
 * (brute force). A handle for an unknown address costs and answers the same as a wrong code (user enumeration).
 */
export async function logInByCode(
  deps: MailLoginDeps,
  given: { readonly handle: string; readonly code: string; readonly own?: OwnInput },
  input: SignInWish,
): Promise<CodeLoginOutcome> {
  const opened = await openCodeHandle(deps, 'login-code', given.handle)
  if (opened === undefined) return { kind: 'bad_handle' }
  const { handle, claim } = opened
  const session = await sessionOf(deps, input)
  const search = {
    columns: userColumnsOf(deps.settings),
    userId: handle.userId ?? NO_USER_ID,
    tokenId: claim.id,
    session,
  }
  const counted = await findMailedAccount(deps.db, search, await countCodeGuess(deps, opened))
  if (counted.kind === 'throttled') return counted
  const { account, isSpent } = counted.results
  const { code } = given
  const isRight = await isCodeRight(deps.settings, handle, {
    code,
    passwordHash: account?.passwordHash,
  })
  const isNew = handle.userId === undefined && isSignUpByCodeOpen(deps.settings)
  if (isNew && !isSpent && (await isEmailedCode(deps.settings, handle, code))) {
    const made = await signUpByCode(deps, opened, { ...input, own: given.own ?? {} })
    if (made?.kind === 'invalid') deps.deferWrites([releaseHits(deps.db, counted.hits)])
    return made ?? BAD_CODE
  }
  if (account === undefined || !isRight || isSpent) {
    noteLogin(deps, { kind: 'login_failed', userId: account?.id, hits: [] })
    return BAD_CODE
  }
  const forgets = await forgetGuesses(deps, opened, isSpentBy(claim))
  const proof = { account, emailFolded: foldEmail(handle.email), claim, alongside: forgets }
  return signIn(deps, proof, input)
}

/** Result of logging in by a mailed link. */
export type LinkLoginOutcome = SignedIn | { readonly kind: 'bad_key' }

/**
 * Logs in with the key of a mailed link. Two round trips. The key proves the mailbox in any browser it is
 * opened; it is only accepted by POST, because mail scanners follow links.
 */
export async function logInByLink(
  deps: MailLoginDeps,
  key: string,
  input: SignInWish,
): Promise<LinkLoginOutcome> {
  const opened = await openLoginKey(deps, key)
  if (opened === undefined) return { kind: 'bad_key' }
  const session = await sessionOf(deps, input)
  const search = {
    columns: userColumnsOf(deps.settings),
    userId: opened.userId,
    tokenId: opened.id,
    session,
  }
  const found = await findMailedAccount(deps.db, search, undefined)
  if (found.kind === 'throttled') return { kind: 'bad_key' }
  const { account, isSpent } = found.results
  if (account === undefined || isSpent || !(await opened.isFor(account.passwordHash))) {
    return { kind: 'bad_key' }
  }
  const claim: Claim = { id: opened.id, expiresAt: opened.expiresAt, spentBy: newSpender(deps) }
  const proof = { account, emailFolded: opened.email, claim, alongside: [] }
  const outcome = await signIn(deps, proof, input)
  return outcome.kind === 'bad_code' ? { kind: 'bad_key' } : outcome
}

const AUDITED_AS = {
  issued: 'login',
  second_factor_required: 'login_mfa_required',
  mailed_step_required: 'login_mfa_required',
  no_mailbox: 'login_unverified',
  throttled: 'login_mfa_required',
  email_unverified: 'login_unverified',
  inactive: 'login_failed',
  stale_proof: 'login_failed',
} as const

async function signIn(
  deps: MailLoginDeps,
  proof: MailProof,
  input: SignInWish,
): Promise<SignedIn | { readonly kind: 'bad_code' }> {
  const { outcome, emails } = await signInByMail(deps, proof, input)
  deliverLater(deps, emails)
  noteLogin(deps, { kind: AUDITED_AS[outcome.kind], userId: proof.account.id, hits: [] })
  return isDisclosed(outcome) ? outcome : BAD_CODE
}

function isDisclosed(outcome: SignInOutcome): outcome is SignedIn {
  return ['issued', 'second_factor_required', 'email_unverified'].includes(outcome.kind)
}
