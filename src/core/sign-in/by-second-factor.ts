/** The second step of a login: a one-time code or a recovery code. */
import { sql } from 'drizzle-orm'
import { auditEvent, noteLogin } from '../audit/audit.ts'
import type { Throttled } from '../limits/rate-limits.ts'
import type { Hit } from '../limits/count.ts'
import { releaseHits } from '../limits/throttle.sql.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { countGuess, forgetFailures } from '../second-factor/failures.ts'
import { stillLeadsTo } from '../second-factor/first-step.sql.ts'
import { factorNotice } from '../second-factor/notices.ts'
import { judgeCode, spendCode, type UsedCode } from '../second-factor/second-step.ts'
import {
  isRevokedLogin,
  isSamePassword,
  openPendingLogin,
  type OpenedLogin,
} from '../second-factor/pending-login.ts'
import { isSpentBy } from '../second-factor/spent-tokens.sql.ts'
import { isLastCode } from '../second-factor/totp.sql.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import { depsOfLogin } from '../../settings/remember.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import { hasVerifiedEmail } from './by-password.ts'
import { findPendingAccount, type PendingAccount } from './by-second-factor.sql.ts'
import { prepareSignIn } from './complete.ts'
import type { SignInOutcome } from './sign-in.ts'
import type { CredentialDeps, Wanted } from './credentials.ts'
import { newTrust } from './device-trust.ts'
import { storedKeyOf } from './issued-token.ts'
import { withCondition } from './missing-factor.ts'
import { sessionFate, sessionOf } from './request-session.ts'

/** What the client sent for the second step. */
export type SecondStepInput = {
  readonly ephemeralToken: string
  readonly code: string
  /** Whether this device is to be spared the steps of this login from now on. */
  readonly trusts?: boolean
  /** The session that the request came in, if any: it is kept if it belongs to the same user. */
  readonly sessionKey: string | undefined
  readonly wanted: Wanted
}

/** Result of a second step, checked in this order. */
export type SecondStepOutcome =
  | (Extract<SignInOutcome, { readonly kind: 'issued' }> & { readonly trustToken?: string })
  /** No token of a first step, too old, used, or ended by a new password. */
  | { readonly kind: 'bad_token' }
  | { readonly kind: 'inactive' }
  | { readonly kind: 'email_unverified' }
  | { readonly kind: 'bad_code' }
  | Throttled

type StepDeps = CredentialDeps & OutboxDeps

/**
 * Completes a login with a one-time code or a recovery code (dj-rest-auth: `MFAVerifyView`). Two round trips, one
 * for a wrong code: the guess is counted with the read, before it is judged; then one batch uses up the code and
 * the token of the first step and signs in, or does none of it (replay).
 */
export async function completeSecondStep(
  given: StepDeps,
  input: SecondStepInput,
): Promise<SecondStepOutcome> {
  const opened = await openPendingLogin(given, input.ephemeralToken)
  if (opened === undefined) return { kind: 'bad_token' }
  const { userId, deviceId, isRemembered = true, jwtClient } = opened.login
  const deps = { ...depsOfLogin(given, isRemembered), jwtClient }
  const search = {
    columns: userColumnsOf(deps.settings),
    userId,
    deviceId,
    tokenId: opened.claim.id,
    session: await sessionOf(deps, input),
  }
  const counted = await findPendingAccount(deps.db, search, countGuess(deps, userId))
  if (counted.kind === 'throttled') return counted
  const account = counted.results
  if (account === undefined) return withoutGuess(deps, counted.hits, BAD_TOKEN)
  const refusal = await refusalOf(deps, opened, account)
  if (refusal !== undefined) return withoutGuess(deps, counted.hits, refusal)
  const { device } = account
  const used = device === null ? undefined : await judgeCode(deps, device, input.code)
  const outcome =
    used === undefined ? BAD_CODE : await signIn(deps, { opened, account, used, input })
  if (outcome.kind === 'bad_code') deps.deferWrites(auditEvent(deps, 'mfa_failed', userId))
  return outcome
}

const BAD_TOKEN = { kind: 'bad_token' } as const
const BAD_CODE = { kind: 'bad_code' } as const

type Refusal = Extract<
  SecondStepOutcome,
  { readonly kind: 'bad_token' | 'inactive' | 'email_unverified' }
>

/** What the first step rests on is checked again: none of it may have changed. */
async function refusalOf(
  { settings }: StepDeps,
  { login }: OpenedLogin,
  account: PendingAccount,
): Promise<Refusal | undefined> {
  if (account.isTokenSpent || isRevokedLogin(login, account.tokensRevokedAt)) return BAD_TOKEN
  if (!account.isActive) return { kind: 'inactive' }
  if (!(await isSamePassword(login, account.passwordHash))) return BAD_TOKEN
  const isAsked = settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory' && login.wasEmailVerified
  if (!isAsked || hasVerifiedEmail(settings, account)) return undefined
  return { kind: 'email_unverified' }
}

/** No code was judged: the counted guess is taken back after the answer. */
function withoutGuess<Outcome>(deps: StepDeps, hits: readonly Hit[], outcome: Outcome): Outcome {
  deps.deferWrites([releaseHits(deps.db, hits)])
  return outcome
}

type Step = {
  readonly opened: OpenedLogin
  readonly account: PendingAccount
  readonly used: UsedCode
  readonly input: SecondStepInput
}

async function signIn(
  deps: StepDeps,
  { opened, account, used, input }: Step,
): Promise<SecondStepOutcome> {
  const { db, now } = deps
  const isOurs = isSpentBy(opened.claim)
  const proof = proofOf('second_factor', account)
  const prepared = await prepareSignIn(deps, {
    proof: withCondition(proof, isOurs),
    wanted: input.wanted,
    storedKey: storedKeyOf(account),
    ...(await sessionFate(deps, input.sessionKey, account)),
    email: 'not_asked',
    missingFactor: null,
    method: { firstStep: opened.login.how },
  })
  if (prepared.kind !== 'prepared') return BAD_TOKEN
  const isReached = stillLeadsTo(account.id, opened.login.ties)
  const isProved = sql`${provedUserId(proof)} is not null and ${isReached}`
  const [spend, ...use] = spendCode(db, opened, { used, now, condition: isProved })
  const owner = sql`(select ${account.id} where ${isOurs})`
  const loser = sql`(select ${account.id} where ${isOurs} and ${isLastCode(account.id)})`
  const isRecovery = used.kind === 'recovery_code'
  const [spent, emails, ...results] = await db.batch([
    spend,
    // Before the code is used up: it is the last one where no other is left.
    factorNotice(deps, 'recovery_codes_used_up', {
      user: account,
      owner: isRecovery ? loser : NO_USER,
    }),
    ...use,
    ...prepared.statements,
    forgetFailures(db, account.id, isOurs),
    ...(isRecovery ? await auditEvent(deps, 'recovery_code_used', owner) : []),
  ])
  if (spent.length === 0) return BAD_CODE
  const outcome = await prepared.issue(results, account)
  if (outcome.kind !== 'issued') return BAD_TOKEN
  deliverLater(deps, emails)
  noteLogin(deps, { kind: 'login', userId: account.id, hits: [] })
  if (input.trusts !== true) return outcome
  const taken = { deviceId: opened.login.deviceId, mailbox: opened.login.ties?.mailedTo }
  return { ...outcome, ...(await newTrust(deps, account, { taken })) }
}
