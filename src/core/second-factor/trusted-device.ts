import { constantTimeEqualText, sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { tokenVersion } from '../tokens/authentication.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'

type TrustDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes'>

/** What a device is trusted with: when any of it changes, it is a device like any other. */
export type TrustSubject = {
  readonly userId: number
  /** Row of the authenticator app, which another one does not have. */
  readonly deviceId: number
  readonly passwordHash: string
  /** Logging out everywhere ends it. */
  readonly tokensRevokedAt: Date | null
}

/**
 * A token by which a device is asked for no second factor (allauth: `MFA_TRUST_ENABLED`). It proves no identity: the
 * password, or another first step, comes first. Sealed, dated, stored nowhere.
 */
export async function makeTrustToken(deps: TrustDeps, subject: TrustSubject): Promise<string> {
  const content = { binding: await bindingOf(subject) }
  return sealToken(deps, 'mfa-trust', {
    content,
    lifetimeSeconds: deps.settings.MFA_TRUST_COOKIE_AGE,
  })
}

/** Whether a token is of this account, as it is now. */
export async function isTrustedDevice(
  deps: TrustDeps,
  token: string,
  subject: TrustSubject,
): Promise<boolean> {
  const opened = await openToken(deps, 'mfa-trust', token)
  const { binding } = opened?.content ?? {}
  return typeof binding === 'string' && constantTimeEqualText(binding, await bindingOf(subject))
}

function bindingOf(subject: TrustSubject): Promise<string> {
  const { userId, deviceId, passwordHash, tokensRevokedAt } = subject
  return sha256Hex(`${userId}:${deviceId}:${tokenVersion(tokensRevokedAt)}:${passwordHash}`)
}
