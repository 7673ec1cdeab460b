/** What login by code and by link share: the proof that someone reads an account's mail. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import type { Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import { auditEvent } from '../audit/audit.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import { makeUnusablePassword } from '../passwords/passwords.ts'
import { isSpentBy, spendToken, type Claim } from '../second-factor/spent-tokens.sql.ts'
import { hasVerifiedEmail } from '../sign-in/by-password.ts'
import { sessionFate } from '../sign-in/request-session.ts'
import { completeSignIn, prepareSignIn } from '../sign-in/complete.ts'
import type { PreparedSignIn, SignIn, SignInOutcome } from '../sign-in/sign-in.ts'
import type { CredentialDeps, Wanted } from '../sign-in/credentials.ts'
import { storedKeyOf } from '../sign-in/issued-token.ts'
import { proofOf, provedUserId, type Proof } from '../tokens/proof.sql.ts'
import { hasAddress, hasProved } from '../users/addresses.sql.ts'
import { foldEmail } from '../users/email.ts'
import { dropClaims } from './drop-claims.ts'
import type { MailedAccount } from './emailed-login.sql.ts'
import {
  evictStranger,
  overwritePassword,
  unprovedUserId,
  verifyAddressOf,
} from './prove-address.sql.ts'
import { notifyOfEviction } from './eviction-notice.ts'

/** Proof that someone reads the mail of an account. */
export type MailProof = {
  readonly account: MailedAccount
  /** The mailbox. */
  readonly emailFolded: string
  /** What they were sent works once. */
  readonly claim: Claim
  /** What is written with its use. */
  readonly alongside: readonly Statement[]
}

type ProofDeps = CredentialDeps & OutboxDeps

/** The credentials that a login by mail issues, and their user. */
export type SignInWish = {
  /** The session that the request came in, if any: it is kept if it belongs to the same user. */
  readonly sessionKey: string | undefined
  /** What a trusted device shows instead of further steps. */
  readonly trustToken?: string | undefined
  /** Whether this device is to be spared the mailed step from now on. */
  readonly trusts?: boolean
  readonly wanted: Wanted
}

/** How it ended, and the mails that it caused. */
type MailSignIn = { readonly outcome: SignInOutcome; readonly emails: readonly unknown[] }

const STALE: MailSignIn = { outcome: { kind: 'stale_proof' }, emails: [] }

/**
 * Signs in the user who was mailed a code or a link. One round trip. Where the address is not verified, this verifies
 * it: a user who created the account without reading its mail is evicted first, with the password (account
 * pre-hijacking), in the same batch.
 */
export async function signInByMail(
  deps: ProofDeps,
  proof: MailProof,
  wish: SignInWish,
): Promise<MailSignIn> {
  const { account, emailFolded } = proof
  const proved = account.addresses.filter(({ isVerified }) => isVerified)
  if (proved.some(({ email }) => foldEmail(email) === emailFolded)) {
    return signInProved(deps, proof, wish)
  }
  // Another address was verified meanwhile: this one is no longer a way in.
  return proved.length > 0 ? STALE : evictAndSignIn(deps, proof, wish)
}

async function signInProved(
  deps: ProofDeps,
  { account, claim, alongside, emailFolded }: MailProof,
  wish: SignInWish,
): Promise<MailSignIn> {
  const isOurs = isSpentBy(claim)
  const prepared = await prepareSignIn(
    deps,
    await signInOf(deps, proofOf('emailed_code', account, isOurs), { account, emailFolded, wish }),
  )
  const waits = prepared.kind === 'second_factor_required'
  // A code or a link of a mail is one itself.
  if (prepared.kind === 'mailed_step_owed') return STALE
  if (prepared.kind !== 'prepared' && !waits) return { outcome: prepared, emails: [] }
  const held = proofOf('emailed_code', account, waits ? undefined : prepared.factorHolds)
  const isProved = sql`${provedUserId(held)} is not null
    and ${hasProved(account.id, emailFolded)}`
  const { spent, signIn } = await batch(deps.db, {
    spent: spendToken(deps.db, claim, isProved),
    alongside,
    signIn: waits ? [] : prepared.statements,
  })
  if (spent.length === 0) return STALE
  return { outcome: waits ? prepared : await prepared.issue(signIn, account), emails: [] }
}

