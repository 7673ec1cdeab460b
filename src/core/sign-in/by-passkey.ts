/** Logging in with a passkey. */
import { sql, type SQL } from 'drizzle-orm'
import type { Statement } from '../../db/open.ts'
import { noteLogin } from '../audit/audit.ts'
import {
  readAssertion,
  spendAssertion,
  type ProvedPasskey,
  type UnprovedPasskey,
} from '../second-factor/passkey-assertion.ts'
import type { PasskeyAccount } from '../second-factor/passkeys.sql.ts'
import { isSpentBy } from '../second-factor/spent-tokens.sql.ts'
import type { RelyingParty } from '../second-factor/webauthn/relying-party.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import { hasVerifiedEmail } from './by-password.ts'
import { prepareSignIn } from './complete.ts'
import type { SignIn, SignInOutcome } from './sign-in.ts'
import type { CredentialDeps, Wanted } from './credentials.ts'
import { storedKeyOf } from './issued-token.ts'
import { sessionFate, sessionOf } from './request-session.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** What the client sent. */
export type PasskeyLoginInput = {
  /** Any value that the browser sent. */
  readonly credential: unknown
  readonly sessionId: string
} & PasskeyLoginWish

type PasskeyLoginWish = {
  readonly wanted: Wanted
  /** What a trusted device shows instead of further steps. */
  readonly trustToken?: string | undefined
  /** The session that the request came in, if any: it is kept if it belongs to the same user. */
  readonly sessionKey?: string | undefined
}

/** Result of a login with a passkey, checked in this order. */
export type PasskeyLoginOutcome = UnprovedPasskey | SignInOutcome

/**
 * Logs in with a passkey (dj-rest-auth: `PasskeyLoginCompleteView`). Two round trips: read the passkey and its
 * owner; then one batch spends the challenge, advances the counter and signs in, or does none of it (replay). With
 * user verification it counts as both factors, without it as one.
 */
export async function logInByPasskey(
  deps: CredentialDeps,
  party: RelyingParty,
  input: PasskeyLoginInput,
): Promise<PasskeyLoginOutcome> {
  const { sessionKey, wanted } = input
  const session = await sessionOf(deps, { sessionKey, wanted })
  const read = await readAssertion(deps, party, { ...input, session })
  return read.kind === 'proved' ? signIn(deps, read, input) : read
}

async function signIn(
  deps: CredentialDeps,
  proved: ProvedPasskey,
  wish: PasskeyLoginWish,
): Promise<PasskeyLoginOutcome> {
  const { account, claim } = proved
  const details = await signInOf(deps.settings, proved, { ...wish, isOurs: isSpentBy(claim) })
  const prepared = await prepareSignIn(deps, details)
  const isReady = prepared.kind === 'prepared'
  const isOwed = prepared.kind === 'mailed_step_owed'
  const waits = prepared.kind === 'second_factor_required'
  if (!isReady && !isOwed && !waits) return recordOutcome(deps, account, prepared)
  const statements: readonly Statement[] = isReady ? prepared.statements : []
  const proof = proofOf('passkey', account, isReady ? prepared.factorHolds : undefined)
  const isProved = sql`${provedUserId(proof)} is not null`
  const [before, spent, , ...results] = await deps.db.batch([
    ...spendAssertion(deps, proved, isProved),
    ...statements,
  ])
  if (before[0]?.isSpent === 1) return { kind: 'challenge_expired' }
  if (spent.length === 0) return { kind: 'verification_failed' }
  if (isOwed) return recordOutcome(deps, account, await prepared.mail(account))
  return recordOutcome(deps, account, isReady ? await prepared.issue(results, account) : prepared)
}

async function signInOf(
  settings: Pick<
    Settings,
    'ACCOUNT_EMAIL_VERIFICATION' | 'PASSKEY_LOGIN_FOLLOWS_VERIFICATION' | 'SECRET_KEY'
  > &
    PolicyOf<'emails'>,
  { account, assertion }: ProvedPasskey,
  { trustToken, sessionKey, wanted, isOurs }: PasskeyLoginWish & { readonly isOurs: SQL },
): Promise<SignIn> {
  const isAsked =
    settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory' &&
    settings.PASSKEY_LOGIN_FOLLOWS_VERIFICATION
  const isVerified = hasVerifiedEmail(settings, account)
  return {
    proof: proofOf('passkey', account, isOurs),
    wanted,
    storedKey: storedKeyOf(account),
    ...(await sessionFate({ settings }, sessionKey, account)),
    email: isVerified ? 'verified' : isAsked ? 'unverified' : 'not_asked',
    missingFactor: assertion.isUserVerified ? null : account.deviceId,
    method: { isUserVerified: assertion.isUserVerified },
    ties: { passkeyId: account.passkeyId },
    trustToken,
    address: account.email,
  }
}

const AUDITED_AS = {
  issued: 'login',
  second_factor_required: 'login_mfa_required',
  mailed_step_required: 'login_mfa_required',
  no_mailbox: 'login_unverified',
  throttled: 'login_mfa_required',
  email_unverified: 'login_unverified',
  inactive: 'login_failed',
  stale_proof: 'login_failed',
} as const

function recordOutcome(
  deps: CredentialDeps,
  { id }: PasskeyAccount,
  outcome: SignInOutcome,
): SignInOutcome {
  noteLogin(deps, { kind: AUDITED_AS[outcome.kind], userId: id, hits: [] })
  return outcome
}
