/**
 * Devices on which a login was completed with every step and that asked to be trusted: they skip those steps for a
 * while.
 */
import { constantTimeEqualText, sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { tokenVersion } from '../tokens/authentication.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'

type TrustDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes'>

/** Whose device it is. When any of it changes, it is a device like any other. */
export type TrustSubject = {
  readonly userId: number
  readonly passwordHash: string
  /** Logging out everywhere ends it. */
  readonly tokensRevokedAt: Date | null
}

/** Steps of a login that a device is spared. */
export type SparedSteps = {
  /** Row of the authenticator app, which another one does not have. */
  readonly deviceId?: number | undefined
  /** The address, folded, whose mail is read on it. */
  readonly mailbox?: string | undefined
}

/**
 * A token by which a device is spared steps of a login (allauth: `MFA_TRUST_ENABLED`, `LOGIN_BY_CODE_TRUST_ENABLED`).
 * It proves no identity: the password, or another first step, comes first. Sealed, dated, stored nowhere.
 */
export async function makeTrustToken(
  deps: TrustDeps,
  subject: TrustSubject,
  { deviceId, mailbox }: SparedSteps,
): Promise<string> {
  return sealToken(deps, 'mfa-trust', {
    content: {
      ...(deviceId === undefined ? {} : { binding: await factorBinding(subject, deviceId) }),
      ...(mailbox === undefined ? {} : { mailbox: await mailboxBinding(subject, mailbox) }),
    },
    lifetimeSeconds: deps.settings.MFA_TRUST_COOKIE_AGE,
  })
}

/** Which of the steps a token spares a device of this account, as it is now. */
export async function readTrustToken(
  deps: TrustDeps,
  token: string,
  { subject, steps }: { readonly subject: TrustSubject; readonly steps: SparedSteps },
): Promise<SparedSteps> {
  const { binding, mailbox } = (await openToken(deps, 'mfa-trust', token))?.content ?? {}
  const { deviceId, mailbox: address } = steps
  const isOfFactor =
    deviceId !== undefined && isSame(binding, await factorBinding(subject, deviceId))
  const isOfMailbox =
    address !== undefined && isSame(mailbox, await mailboxBinding(subject, address))
  return {
    ...(isOfFactor ? { deviceId } : {}),
    ...(isOfMailbox ? { mailbox: address } : {}),
  }
}

function isSame(given: unknown, expected: string): boolean {
  return typeof given === 'string' && constantTimeEqualText(given, expected)
}

/** Ties a trust to the authenticator app: another app, and the trust is void. */
function factorBinding(subject: TrustSubject, deviceId: number): Promise<string> {
  const { userId, passwordHash, tokensRevokedAt } = subject
  return sha256Hex(`${userId}:${deviceId}:${tokenVersion(tokensRevokedAt)}:${passwordHash}`)
}

/** Ties a trust to the mailbox that was proved. */
function mailboxBinding(subject: TrustSubject, mailbox: string): Promise<string> {
  const { userId, passwordHash, tokensRevokedAt } = subject
  return sha256Hex(JSON.stringify([userId, tokenVersion(tokensRevokedAt), passwordHash, mailbox]))
}
