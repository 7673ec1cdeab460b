/**
 * Logging in with a provider: confirm the credentials, find or create the account, sign in. One decision for all
 * providers, so that no provider file can weaken it.
 */
import { sql } from 'drizzle-orm'
import { sha256Hex } from '../../crypto.ts'
import {
  findSocialCandidates,
  isStillConnected,
  updateSocialAccount,
  type SocialCandidate,
  type Spend,
} from './login.sql.ts'
import { needsMailedStep } from '../../settings/mailed-step.ts'
import type { ConfiguredProvider } from './providers/configured.ts'
import { identify } from './providers/identify.ts'
import { logRefusal } from './refusal-log.ts'
import type { SocialProfile, Unavailable } from './providers/provider.ts'
import { dropClaims } from '../accounts/drop-claims.ts'
import { verifyAddressOf } from '../accounts/prove-address.sql.ts'
import { noteLogin } from '../audit/audit.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { userColumnsOf } from '../users/users.sql.ts'
import { hasAddress as hasAddressStill } from '../users/addresses.sql.ts'
import { foldEmail } from '../users/email.ts'
import { completeSignIn } from '../sign-in/complete.ts'
import type { SignIn } from '../sign-in/sign-in.ts'
import { storedKeyOf } from '../sign-in/issued-token.ts'
import { sessionFate, sessionOf } from '../sign-in/request-session.ts'
import { proofOf } from '../tokens/proof.sql.ts'
import { countFor } from '../limits/rate-limits.ts'
import {
  accountData,
  attemptOf,
  canKeepAccounts,
  emailStateOf,
  isVerificationMandatory,
  verificationOf,
  wantedOf,
  type SocialLoginDeps,
  type SocialLoginInput,
  type SocialLoginOutcome,
  type SocialStep,
  type VerificationSettings,
} from './attempt.ts'
import { connect } from './connect.ts'
import { emailOf, hasAddress, hasVerified, matchProfile, type Match } from './match.ts'
import { linkAccount, stillProves } from './link.ts'
import { mailVerification } from './login-verification.ts'
import { sealTicket } from './sign-up-ticket.ts'
import { signUp, signUpTaken } from './sign-up.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * Logs in, or connects, by what a provider issued (dj-rest-auth: `SocialLoginView`, `SocialConnectView`;
 * allauth: `complete_login`). A known account costs one round trip besides the provider's; a new one a
 * second, in which one batch makes everything or nothing.
 */
export async function socialLogin(
  deps: SocialLoginDeps,
  configured: ConfiguredProvider,
  input: SocialLoginInput,
): Promise<SocialLoginOutcome> {
  const outcome = await identify(configured.provider, attemptOf(deps, configured, input.given))
  switch (outcome.kind) {
    case 'unavailable':
      logRefusal(deps, configured, outcome)
      return unavailableOutcome(deps.settings, outcome)
    case 'rejected':
    case 'code_rejected':
      logRefusal(deps, configured, outcome)
      return { kind: outcome.kind }
    case 'profile':
      return loginByProfile(deps, { configured, profile: outcome.profile, input })
  }
}

/** The reference takes a provider's own 5xx for a bad credential, and crashes where there is no answer. */
function unavailableOutcome(
  settings: Pick<Settings, 'SOCIALACCOUNT_PROVIDER_DOWN'>,
  fault: Unavailable,
): SocialLoginOutcome {
  if (settings.SOCIALACCOUNT_PROVIDER_DOWN === 'unavailable' || fault.status === undefined) {
    return { kind: 'unavailable', retryAfterSeconds: fault.retryAfterSeconds }
  }
  return { kind: fault.during === 'code_exchange' ? 'code_rejected' : 'rejected' }
}

/** Logs in with a confirmed profile: match, then log in, link, sign up, or refuse. */
async function loginByProfile(
  deps: SocialLoginDeps,
  { configured, profile, input }: Omit<SocialStep, 'data'>,
): Promise<SocialLoginOutcome> {
  const { caller } = input
  const search = {
    columns: userColumnsOf(deps.settings),
    provider: profile.provider,
    uid: profile.subject,
    emailFolded: foldEmail(emailOf(profile)),
    callerId: caller?.user.id,
    session: input.isSessionLeft === true ? undefined : await sessionOf(deps, input),
  }
  const spends = [...input.spends, ...(await idTokenSpends(profile))]
  const count = await countFor(deps, 'login', { key: `${search.provider}:${search.uid}` })
  const found = await findSocialCandidates(deps.db, search, { spends, count, now: deps.now })
  if (found.kind === 'throttled') return found
  if (!found.isFresh) return { kind: 'rejected' }
  const step = { configured, profile, data: await accountData(deps, profile), input }
  if (caller !== undefined) return connect(deps, step, { candidates: found.candidates, caller })
  const first = await logIn(deps, step, found.candidates)
  if (first !== 'lost_race') return first
  // An account came between the look-up and the batch: perhaps this person's own, in another tab.
  const again = await findSocialCandidates(deps.db, search, {
    spends: [],
    count: undefined,
    now: deps.now,
  })
  if (again.kind === 'throttled') return again
  const second = await logIn(deps, step, again.candidates)
  return second === 'lost_race' ? { kind: 'taken' } : second
}