async function evictAndSignIn(
  deps: ProofDeps,
  { account, claim, alongside, emailFolded }: MailProof,
  wish: SignInWish,
): Promise<MailSignIn> {
  const { db, settings, now } = deps
  const owner = sql`(select ${account.id} where ${isSpentBy(claim)})`
  const isUnique = settings.ACCOUNT_UNIQUE_EMAIL
  const address = { userId: owner, email: spellingOf(account, emailFolded), emailFolded, isUnique }
  const evicted = evictedOf(deps, account, address.email)
  const signing = { account: evicted, emailFolded, wish }
  const prepared = await prepareEvicted(deps, claim, signing)
  const held = proofOf('emailed_code', account, prepared?.factorHolds)
  const unproved = unprovedUserId(provedUserId(held))
  const results = await batch(db, {
    spent: spendToken(
      db,
      claim,
      sql`exists ${unproved} and ${hasAddress(account.id, emailFolded)}`,
    ),
    alongside,
    notified: notifyOfEviction(deps, owner, address.email),
    evicted: evictStranger(db, owner, now),
    password: overwritePassword(db, owner, evicted.passwordHash),
    verified: verifyAddressOf(db, address),
    dropped: settings.policy.emails.verifiedAreUnique && isUnique ? dropClaims(deps, address) : [],
    noted: await auditEvent(deps, 'email_verified', owner),
    signIn: prepared?.statements ?? [],
  })
  if (results.spent.length === 0) return STALE
  const [revoked] = results.evicted[0] as readonly { readonly tokensRevokedAt: Date | null }[]
  const user = { ...evicted, tokensRevokedAt: revoked?.tokensRevokedAt ?? evicted.tokensRevokedAt }
  const emails = [results.notified, results.dropped].flat(2)
  if (prepared !== undefined) return { outcome: await prepared.issue(results.signIn, user), emails }
  const signIn = await signInOf(deps, proofOf('emailed_code', user), { ...signing, account: user })
  return { outcome: await completeSignIn(deps, signIn, user), emails }
}

/** The account after the eviction: no one knows its password any more. */
function evictedOf(
  { randomBytes }: Pick<Deps, 'randomBytes'>,
  account: MailedAccount,
  email: string,
): MailedAccount {
  return {
    ...account,
    passwordHash: makeUnusablePassword(randomBytes),
    keyHash: null,
    sealedKey: null,
    sessionAuthHash: null,
    addresses: [{ email, isVerified: true }],
  }
}

/** Signing in within the batch that evicts; `undefined` where a second factor is asked for first. */
async function prepareEvicted(
  deps: ProofDeps,
  claim: Claim,
  signing: Signing,
): Promise<PreparedSignIn | undefined> {
  const { account } = signing
  if (account.deviceId !== null) return undefined
  // The eviction is a revocation itself, at a time that its statement decides.
  const proof = {
    ...proofOf('emailed_code', account, isSpentBy(claim)),
    tokensRevokedAt: undefined,
  }
  const prepared = await prepareSignIn(deps, await signInOf(deps, proof, signing))
  return prepared.kind === 'prepared' ? prepared : undefined
}

type Signing = {
  readonly account: MailedAccount
  readonly emailFolded: string
  readonly wish: SignInWish
}

/** The mail proves only the address that it went to, whether or not that is the account's primary one. */
async function signInOf(
  { settings }: Pick<Deps, 'settings'>,
  proof: Proof,
  { account, emailFolded, wish }: Signing,
): Promise<SignIn> {
  const isOwn = account.email === '' || foldEmail(account.email) === emailFolded
  const isVerified = isOwn || hasVerifiedEmail(settings, account)
  const isAsked = settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
  return {
    proof,
    wanted: wish.wanted,
    storedKey: storedKeyOf(account),
    ...(await sessionFate({ settings }, wish.sessionKey, account)),
    email: isVerified ? 'verified' : isAsked ? 'unverified' : 'not_asked',
    missingFactor: account.deviceId,
    trustToken: wish.trustToken,
    ties: { mailbox: emailFolded },
  }
}

function spellingOf({ addresses, email }: MailedAccount, emailFolded: string): string {
  return addresses.find((one) => foldEmail(one.email) === emailFolded)?.email ?? email
}
