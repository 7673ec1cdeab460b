/**
 * Linking a provider's account to an existing account with the same verified address. Whoever created that account
 * without proving the address is evicted first (account pre-hijacking).
 */
import { sql, type SQL } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { users } from '../../db/schema/users.ts'
import { dropClaims } from '../accounts/drop-claims.ts'
import { notifyOfEviction } from '../accounts/eviction-notice.ts'
import {
  claimingUserId,
  evictStranger,
  overwritePassword,
  verifyAddressOf,
} from '../accounts/prove-address.sql.ts'
import { auditEvent } from '../audit/audit.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { makeUnusablePassword } from '../passwords/passwords.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import type { UserId } from '../tokens/credentials.sql.ts'
import { hasProved } from '../users/addresses.sql.ts'
import { foldEmail } from '../users/email.ts'
import type { SocialLoginDeps, SocialStep } from './attempt.ts'
import { noteConnected } from './connected-lately.ts'
import { connectedUserId, insertSocialAccount, type SocialCandidate } from './login.sql.ts'
import { emailOf, type Match } from './match.ts'
import { notifyOfConnection } from './notify.ts'

type Linked = Extract<Match, { kind: 'linked' }>

/**
 * Lets the owner of a verified address into the account that has it (allauth: `_accept_login`), and
 * connects the social account where the setting says so. An account that only claimed the address was
 * perhaps made by an attacker who waits for its owner (pre-hijacking): that user is evicted (allauth 64.2.1).
 * `undefined` where the account has lost the address meanwhile.
 */
export async function linkAccount(
  deps: SocialLoginDeps,
  step: SocialStep,
  { account, isProven }: Linked,
): Promise<SocialCandidate | undefined> {
  if (!isProven) return evictAndLink(deps, step, account)
  // An owner must not be deactivated meanwhile.
  const proof = proofOf('provider', account, stillProves(step, account))
  const connecting = await connectionOf(deps, step, provedUserId(proof))
  if (connecting !== undefined) deliverLater(deps, await deps.db.batch(connecting))
  return account
}

/** Whether the account still has the address by which the provider leads to it, proved. */
export function stillProves({ profile }: SocialStep, { id }: SocialCandidate): SQL {
  return hasProved(id, foldEmail(emailOf(profile)))
}

/** Evicts anyone in the account without proof of its address, and links, in one batch. */
async function evictAndLink(
  deps: SocialLoginDeps,
  step: SocialStep,
  account: SocialCandidate,
): Promise<SocialCandidate | undefined> {
  const { db, now } = deps
  const email = emailOf(step.profile)
  const emailFolded = foldEmail(email)
  const passwordHash = makeUnusablePassword(deps.randomBytes)
  // The hash is random: who has it was overwritten by the first statement, which decides.
  const owner = sql`(select id from ${users} where id = ${account.id} and password = ${passwordHash})`
  const address = { userId: owner, email, emailFolded, isUnique: true }
  const [revoking, ...evicting] = evictStranger(db, owner, now)
  const results = await batch(db, {
    overwritten: overwritePassword(db, claimingUserId(account.id, emailFolded), passwordHash),
    notified: notifyOfEviction(deps, owner, email),
    revoked: revoking,
    evicted: evicting,
    proved: verifyAddressOf(db, address),
    dropped: dropClaims(deps, address),
    connected: (await connectionOf(deps, step, owner)) ?? [],
    noted: await auditEvent(deps, 'claimant_shut_out', owner),
  })
  const { overwritten, notified, revoked, dropped, connected } = results
  if (overwritten.length === 0) return undefined
  deliverLater(deps, [notified, ...dropped, ...connected])
  const tokensRevokedAt = revoked[0]?.tokensRevokedAt ?? account.tokensRevokedAt
  return { ...account, passwordHash, tokensRevokedAt, keyHash: null, sealedKey: null }
}

/** The statements that connect the social account, where the setting says so. */
async function connectionOf(deps: SocialLoginDeps, { data }: SocialStep, userId: UserId) {
  const { db, settings, now } = deps
  if (!settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT) return undefined
  return [
    insertSocialAccount(db, userId, { data, now }),
    notifyOfConnection(deps, data),
    ...(await auditEvent(deps, 'social_account_connected', connectedUserId(data, now))),
    ...(await noteConnected(deps, data)),
  ] as const
}
