/** Setting up an authenticator app: a secret that is stored only when a code proves that the app has it. */
import type { Deps } from '../../deps.ts'
import { encodeBase64Url } from '../../crypto.ts'
import { and, sql } from 'drizzle-orm'
import { auditEvent, type AuditDeps } from '../audit/audit.ts'
import { batchCounted, countRequest, wasCounted } from '../limits/throttle.sql.ts'
import type { Throttled } from '../limits/rate-limits.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { provedUserId, type Proof } from '../tokens/proof.sql.ts'
import type { UserWithPassword } from '../users/user.ts'
import { countGuess, forgetFailures } from './failures.ts'
import { factorNotice } from './notices.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'
import { isSpent, isSpentBy, spendToken } from './spent-tokens.sql.ts'
import { sealTotpSecret, storeRecoveryCodes } from './stored-factor.ts'
import { matchingStep, newTotpSecret } from './totp.ts'
import {
  insertDevice,
  insertRecoveryCodes,
  isDeviceKept,
  isVerifiedAccount,
  type FactorState,
  type NewDevice,
} from './totp.sql.ts'
import { hasNoDevice } from './has-app.sql.ts'
import { totpUrl } from './totp-url.ts'
import type { Settings } from '../../settings/parse.ts'

/** What changing the own second factor needs. */
export type FactorDeps = OutboxDeps & AuditDeps & Pick<Deps, 'deferWrites'>

/** Who is changing it, and what was found with them. */
export type FactorCaller = {
  readonly user: UserWithPassword
  /** The caller's credentials must still be valid in the statement that writes. */
  readonly proof: Proof
  readonly factor: FactorState
}

/** What an authenticator app is set up with; nothing is kept until a code of it comes back. */
export type TotpSetup = {
  readonly secret: string
  readonly totpUrl: string
  readonly activationToken: string
}

/** A new secret, and a token that carries it back unread (dj-rest-auth: `TOTPActivateView.get`). No round trip. */
export async function beginActivation(
  deps: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  user: UserWithPassword,
): Promise<TotpSetup> {
  const secret = newTotpSecret(deps.randomBytes)
  return {
    secret,
    totpUrl: totpUrl(deps.settings, user, secret),
    activationToken: await sealToken(deps, 'mfa-activation', {
      content: { userId: user.id, secret },
      lifetimeSeconds: deps.settings.MFA_EPHEMERAL_TOKEN_TIMEOUT,
    }),
  }
}

/** Result of confirming, checked in this order. */
export type ActivationOutcome =
  | { readonly kind: 'activated'; readonly recoveryCodes: readonly string[] }
  | { readonly kind: 'bad_token' }
  | { readonly kind: 'token_of_another' }
  | { readonly kind: 'bad_code' }
  /** Another tab was faster, or the caller's credentials have ended. */
  | { readonly kind: 'already_active' }
  | Throttled

/** Why an account may not set up a second factor now; `undefined` where it may. */
export function activationFault(
  settings: Pick<Settings, 'MFA_ALLOW_UNVERIFIED_EMAIL'>,
  { device, isUnverified }: FactorState,
): 'already_active' | 'email_unverified' | undefined {
  if (device !== undefined) return 'already_active'
  // A user who signs up with another person's address must not keep its owner out (account pre-hijacking).
  return isUnverified && !settings.MFA_ALLOW_UNVERIFIED_EMAIL ? 'email_unverified' : undefined
}

/**
 * Sets up an authenticator app that shows the right code (dj-rest-auth: `TOTPActivateView.post`). One round
 * trip: the token is spent, the device kept with the step it was confirmed by, so that the same code opens
 * nothing afterwards, and of two concurrent ones one wins.
 */
export async function confirmActivation(
  deps: FactorDeps,
  caller: FactorCaller,
  input: { readonly activationToken: string; readonly code: string },
): Promise<ActivationOutcome> {
  const token = await openToken(deps, 'mfa-activation', input.activationToken)
  const { userId, secret } = token?.content ?? {}
  if (token === undefined || typeof secret !== 'string') return { kind: 'bad_token' }
  if (userId !== caller.user.id) return { kind: 'token_of_another' }
  const step = await matchingStep(deps.settings, { secret, code: input.code }, deps.now)
  if (step === undefined) return refuseCode(deps, caller.user.id)
  const recoveryCodes = newRecoveryCodes(deps.randomBytes, deps.settings.MFA_RECOVERY_CODE_COUNT)
  const stored = await storeRecoveryCodes(deps, recoveryCodes)
  const device: NewDevice = {
    userId: caller.user.id,
    sealedSecret: await sealTotpSecret(deps, secret),
    lastStep: step,
    recoverySalt: stored.salt,
    createdAt: deps.now,
  }
  const count = countGuess(deps, caller.user.id)
  const claim = { ...token, spentBy: encodeBase64Url(deps.randomBytes(12)) }
  const isKept = isDeviceKept(device)
  const kept = sql`(select ${caller.user.id} where ${isKept})`
  const counted = await batchCounted(deps.db, count, [
    deps.db.select({ isSpent: isSpent(token.id) }).from(sql`(select 1)`),
    spendToken(deps.db, claim, await mayActivate(deps, caller, wasCounted(count))),
    insertDevice(deps.db, device, isSpentBy(claim)),
    insertRecoveryCodes(deps.db, { userId: caller.user.id, codes: stored.codes }, isKept),
    factorNotice(deps, 'totp_activated', { user: caller.user, owner: kept }),
    ...(await auditEvent(deps, 'totp_activated', kept)),
    forgetFailures(deps.db, caller.user.id, isKept),
  ])
  if (counted.kind === 'throttled') return counted
  const [[before], , devices, , emails] = counted.results
  if (before?.isSpent === 1) return { kind: 'bad_token' }
  if (devices.length === 0) return { kind: 'already_active' }
  deliverLater(deps, emails)
  return { kind: 'activated', recoveryCodes }
}

/** Whether the account may set up an app now, as a condition of the statement that stores it. */
async function mayActivate(
  { settings }: Pick<Deps, 'settings'>,
  { user, proof }: FactorCaller,
  isCounted: ReturnType<typeof wasCounted>,
) {
  const condition = and(
    isCounted,
    sql`${provedUserId(proof)} is not null`,
    hasNoDevice(user.id),
    settings.MFA_ALLOW_UNVERIFIED_EMAIL ? undefined : isVerifiedAccount(user.id),
  )
  return condition ?? sql`0`
}

/** A wrong code: counted before the response, and recorded. One round trip. */
export async function refuseCode(
  deps: FactorDeps,
  userId: number,
): Promise<{ readonly kind: 'bad_code' } | Throttled> {
  const waitSeconds = await countRequest(deps.db, countGuess(deps, userId))
  if (waitSeconds !== undefined) return { kind: 'throttled', waitSeconds }
  deps.deferWrites(auditEvent(deps, 'mfa_failed', userId))
  return { kind: 'bad_code' }
}
