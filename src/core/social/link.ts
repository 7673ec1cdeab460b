import { dropClaims } from '../accounts/drop-claims.ts'
import { tellOfEviction } from '../accounts/tell-of-eviction.ts'
import { evictStranger, overwritePassword, verifyAddressOf } from '../accounts/prove-address.sql.ts'
import { auditEvent } from '../audit/audit.ts'
import { deliverLater } from '../mail/outbox.ts'
import { makeUnusablePassword } from '../passwords/passwords.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import type { UserId } from '../tokens/credentials.sql.ts'
import { foldEmail } from '../users/email.ts'
import type { SocialLoginDeps, SocialStep } from './attempt.ts'
import { connectedUserId, insertSocialAccount, type SocialCandidate } from './login.sql.ts'
import { emailOf, type Match } from './match.ts'
import { tellOfConnection } from './notify.ts'

type Linked = Extract<Match, { kind: 'linked' }>

/**
 * Lets the owner of a verified address into the account that has it (allauth: `_accept_login`), and
 * connects the social account where the setting says so. An account that only claimed the address was
 * perhaps made by somebody who waits for its owner (pre-hijacking): whoever that was is evicted (allauth 64.2.1).
 */
export async function linkAccount(
  deps: SocialLoginDeps,
  step: SocialStep,
  { account, isProven }: Linked,
): Promise<SocialCandidate> {
  if (!isProven) return evictAndLink(deps, step, account)
  // An owner must not be deactivated meanwhile.
  const connecting = await connectionOf(deps, step, provedUserId(proofOf('provider', account)))
  if (connecting !== undefined) deliverLater(deps, await deps.db.batch(connecting))
  return account
}

async function evictAndLink(
  deps: SocialLoginDeps,
  step: SocialStep,
  account: SocialCandidate,
): Promise<SocialCandidate> {
  const { db, now } = deps
  const email = emailOf(step.profile)
  const passwordHash = makeUnusablePassword(deps.randomBytes)
  const address = { userId: account.id, email, emailFolded: foldEmail(email), isUnique: true }
  const results = await db.batch([
    tellOfEviction(deps, account.id, email),
    ...evictStranger(db, account.id, now),
    overwritePassword(db, account.id, passwordHash),
    ...verifyAddressOf(db, address),
    ...dropClaims(deps, address),
    ...((await connectionOf(deps, step, account.id)) ?? []),
    ...(await auditEvent(deps, 'claimant_shut_out', account.id)),
  ])
  deliverLater(deps, results)
  const tokensRevokedAt = results[1][0]?.tokensRevokedAt ?? account.tokensRevokedAt
  return { ...account, passwordHash, tokensRevokedAt, keyHash: null, sealedKey: null }
}

/** The statements that connect the social account, where the setting says so. */
async function connectionOf(deps: SocialLoginDeps, { data }: SocialStep, userId: UserId) {
  const { db, settings, now } = deps
  if (!settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT) return undefined
  return [
    insertSocialAccount(db, userId, data, now),
    tellOfConnection(deps, data),
    ...(await auditEvent(deps, 'social_account_connected', connectedUserId(data, now))),
  ] as const
}
