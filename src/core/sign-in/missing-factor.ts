/** Whether a second factor is required before credentials are issued, and the trusted device that replaces it. */
import type { SecondFactorRequired } from './sign-in.ts'
import { and, type SQL } from 'drizzle-orm'
import { users } from '../../db/schema/users.ts'
import type { FirstStepTies } from '../second-factor/first-step.sql.ts'
import { isFirstStep, sealPendingLogin } from '../second-factor/pending-login.ts'
import { hasNoDevice, isOwnDevice } from '../second-factor/has-app.sql.ts'
import { tokenVersion } from '../tokens/authentication.ts'
import type { Proof } from '../tokens/proof.sql.ts'
import type { CredentialDeps } from './credentials.ts'
import { rehash } from './rehash.ts'
import type { Settings } from '../../settings/parse.ts'

/** A proof of one factor, as far as the other one is concerned: see `SignIn`. */
type FirstStep = {
  readonly proof: Proof
  readonly email: 'verified' | 'unverified' | 'not_asked'
  readonly missingFactor: number | null
  readonly newHash?: string | undefined
  readonly ties?: FirstStepTies
  readonly method?: { readonly isUserVerified?: boolean | undefined }
}

/**
 * The end of a first step: nothing is issued, and nothing written but a better hash of the password, which the
 * second step never sees.
 */
export async function askForSecondFactor(
  deps: CredentialDeps,
  { proof, email, missingFactor, newHash, ties }: FirstStep,
): Promise<SecondFactorRequired | undefined> {
  const { how, userId, passwordHash = '' } = proof
  if (!deps.settings.MFA_ENABLED || missingFactor === null) return undefined
  if (typeof userId !== 'number' || !isFirstStep(how)) {
    throw new Error(`a proof by ${how} misses no factor`)
  }
  if (newHash !== undefined) {
    deps.deferWrites((await rehash(deps, proof, newHash)).statements)
  }
  const ephemeralToken = await sealPendingLogin(deps, {
    userId,
    deviceId: missingFactor,
    how,
    wasEmailVerified: email === 'verified',
    passwordHashes: newHash === undefined ? [passwordHash] : [passwordHash, newHash],
    tokenVersion: tokenVersion(proof.tokensRevokedAt ?? null),
    ties,
  })
  return { kind: 'second_factor_required', ephemeralToken }
}

/**
 * What must hold of the account's factors for what a login writes, as a condition on a row of `users`. A login of one
 * factor holds only as long as the account has no second one, which may be set up meanwhile; that of a trusted device as
 * long as it is the one that it is spared.
 */
export function factorCondition(
  settings: Pick<Settings, 'MFA_ENABLED'>,
  { proof: { how }, method }: Pick<FirstStep, 'proof' | 'method'>,
  trustedFactor: number | undefined,
): SQL | undefined {
  if (trustedFactor !== undefined) return isOwnDevice(users.id, trustedFactor)
  const isBoth = how === 'passkey' && method?.isUserVerified === true
  if (!settings.MFA_ENABLED || !isFirstStep(how) || isBoth) return undefined
  return hasNoDevice(users.id)
}

/** The proof, where more must hold. */
export function withCondition(proof: Proof, more: SQL | undefined): Proof {
  const condition = and(proof.condition, more)
  return condition === undefined ? proof : { ...proof, condition }
}
