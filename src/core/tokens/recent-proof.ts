/**
 * Whether a caller's last proof of presence is recent enough for something sensitive, and which proofs could renew
 * it.
 */
import { and, type SQL } from 'drizzle-orm'
import type { Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import { usesRecentProofs } from '../../settings/step-up.ts'
import { isPasswordUsable } from '../passwords/passwords.ts'
import {
  proofOfCaller,
  type CallerCredential,
  type CredentialProof,
  type Proof,
  type SignedInCaller,
} from './proof.sql.ts'
import { credentialName, isProvedSince, recordProof, type ProofState } from './recent-proof.sql.ts'

/** A way of proving again, by allauth's names (`headless`: flows). */
export type ReauthenticationFlow =
  | { readonly id: 'reauthenticate' }
  | { readonly id: 'mfa_reauthenticate'; readonly types: readonly FactorType[] }
  /** A code of `login/code/request/`. */
  | { readonly id: 'login_by_code' }
  /** Logging in again by one of these. */
  | { readonly id: 'provider_redirect'; readonly providers: readonly string[] }

/** What a second factor is called there. */
type FactorType = 'totp' | 'recovery_codes' | 'webauthn'

/** The last proof is missing or too old; `flows` are the ways of giving one. */
export type ReauthenticationRequired = {
  readonly kind: 'reauthentication_required'
  readonly flows: readonly ReauthenticationFlow[]
}

type RecencyDeps = Pick<Deps, 'settings' | 'now'>

/** A caller whose route reads the state of their proof with them. */
export type StatedCaller = SignedInCaller & { readonly proofState?: ProofState }

/**
 * Asks for a recent proof (allauth: `raise_if_reauthentication_required`, ASVS 7.5.1): `undefined` where the caller
 * logged in, or proved again, less than `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds ago. No round trip: the state was
 * read with the caller. What writes asks again, by `proofOfRecentCaller`.
 */
export function requireRecentProof(
  deps: RecencyDeps,
  caller: StatedCaller,
): ReauthenticationRequired | undefined {
  const provedAt = provedAtOf(caller)
  if (provedAt !== undefined && provedAt > oldestRecent(deps)) return undefined
  return { kind: 'reauthentication_required', flows: reauthenticationFlows(deps, caller) }
}

/** When the caller last proved to be there: by the login that the JWT tells of, or again since. */
export function provedAtOf({ credential, proofState }: StatedCaller): Date | undefined {
  const login = credential.kind === 'jwt' ? credential.provedAt : undefined
  const recorded = proofState?.provedAt
  if (login === undefined || recorded === undefined) return login ?? recorded
  return recorded > login ? recorded : login
}

/** Until when the caller's last proof is recent; `undefined` where it is not. */
export function recentUntil(deps: RecencyDeps, caller: StatedCaller): Date | undefined {
  const provedAt = provedAtOf(caller)
  if (provedAt === undefined || provedAt <= oldestRecent(deps)) return undefined
  return expiryOf({ ...deps, now: provedAt })
}

/** The proof that a caller is still signed in and has proved so recently, for what is written on their word. */
export function proofOfRecentCaller(deps: RecencyDeps, caller: SignedInCaller): Proof {
  return withCondition(proofOfCaller(caller), isProvedSince(caller.credential, oldestRecent(deps)))
}

function withCondition(proof: Proof, more: SQL): Proof {
  const condition = and(proof.condition, more)
  return condition === undefined ? proof : { ...proof, condition }
}

/** A proof whose credentials must also have been proved recently. */
export function recentlyProved(deps: RecencyDeps, { credential, proof }: CredentialProof): Proof {
  return withCondition(proof, isProvedSince(credential, oldestRecent(deps)))
}

/** The caller's proof for a change that requires a recent one where `isAsked` says so. */
export function proofForChange(
  deps: RecencyDeps,
  caller: SignedInCaller,
  isAsked: (settings: Settings) => boolean,
): Proof {
  return isAsked(deps.settings) ? proofOfRecentCaller(deps, caller) : proofOfCaller(caller)
}

/**
 * How the caller can prove again. With an authenticator app a password alone is not enough, or proving again would
 * be weaker than logging in (ASVS 6.3.4).
 */
export function reauthenticationFlows(
  { settings }: RecencyDeps,
  { user, proofState }: StatedCaller,
): readonly ReauthenticationFlow[] {
  if (proofState === undefined) throw new Error('the route reads no state of proof')
  const hasApp = settings.MFA_ENABLED && proofState.hasApp
  const types: readonly FactorType[] = [
    ...(hasApp ? (['totp', 'recovery_codes'] as const) : []),
    ...(settings.PASSKEYS_ENABLED && proofState.hasPasskey ? (['webauthn'] as const) : []),
  ]
  const flows: readonly ReauthenticationFlow[] = [
    ...(isPasswordUsable(user.passwordHash) && !hasApp ? [{ id: 'reauthenticate' } as const] : []),
    ...(settings.ACCOUNT_LOGIN_BY_CODE_ENABLED && user.email !== '' && !hasApp
      ? [{ id: 'login_by_code' } as const]
      : []),
    ...(types.length > 0 ? [{ id: 'mfa_reauthenticate', types } as const] : []),
  ]
  const { providers } = proofState
  if (flows.length > 0 || providers.length === 0) return flows
  return [{ id: 'provider_redirect', providers }]
}

/** The statement that records a proof for credentials; none where nothing asks for recent ones. */
export function recordsOfProof(
  deps: RecencyDeps & Pick<Deps, 'db'>,
  proof: Proof,
  credentials: readonly CallerCredential[],
): readonly Statement[] {
  if (!usesRecentProofs(deps.settings) || credentials.length === 0) return []
  return [
    recordProof(deps.db, proof, {
      names: credentials.map(credentialName),
      how: proof.how,
      provedAt: deps.now,
      expiresAt: keptUntil(deps),
    }),
  ]
}

/** Until when a proof that is given now is kept: as long as anything may ask for it. */
export function keptUntil({ settings, now }: RecencyDeps): Date {
  const { ADMIN_API, ADMIN_REAUTHENTICATION_TIMEOUT, ACCOUNT_REAUTHENTICATION_TIMEOUT } = settings
  const longest = Math.max(
    ACCOUNT_REAUTHENTICATION_TIMEOUT,
    ADMIN_API ? ADMIN_REAUTHENTICATION_TIMEOUT : 0,
  )
  return new Date(now.getTime() + longest * 1000)
}

/** When a proof that is given now stops to be recent. */
export function expiryOf({ settings, now }: RecencyDeps): Date {
  return new Date(now.getTime() + settings.ACCOUNT_REAUTHENTICATION_TIMEOUT * 1000)
}

function oldestRecent({ settings, now }: RecencyDeps): Date {
  return new Date(now.getTime() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT * 1000)
}
