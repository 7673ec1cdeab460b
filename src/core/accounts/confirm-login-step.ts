/** The second step of a login that requires a mailed code. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import type { Statement } from '../../db/open.ts'
import { auditEvent, noteLogin } from '../audit/audit.ts'
import { depsOfLogin } from '../../settings/remember.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import {
  countCodeGuess,
  forgetGuesses,
  isCodeRight,
  type OpenedHandle,
} from '../second-factor/code-handle.ts'
import { stillLeadsTo } from '../second-factor/first-step.sql.ts'
import { openLoginStep, type LoginStep } from '../second-factor/login-step.ts'
import { isSpentBy, spendToken } from '../second-factor/spent-tokens.sql.ts'
import { hasVerifiedEmail } from '../sign-in/by-password.ts'
import { sessionFate, sessionOf } from '../sign-in/request-session.ts'
import { prepareSignIn } from '../sign-in/complete.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
import { newTrust } from '../sign-in/device-trust.ts'
import { storedKeyOf } from '../sign-in/issued-token.ts'
import { tokenVersion } from '../tokens/authentication.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import { foldEmail } from '../users/email.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import { dropClaims } from './drop-claims.ts'
import type { CodeLoginOutcome, MailLoginDeps } from './emailed-login.ts'
import { findMailedAccount, type MailedAccount } from './emailed-login.sql.ts'
import type { SignInWish } from './mail-proof.ts'
import { verifyAddressOf } from './prove-address.sql.ts'

const BAD_CODE = { kind: 'bad_code' } as const

/**
 * Continues a login that waits for a mailed code (`ACCOUNT_LOGIN_BY_CODE_REQUIRED`; allauth:
 * `ConfirmLoginCodeView`). Two round trips, one for a wrong code: guesses are counted with the read, before they
 * are judged. Everything the first step rests on is checked again; then one batch uses the code up and signs in, or
 * asks for the second factor. Typing the code proves the mailbox, so the address is verified, too.
 */
export async function confirmLoginStep(
  given: MailLoginDeps,
  typed: { readonly handle: string; readonly code: string },
  wish: SignInWish,
): Promise<CodeLoginOutcome> {
  const opened = await openLoginStep(given, typed.handle)
  if (opened === undefined) return { kind: 'bad_handle' }
  const { handle, claim, step } = opened
  const deps = { ...depsOfLogin(given, step.isRemembered), jwtClient: step.jwtClient }
  const search = {
    columns: userColumnsOf(deps.settings),
    userId: handle.userId ?? 0,
    tokenId: claim.id,
    session: await sessionOf(deps, wish),
  }
  const counted = await findMailedAccount(deps.db, search, await countCodeGuess(deps, opened))
  if (counted.kind === 'throttled') return counted
  const { account, isSpent } = counted.results
  const { code } = typed
  const passwordHash = account?.passwordHash
  const isRight = await isCodeRight(deps.settings, handle, { code, passwordHash })
  const isSame = tokenVersion(account?.tokensRevokedAt ?? null) === step.tokenVersion
  if (account === undefined || isSpent || !isRight || !isSame) {
    noteLogin(deps, { kind: 'login_failed', userId: account?.id, hits: [] })
    return BAD_CODE
  }
  return signIn(deps, { opened, step, account }, wish)
}

type Confirmed = {
  readonly opened: OpenedHandle
  readonly step: LoginStep
  readonly account: MailedAccount
}

const AUDITED_AS = {
  issued: 'login',
  second_factor_required: 'login_mfa_required',
  email_unverified: 'login_unverified',
} as const

async function signIn(
  deps: MailLoginDeps,
  confirmed: Confirmed,
  wish: SignInWish,
): Promise<CodeLoginOutcome> {
  const { opened, step, account } = confirmed
  const { claim } = opened
  const details = await signInOf(deps, confirmed, wish)
  const prepared = await prepareSignIn(deps, details)
  const waits = prepared.kind === 'second_factor_required'
  if (prepared.kind === 'email_unverified') return prepared
  if (prepared.kind !== 'prepared' && !waits) return BAD_CODE
  const isReached = stillLeadsTo(account.id, details.ties)
  const proof = proofOf(step.how, account, waits ? undefined : prepared.factorHolds)
  const isProved = sql`${provedUserId(proof)} is not null and ${isReached}`
  const { spent, verified, signedIn } = await batch(deps.db, {
    spent: spendToken(deps.db, claim, isProved),
    forgotten: await forgetGuesses(deps, opened, isSpentBy(claim)),
    verified: await verifying(deps, confirmed),
    signedIn: waits ? [] : prepared.statements,
  })
  if (spent.length === 0) return BAD_CODE
  deliverLater(deps, verified.flat())
  const outcome = waits ? prepared : await prepared.issue(signedIn, account)
  const isDisclosed = outcome.kind === 'issued' || outcome.kind === 'second_factor_required'
  if (!isDisclosed) return BAD_CODE
  noteLogin(deps, { kind: AUDITED_AS[outcome.kind], userId: account.id, hits: [] })
  if (outcome.kind !== 'issued' || wish.trusts !== true) return outcome
  return { ...outcome, ...(await trustOf(deps, confirmed, wish)) }
}

/** The device reads this mail; and what it is spared already, it is spared on. */
function trustOf(
  deps: MailLoginDeps,
  { opened, account }: Confirmed,
  { trustToken }: SignInWish,
): Promise<{ readonly trustToken?: string }> {
  const steps = { deviceId: account.deviceId ?? undefined }
  const taken = { mailbox: foldEmail(opened.handle.email) }
  return newTrust(deps, account, { taken, former: { trustToken, steps } })
}

async function signInOf(
  { settings }: MailLoginDeps,
  { opened, step, account }: Confirmed,
  wish: SignInWish,
): Promise<SignIn> {
  const isAsked = settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory' && step.wasEmailVerified
  const isVerified = hasVerifiedEmail(settings, account)
  const isCounted = step.how === 'passkey' && step.isUserVerified
  return {
    proof: proofOf(step.how, account, isSpentBy(opened.claim)),
    wanted: wish.wanted,
    storedKey: storedKeyOf(account),
    ...(await sessionFate({ settings }, wish.sessionKey, account)),
    email: isVerified ? 'verified' : isAsked ? 'unverified' : 'not_asked',
    missingFactor: isCounted ? null : account.deviceId,
    method: { isUserVerified: step.isUserVerified, hasMailedCode: true },
    trustToken: wish.trustToken,
    hasMailedStep: true,
    ties: { ...step.ties, mailedTo: foldEmail(opened.handle.email) },
  }
}

/** Verifies the address that the code went to, unless it is. The user knows the password: no one is evicted. */
async function verifying(
  deps: MailLoginDeps,
  { opened: { handle, claim }, account }: Confirmed,
): Promise<readonly Statement[]> {
  const { db, settings } = deps
  const emailFolded = foldEmail(handle.email)
  const isVerified = account.addresses.some(
    (one) => one.isVerified && foldEmail(one.email) === emailFolded,
  )
  if (isVerified || foldEmail(account.email) !== emailFolded) return []
  const userId = sql`(select ${account.id} where ${isSpentBy(claim)})`
  const isUnique = settings.ACCOUNT_UNIQUE_EMAIL
  const address = { userId, email: account.email, emailFolded, isUnique }
  return [
    ...verifyAddressOf(db, address),
    ...(settings.policy.emails.verifiedAreUnique && isUnique ? dropClaims(deps, address) : []),
    ...(await auditEvent(deps, 'email_verified', userId)),
  ]
}