/** An ID token that a client brought logs in once: who finds it later has nothing. */
async function idTokenSpends(profile: SocialProfile): Promise<readonly Spend[]> {
  if (profile.spend === undefined) return []
  const { value, expiresAt } = profile.spend
  return [{ purpose: 'id_token', hash: await sha256Hex(value), expiresAt }]
}

/** Signs in the matched account, and updates what is stored of the provider's profile. */
async function logIn(
  deps: SocialLoginDeps,
  step: SocialStep,
  candidates: readonly SocialCandidate[],
): Promise<SocialLoginOutcome | 'lost_race'> {
  const { settings } = deps
  const match = matchProfile(settings, step, candidates)
  switch (match.kind) {
    case 'known':
      if (step.input.isSignUpAlone === true) return { kind: 'rejected' }
      return recordOutcome(
        deps,
        match.account,
        await logInKnown(deps, step, { account: match.account, candidates }),
      )
    case 'linked':
      if (step.input.isSignUpAlone === true) return { kind: 'rejected' }
      return recordOutcome(deps, match.account, await logInLinked(deps, step, match))
    case 'new':
      if (waitsForAddress(settings, step)) return addressMissing(deps, step)
      return canKeepAccounts(settings) ? signUp(deps, step, match) : { kind: 'rejected' }
    case 'taken':
      return signUpTaken(deps, step, match)
    case 'sign_up_closed':
      return match
    case 'email_missing':
      return settings.SOCIAL_SIGNUP ? addressMissing(deps, step) : match
  }
}

/** An account that has no address and must verify one could never be used. */
function waitsForAddress(
  settings: VerificationSettings & Pick<Settings, 'SOCIAL_SIGNUP'> & PolicyOf<'social'>,
  { profile }: SocialStep,
): boolean {
  return settings.SOCIAL_SIGNUP && emailOf(profile) === '' && isVerificationMandatory(settings)
}

/** The outcome where the account needs an address and the provider gave none: a ticket to continue with. */
async function addressMissing(
  deps: SocialLoginDeps,
  { configured, profile }: SocialStep,
): Promise<SocialLoginOutcome> {
  const ticket = await sealTicket(deps, { providerId: configured.app.providerId, profile })
  return { kind: 'email_missing', ticket }
}

/**
 * Continues a sign-up for which a provider gave no address, or not what own fields must have. An address that was typed
 * counts as unverified: it gets the mail of a registration. A user who has an account by now logs in at the provider,
 * so a ticket makes one account.
 */
export function finishSocialSignUp(
  deps: SocialLoginDeps,
  configured: ConfiguredProvider,
  input: Pick<SocialLoginInput, 'emailContext' | 'wanted' | 'own' | 'sessionKey'> & {
    readonly profile: SocialProfile
    readonly ticketIssuedAt: Date
  },
): Promise<SocialLoginOutcome> {
  const { profile, ...more } = input
  return loginByProfile(deps, {
    configured,
    profile,
    input: {
      ...more,
      given: {},
      spends: [],
      caller: undefined,
      isSignUpAlone: true,
    },
  })
}

/** The login is noted as one with a password would be. */
function recordOutcome(
  deps: SocialLoginDeps,
  account: SocialCandidate,
  outcome: SocialLoginOutcome | 'lost_race',
): SocialLoginOutcome | 'lost_race' {
  if (outcome === 'lost_race') return outcome
  const kind = noteOf(outcome)
  if (kind !== undefined) noteLogin(deps, { kind, userId: account.id, hits: [] })
  return outcome
}

function noteOf({ kind }: SocialLoginOutcome) {
  if (kind === 'issued') return 'login'
  if (kind === 'email_unverified') return 'login_unverified'
  if (kind === 'second_factor_required' || kind === 'mailed_step_required') {
    return 'login_mfa_required'
  }
  return kind === 'inactive' || kind === 'stale_proof' ? 'login_failed' : undefined
}

