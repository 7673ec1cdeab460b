import { stripPadding } from '../../strip.ts'
import { sql, type SQL } from 'drizzle-orm'
import { decodeBase64Url, encodeBase64Url } from '../../crypto.ts'
import type { Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import { noteLogin } from '../audit/audit.ts'
import {
  loginChallengesFor,
  readLoginSession,
  type PendingLoginChallenge,
} from '../second-factor/passkey-challenge.ts'
import { plainUserHandle } from '../second-factor/passkey-options.ts'
import {
  findPasskeyAccount,
  isPasskeyUnused,
  usePasskey,
  type PasskeyAccount,
} from '../second-factor/passkeys.sql.ts'
import { isSpent, isSpentBy, spendToken, type Claim } from '../second-factor/spent-tokens.sql.ts'
import { isRecord, readCredential } from '../second-factor/webauthn/credential.ts'
import type { RelyingParty } from '../second-factor/webauthn/relying-party.ts'
import type { Assertion } from '../second-factor/webauthn/verify.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import { hasVerifiedEmail } from './by-password.ts'
import { prepareSignIn, type SignIn, type SignInOutcome } from './complete.ts'
import type { CredentialDeps, Wanted } from './credentials.ts'
import { storedKeyOf } from './issued-token.ts'

/** What the client sent. */
export type PasskeyLoginInput = {
  /** Whatever the browser handed over. */
  readonly credential: unknown
  readonly sessionId: string
  readonly wanted: Wanted
}

/** What a login with a passkey came to, checked in this order. */
export type PasskeyLoginOutcome =
  | { readonly kind: 'challenge_expired' }
  | { readonly kind: 'not_a_credential' }
  | { readonly kind: 'unknown_credential' }
  | { readonly kind: 'verification_failed' }
  | SignInOutcome

const EXPIRED = { kind: 'challenge_expired' } as const
const CLAIM_BYTES = 12

/**
 * Logs in with a passkey (dj-rest-auth: `PasskeyLoginCompleteView`). Two round trips: read the passkey and its
 * owner; then one batch spends the challenge, moves the counter on and signs in, or does none of it. With user
 * verification it counts as both factors, without it as one.
 */
export async function logInByPasskey(
  deps: CredentialDeps,
  party: RelyingParty,
  input: PasskeyLoginInput,
): Promise<PasskeyLoginOutcome> {
  const challenge = readLoginSession(deps, input.sessionId)
  if (challenge === undefined) return EXPIRED
  const found = await findPasskeyAccount(deps.db, idsOf(input.credential), challenge.spentId)
  if (found.isSpent) return EXPIRED
  if (!isRecord(input.credential)) return { kind: 'not_a_credential' }
  const [account] = found.accounts
  if (account === undefined) return { kind: 'unknown_credential' }
  const assertion = await verify(deps, party, input, account)
  if (assertion === undefined) return { kind: 'verification_failed' }
  return signIn(deps, { input, account, assertion, challenge })
}

/** What the client calls the passkey, written as it is stored; its envelope's other name where that one is missing. */
function idsOf(credential: unknown): readonly string[] {
  if (!isRecord(credential)) return []
  const { rawId, id } = credential
  const name = rawId ?? id
  const bytes = typeof name === 'string' ? decodeBase64Url(stripPadding(name)) : undefined
  return bytes === undefined ? [] : [encodeBase64Url(bytes)]
}

async function verify(
  deps: Pick<Deps, 'settings'>,
  party: RelyingParty,
  input: PasskeyLoginInput,
  account: PasskeyAccount,
): Promise<Assertion | undefined> {
  const credential = readCredential(input.credential)
  if (credential === undefined) return undefined
  const challenges = await loginChallengesFor(deps, input.sessionId, account.id)
  // Read with the first ceremony: most isolates never see one.
  const { verifyAssertion } = await import('../second-factor/webauthn/webauthn.chunk.ts')
  const userHandles = [account.userHandle, plainUserHandle(account.id)]
  return verifyAssertion(party, credential, challenges, { ...account, userHandles })
}

type Verified = {
  readonly input: PasskeyLoginInput
  readonly account: PasskeyAccount
  readonly assertion: Assertion
  readonly challenge: PendingLoginChallenge
}

async function signIn(deps: CredentialDeps, verified: Verified): Promise<PasskeyLoginOutcome> {
  const { db } = deps
  const { account, challenge, assertion } = verified
  const claim: Claim = {
    id: challenge.spentId,
    expiresAt: challenge.expiresAt,
    spentBy: encodeBase64Url(deps.randomBytes(CLAIM_BYTES)),
  }
  const prepared = await prepareSignIn(deps, signInOf(deps.settings, verified, isSpentBy(claim)))
  const waits = prepared.kind === 'second_factor_required'
  if (prepared.kind !== 'prepared' && !waits) return noted(deps, account, prepared)
  const statements: readonly Statement[] = waits ? [] : prepared.statements
  const isProved = sql`${provedUserId(proofOf('passkey', account))} is not null`
  const { passkeyId } = account
  const isUnused = isPasskeyUnused(passkeyId, assertion.signCount)
  const [before, spent, , ...results] = await db.batch([
    db.select({ isSpent: isSpent(claim.id) }).from(sql`(select 1)`),
    spendToken(db, claim, sql`${isProved} and ${isUnused}`),
    usePasskey(db, { ...assertion, passkeyId, now: deps.now }, isSpentBy(claim)),
    ...statements,
  ])
  if (before[0]?.isSpent === 1) return EXPIRED
  if (spent.length === 0) return { kind: 'verification_failed' }
  const outcome = waits ? prepared : await prepared.issue(results, account)
  return noted(deps, account, outcome)
}

function signInOf(settings: Deps['settings'], verified: Verified, isOurs: SQL): SignIn {
  const { account, assertion, input } = verified
  const isAsked =
    settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory' &&
    settings.PASSKEY_LOGIN_FOLLOWS_VERIFICATION
  const isVerified = hasVerifiedEmail(settings, account)
  return {
    proof: proofOf('passkey', account, isOurs),
    wanted: input.wanted,
    storedKey: storedKeyOf(account),
    email: isVerified ? 'verified' : isAsked ? 'unverified' : 'not_asked',
    missingFactor: assertion.isUserVerified ? null : account.deviceId,
  }
}

const NOTED_AS = {
  issued: 'login',
  second_factor_required: 'login_mfa_required',
  email_unverified: 'login_unverified',
  inactive: 'login_failed',
  stale_proof: 'login_failed',
} as const

function noted(
  deps: CredentialDeps,
  { id }: PasskeyAccount,
  outcome: SignInOutcome,
): SignInOutcome {
  noteLogin(deps, { kind: NOTED_AS[outcome.kind], userId: id, hits: [] })
  return outcome
}
