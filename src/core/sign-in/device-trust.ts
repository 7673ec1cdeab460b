/**
 * Which steps of a login a trusted device skips, and the trust that a completed login grants. The condition goes
 * into the gate's statements, so that a trust that was revoked meanwhile skips nothing.
 */
import { and, sql, type SQL } from 'drizzle-orm'
import { users } from '../../db/schema/users.ts'
import { needsMailedStep } from '../../settings/mailed-step.ts'
import { sparesMailedStep } from '../../settings/trust-cookie.ts'
import type { SparedSteps, TrustSubject } from '../second-factor/trusted-device.ts'
import { hasAddress } from '../users/addresses.sql.ts'
import { foldEmail } from '../users/email.ts'
import type { CredentialDeps } from './credentials.ts'
import { loadSignIn } from './load-sign-in.ts'
import { factorCondition } from './missing-factor.ts'
import type { SignIn } from './sign-in.ts'
import type { Settings } from '../../settings/parse.ts'

/** The steps that the device is spared, where the account trusts it. */
export async function sparedStepsOf(deps: CredentialDeps, signIn: SignIn): Promise<SparedSteps> {
  const { proof, missingFactor, trustToken, address = '', hasMailedStep } = signIn
  const { userId, how, passwordHash, tokensRevokedAt } = proof
  if (typeof userId !== 'number' || passwordHash === undefined || tokensRevokedAt === undefined) {
    return {}
  }
  const isMailed = needsMailedStep(deps.settings, how) && hasMailedStep !== true
  const steps = {
    deviceId: missingFactor ?? undefined,
    mailbox: isMailed && address !== '' ? foldEmail(address) : undefined,
  }
  return keptTrust(deps, trustToken, { subject: { userId, passwordHash, tokensRevokedAt }, steps })
}

/** Which of the steps a token spares, of those that the settings let it. */
async function keptTrust(
  deps: CredentialDeps,
  trustToken: string | undefined,
  { subject, steps }: { readonly subject: TrustSubject; readonly steps: SparedSteps },
): Promise<SparedSteps> {
  const allowed = allowedSteps(deps, steps)
  if (trustToken === undefined || isNone(allowed)) return {}
  const { readTrustToken } = await loadSignIn()
  return readTrustToken(deps, trustToken, { subject, steps: allowed })
}

function allowedSteps({ settings }: CredentialDeps, steps: SparedSteps): SparedSteps {
  return {
    deviceId: settings.MFA_TRUST_ENABLED ? steps.deviceId : undefined,
    mailbox: sparesMailedStep(settings) ? steps.mailbox : undefined,
  }
}

function isNone({ deviceId, mailbox }: SparedSteps): boolean {
  return deviceId === undefined && mailbox === undefined
}

/** The account of a device that is to be trusted. */
type TrustingAccount = {
  readonly id: number
  readonly passwordHash: string
  readonly tokensRevokedAt: Date | null
}

/**
 * What the device is trusted with from now on: the steps that were taken on it, and those that it was spared before
 * (`former`: its token, and what else the account may ask for). No token where the settings trust nothing of it.
 */
export async function newTrust(
  deps: CredentialDeps,
  { id: userId, passwordHash, tokensRevokedAt }: TrustingAccount,
  {
    taken,
    former,
  }: {
    readonly taken: SparedSteps
    readonly former?: { readonly trustToken: string | undefined; readonly steps: SparedSteps }
  },
): Promise<{ readonly trustToken?: string }> {
  const subject = { userId, passwordHash, tokensRevokedAt }
  const kept =
    former === undefined
      ? {}
      : await keptTrust(deps, former.trustToken, { subject, steps: former.steps })
  const allowed = allowedSteps(deps, taken)
  const steps = {
    deviceId: allowed.deviceId ?? kept.deviceId,
    mailbox: allowed.mailbox ?? kept.mailbox,
  }
  if (isNone(steps)) return {}
  const { makeTrustToken } = await loadSignIn()
  return { trustToken: await makeTrustToken(deps, subject, steps) }
}

/**
 * What must hold of the account for what a login writes, as a condition on a row of `users`: see `factorCondition`; and
 * that the address whose mail was not asked for is still its own.
 */
export function stepCondition(
  settings: Pick<Settings, 'MFA_ENABLED'>,
  signIn: SignIn,
  { deviceId, mailbox }: SparedSteps,
): SQL | undefined {
  return and(
    factorCondition(settings, signIn, deviceId),
    mailbox === undefined ? undefined : hasAddress(sql`${users.id}`, mailbox),
  )
}