/** Links by a verified address, and signs in. */
async function logInLinked(
  deps: SocialLoginDeps,
  step: SocialStep,
  match: Extract<Match, { kind: 'linked' }>,
): Promise<SocialLoginOutcome | 'lost_race'> {
  if (!match.account.isActive) return { kind: 'inactive' }
  const { settings } = deps
  if (!canLink(settings)) return { kind: 'taken' }
  const isConnected = settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT
  if (isConnected && !canKeepAccounts(settings)) return { kind: 'rejected' }
  // An address proves one factor: nothing of the account changes before the other one is proved, too.
  const waits =
    (settings.MFA_ENABLED && match.account.deviceId !== null) ||
    needsMailedStep(settings, 'provider')
  const account = waits ? match.account : await linkAccount(deps, step, match)
  if (account === undefined) return 'lost_race'
  return completeSignIn(deps, await signInOf(deps, step, { account, email: 'verified' }), account)
}

async function signInOf(
  deps: SocialLoginDeps,
  step: SocialStep,
  { account, email }: { readonly account: SocialCandidate; readonly email: SignIn['email'] },
): Promise<SignIn> {
  const { data, input } = step
  const isTheirs =
    account.socialAccountId === null ? stillProves(step, account) : isStillConnected(data)
  return {
    proof: proofOf('provider', account, isTheirs),
    wanted: input.wanted,
    storedKey: storedKeyOf(account),
    ...(await sessionFate(deps, input.sessionKey, account)),
    email,
    missingFactor: account.deviceId,
    trustToken: step.input.trustToken,
    ties:
      account.socialAccountId === null
        ? { mailbox: foldEmail(emailOf(step.profile)) }
        : { connection: { provider: data.provider, uid: data.uid } },
  }
}

/** Without the connection, dj-rest-auth finds no account to answer with and crashes. */
function canLink(
  settings: Pick<
    Settings,
    'HONOUR_EMAIL_AUTHENTICATION' | 'SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT'
  >,
): boolean {
  return (
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT || settings.HONOUR_EMAIL_AUTHENTICATION
  )
}

/**
 * A known social account logs in, even if its address now belongs to another account. What the provider says is kept
 * later. Who must verify an address, and has not, gets another mail.
 */
async function logInKnown(
  deps: SocialLoginDeps,
  step: SocialStep,
  {
    account,
    candidates,
  }: { readonly account: SocialCandidate; readonly candidates: readonly SocialCandidate[] },
): Promise<SocialLoginOutcome> {
  if (!account.isActive) return { kind: 'inactive' }
  let isVerified = account.addresses.some((address) => address.isVerified)
  if (isVerificationMandatory(deps.settings) && !isVerified) {
    const others = candidates.filter((candidate) => candidate.id !== account.id)
    isVerified = await verifyByProvider(deps, step, { account, others })
  }
  const email = emailStateOf(deps.settings, isVerified)
  const signIn = {
    ...(await signInOf(deps, step, { account, email })),
    wanted: wantedOf(deps.settings, step.input.wanted, isVerified),
  }
  const outcome = await completeSignIn(deps, signIn, account)
  if (outcome.kind === 'issued' && account.socialAccountId !== null) {
    const update = updateSocialAccount(deps.db, account.socialAccountId, {
      data: step.data,
      now: deps.now,
    })
    deps.deferWrites([update])
  }
  if (isVerified || verificationOf(deps.settings) !== 'mandatory') return outcome
  const context = step.input.emailContext
  return mailVerification(deps, outcome, { account, proof: signIn.proof, context })
}

/** The provider's word counts for an address that the account has and no other account has verified. */
async function verifyByProvider(
  deps: SocialLoginDeps,
  step: SocialStep,
  {
    account,
    others,
  }: { readonly account: SocialCandidate; readonly others: readonly SocialCandidate[] },
): Promise<boolean> {
  const email = emailOf(step.profile)
  const emailFolded = foldEmail(email)
  if (!step.profile.emailVerified || email === '' || !hasAddress(account, emailFolded)) return false
  if (others.some((other) => hasVerified(other, emailFolded))) return false
  const userId = sql`(select ${account.id} where ${hasAddressStill(account.id, emailFolded)})`
  const address = { userId, email, emailFolded, isUnique: true }
  const [updated, inserted, notified] = await deps.db.batch([
    ...verifyAddressOf(deps.db, address),
    ...dropClaims(deps, address),
  ])
  deliverLater(deps, notified)
  return updated.length + inserted.length > 0
}
