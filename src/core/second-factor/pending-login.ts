/** The token between the two steps of a login: what the first step proved, sealed, short-lived, used once. */
import { constantTimeEqualText, encodeBase64Url, sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { isForgotten } from '../../settings/remember.ts'
import { tokenVersion } from '../tokens/authentication.ts'
import type { ProofKind } from '../tokens/proof.sql.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'
import type { FirstStepTies } from './first-step.sql.ts'
import type { Claim } from './spent-tokens.sql.ts'

const FIRST_STEPS = [
  'password',
  'provider',
  'passkey',
  'emailed_code',
] as const satisfies readonly ProofKind[]

/** How a first step may be proved. */
export type FirstStepProof = (typeof FIRST_STEPS)[number]

/** Whether a proof of this kind is of one factor, so that another one may be missing. */
export function isFirstStep(how: ProofKind): how is FirstStepProof {
  return FIRST_STEPS.some((known) => known === how)
}

/** A login that waits for its second step. Only the token knows of it. */
export type PendingLogin = {
  readonly userId: number
  readonly deviceId: number
  readonly how: FirstStepProof
  /** Whether the address counted as verified; where it must be, it must still be so. */
  readonly wasEmailVerified: boolean
  /** Digests of the password hash, and of a better one that was about to take its place. */
  readonly passwords: readonly string[]
  /** Of the account's tokens: logging out everywhere ends what was begun before. */
  readonly tokenVersion: number
  readonly ties?: FirstStepTies | undefined
  /** Absent: the login is to outlive the browser. */
  readonly isRemembered?: false
  /** Which of `JWT_CLIENTS` asks for it. */
  readonly jwtClient?: string
}

/**
 * The token of a login whose second factor is still missing. Bound to the user, the password and the factor:
 * a new password or another authenticator app ends it. Nothing is written.
 */
export async function sealPendingLogin(
  deps: Pick<Deps, 'settings' | 'now' | 'randomBytes' | 'jwtClient'>,
  login: Omit<PendingLogin, 'passwords' | 'isRemembered' | 'jwtClient'> & {
    readonly passwordHashes: readonly string[]
  },
): Promise<string> {
  const { passwordHashes, ...content } = login
  const passwords = await Promise.all(passwordHashes.map(sha256Hex))
  const lifetimeSeconds = deps.settings.MFA_EPHEMERAL_TOKEN_TIMEOUT
  const memory = isForgotten(deps.settings) ? { isRemembered: false } : {}
  const sealed = { ...content, ...memory, jwtClient: deps.jwtClient, passwords }
  return sealToken(deps, 'mfa-ephemeral', { content: sealed, lifetimeSeconds })
}

/** A pending login opened, with what spends it. */
export type OpenedLogin = { readonly login: PendingLogin; readonly claim: Claim }

/** Opens such a token; `undefined` where it is none, or too old. */
export async function openPendingLogin(
  deps: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  text: string,
): Promise<OpenedLogin | undefined> {
  const token = await openToken(deps, 'mfa-ephemeral', text)
  if (token === undefined) return undefined
  return {
    // Sealed only by `sealPendingLogin`: the seal's purpose says so.
    login: token.content as unknown as PendingLogin,
    claim: {
      id: token.id,
      expiresAt: token.expiresAt,
      spentBy: encodeBase64Url(deps.randomBytes(CLAIM_BYTES)),
    },
  }
}

const CLAIM_BYTES = 12

/** Whether everything was logged out since a login was begun. */
export function isRevokedLogin(login: PendingLogin, tokensRevokedAt: Date | null): boolean {
  return login.tokenVersion !== tokenVersion(tokensRevokedAt)
}

/** Whether a pending login was begun with this password hash. */
export async function isSamePassword(login: PendingLogin, passwordHash: string): Promise<boolean> {
  const digest = await sha256Hex(passwordHash)
  return login.passwords.some((known) => constantTimeEqualText(known, digest))
}
