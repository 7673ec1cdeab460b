/**
 * THE GATE: the only place that issues credentials, whichever surface asks and however the user was proved. So
 * every rule between a proof and a credential (active, verified address, second factor, mailed code) is
 * here once and cannot be forgotten at a new door. `test/architecture.test.ts` finds any other place that issues.
 */
import type {
  MailedStepOwed,
  PreparedSignIn,
  SecondFactorRequired,
  SignIn,
  SignInOutcome,
  SignInRefusal,
} from './sign-in.ts'
import type { Statement } from '../../db/open.ts'
import { needsMailedStep } from '../../settings/mailed-step.ts'
import { lifetimeSeconds, recordsUses } from '../../settings/login-lifetime.ts'
import { isForgotten } from '../../settings/remember.ts'
import { sha256Hex } from '../../crypto.ts'
import { callHooks } from './login-hook.ts'
import { newJti, type Claims, type JwtPair } from '../tokens/jwt.ts'
import { withPublicId } from '../tokens/public-id.ts'
import { newSession, type NewSession } from '../tokens/session.ts'
import type { UserWithPassword } from '../users/user.ts'
import {
  endLeftSession,
  endOldestDeviceTokens,
  insertAuthToken,
  insertDeviceToken,
  insertSession,
  recordFamily,
  replaceAuthToken,
  setLastLogin,
  writtenRows,
  type DeviceLife,
  type WrittenRow,
} from './complete.sql.ts'
import { loginSetsLastLogin, type CredentialDeps, type Credentials } from './credentials.ts'
import { keyOf, tokenFor, type SignInToken } from './issued-token.ts'
import { accessTokenOf, newJwtPair, pairOf } from './jwt-pair.ts'
import { methodClaims } from './method-claims.ts'
import { sparedStepsOf, stepCondition } from './device-trust.ts'
import { askForSecondFactor, withCondition } from './missing-factor.ts'
import type { SparedSteps } from '../second-factor/trusted-device.ts'
import type { CallerCredential, Proof } from '../tokens/proof.sql.ts'
import { proofClaim } from '../tokens/authentication.ts'
import { recordsOfProof } from '../tokens/recent-proof.ts'
import { rehash, type Rehash } from './rehash.ts'
import { loadSignIn } from './load-sign-in.ts'

/**
 * Signs in the user who was proved. The writes repeat the proof, so that a password change, a reset or a deactivation
 * meanwhile leaves no usable credential (TOCTOU). No round trip where nothing must be written before the answer,
 * else one.
 */
export async function completeSignIn(
  deps: CredentialDeps,
  signIn: SignIn,
  user: UserWithPassword,
): Promise<SignInOutcome> {
  const prepared = await prepareSignIn(deps, { ...signIn, address: user.email })
  if (prepared.kind === 'mailed_step_owed') return prepared.mail(user)
  if (prepared.kind !== 'prepared') return prepared
  const [first, ...rest] = prepared.statements
  if (first !== undefined && prepared.isDecidedByStatements) {
    return prepared.issue(await deps.db.batch([first, ...rest]), user)
  }
  deps.deferWrites(prepared.statements)
  return prepared.issue([], user)
}

/** The same, as statements for the batch that creates or changes the account. */
export async function prepareSignIn(
  deps: CredentialDeps,
  signIn: SignIn,
): Promise<PreparedSignIn | SignInRefusal | MailedStepOwed> {
  const spared = await sparedStepsOf(deps, signIn)
  const refusal = refusalOf(signIn) ?? (await nextStepOf(deps, signIn, spared))
  if (refusal !== undefined) return refusal
  const claims = { ...(await callHooks(deps, signIn.proof)), ...loginClaims(deps, signIn) }
  const { settings } = deps
  const { wanted, sessionKey, newHash } = signIn
  const factorHolds = stepCondition(settings, signIn, spared)
  const proved = withCondition(signIn.proof, factorHolds)
  const better = newHash === undefined ? undefined : await rehash(deps, proved, newHash)
  const proof = better?.proof ?? proved
  const token = wanted.key ? await tokenFor(deps, signIn.storedKey) : undefined
  const session = wanted.session
    ? await newSession(deps, proof.passwordHash ?? '', sessionKey)
    : undefined
  const family = wanted.jwt ? newJti(deps.randomBytes) : undefined
  const parts: Parts = { proof, better, token, session, family, claims }
  const deciding = [
    ...decidingStatements(deps, parts),
    // Credentials of an earlier sign-in prove nothing new.
    ...(provesPresence(proof) ? recordsOfProof(deps, proof, credentialsOf(parts)) : []),
  ]
  // Last of all: it may be what proves who connects.
  const ending = await endOfLeft(deps, proof, signIn)
  return {
    kind: 'prepared',
    factorHolds,
    statements: [...deciding, ...notesOfLogin(deps, { proof, family, wanted }), ...ending],
    deciding: [...deciding, ...ending],
    notesOf: (userId) => notesOfLogin(deps, { proof: { ...proof, userId }, family, wanted }),
    isDecidedByStatements: expectedOf(parts).length > 0,
    issue: (results, user) => issue(deps, parts, { rows: writtenRows(results), account: user }),
  }
}

/** Ends the session that the request came in, where another one takes its place. */
async function endOfLeft(
  { db }: CredentialDeps,
  proof: Proof,
  { wanted, leftSessionKey: left }: SignIn,
): Promise<readonly Statement[]> {
  if (!wanted.session || left === undefined) return []
  return [endLeftSession(db, proof, await sha256Hex(left))]
}

/** What nobody needs to use the credentials: the record of the login, and when it was. */
function notesOfLogin(
  deps: CredentialDeps,
  {
    proof,
    family,
    wanted,
  }: Pick<Parts, 'proof' | 'family'> & { readonly wanted: SignIn['wanted'] },
): readonly Statement[] {
  const { db, settings, now } = deps
  const isRecorded = family !== undefined && settings.policy.tokens.haveFamilies
  return [
    ...(isRecorded ? [recordUse(deps, proof, { family, expiresAt: newRefreshExpiry(deps) })] : []),
    ...(loginSetsLastLogin(settings, wanted) ? [setLastLogin(db, proof, now)] : []),
  ]
}

function loginClaims(deps: CredentialDeps, { proof, method }: SignIn): Claims {
  const presence = provesPresence(proof) ? proofClaim(deps) : {}
  return { ...methodClaims(deps, { ...method, how: proof.how }), ...presence }
}

/** Whether the owner was there just now: staff who acts as them is someone else. */
function provesPresence({ how }: Proof): boolean {
  return how !== 'caller' && how !== 'impersonation'
}

/** What can prevent credentials after a proof, apart from a second factor. */
function refusalOf({ proof, email }: SignIn): SignInRefusal | undefined {
  if (!proof.isActive) return { kind: 'inactive' }
  return email === 'unverified' ? { kind: 'email_unverified' } : undefined
}

/** The step that must follow before anything is issued, unless the device is spared it. */
async function nextStepOf(
  deps: CredentialDeps,
  signIn: SignIn,
  { deviceId, mailbox }: SparedSteps,
): Promise<MailedStepOwed | SecondFactorRequired | undefined> {
  const owed = mailbox === undefined ? mailedStepOf(deps, signIn) : undefined
  if (owed !== undefined || deviceId !== undefined) return owed
  if (mailbox === undefined) return askForSecondFactor(deps, signIn)
  // What is not asked for must still hold when the login ends.
  return askForSecondFactor(deps, { ...signIn, ties: { ...signIn.ties, mailedTo: mailbox } })
}

/** The mailed code that must follow the proof, where the settings require one. */
function mailedStepOf(deps: CredentialDeps, signIn: SignIn): MailedStepOwed | undefined {
  const { proof, email, hasMailedStep } = signIn
  // A registration whose address is proved has had its mail.
  const isMailed = hasMailedStep === true || (proof.how === 'registration' && email === 'verified')
  if (isMailed || !needsMailedStep(deps.settings, proof.how)) return undefined
  return {
    kind: 'mailed_step_owed',
    mail: async (account) => {
      const { mailLoginStep } = await loadSignIn()
      return mailLoginStep(deps, signIn, account)
    },
  }
}

/** What is about to be issued. */
type Parts = {
  readonly proof: Proof
  readonly better: Rehash | undefined
  readonly token: SignInToken | undefined
  readonly session: NewSession | undefined
  readonly family: string | undefined
  /** Additional claims of tokens: about the login, and from hooks. */
  readonly claims: Claims
}

/** What is about to be handed out, as it is known afterwards. JWTs carry their proof: see `proofClaim`. */
function credentialsOf({ token, session }: Parts): readonly CallerCredential[] {
  return [
    ...(token === undefined ? [] : [{ kind: 'token', keyHash: token.keyHash } as const]),
    ...(session === undefined
      ? []
      : [{ kind: 'session', keyHash: session.stored.keyHash } as const]),
  ]
}

/** Statements that write nothing, and answer no row, where the proof no longer holds. */
function decidingStatements(deps: CredentialDeps, parts: Parts): readonly Statement[] {
  const { db, settings, now } = deps
  const { proof, token, session } = parts
  const life = {
    now,
    seconds: lifetimeSeconds(settings, settings.SESSION_COOKIE_AGE),
    ...(recordsUses(settings) ? { client: deps.client } : {}),
  }
  return [
    ...(parts.better?.statements ?? []),
    ...(token?.kind === 'new' ? [insertAuthToken(db, proof, { token, now })] : []),
    ...(token?.kind === 'replacing' ? [replaceAuthToken(db, proof, token)] : []),
    ...(token?.kind === 'of_device'
      ? [
          insertDeviceToken(db, proof, { keyHash: token.keyHash, life: deviceLife(deps) }),
          endOldestDeviceTokens(db, proof),
        ]
      : []),
    ...(session === undefined ? [] : [insertSession(db, proof, { session: session.stored, life })]),
  ]
}

/** What is kept of a token of a device, and how long. */
function deviceLife({ settings, now, client }: CredentialDeps): DeviceLife {
  const seconds = lifetimeSeconds(settings, Infinity)
  return { now, client, seconds: Number.isFinite(seconds) ? seconds : null }
}

/** Which rows must come back where the proof held. */
function expectedOf({ better, token, session }: Parts): readonly WrittenRow['issued'][] {
  return [
    ...(better === undefined ? [] : (['password_hash'] as const)),
    ...(token === undefined || token.kind === 'known' ? [] : (['token'] as const)),
    ...(session === undefined ? [] : (['session'] as const)),
  ]
}

/** Signs what is signed, if the statements found the proof still holding. */
async function issue(
  deps: CredentialDeps,
  parts: Parts,
  { rows, account }: { readonly rows: readonly WrittenRow[]; readonly account: UserWithPassword },
): Promise<SignInOutcome> {
  const { better, token, session, family, claims } = parts
  const holds = expectedOf(parts).every((issued) => rows.some((row) => row.issued === issued))
  if (!holds) return { kind: 'stale_proof' }
  const named = await withPublicId(deps, account)
  const user = better === undefined ? named : { ...named, passwordHash: better.newHash }
  const key = token === undefined ? undefined : await keyOf(deps.settings, token, rows)
  return {
    kind: 'issued',
    user,
    credentials: {
      ...(key === undefined ? {} : { key }),
      ...(family === undefined ? {} : { jwt: await newJwtPair(deps, user, { family, claims }) }),
      ...(session === undefined ? {} : { sessionKey: session.key }),
      ...(isForgotten(deps.settings) ? { isRemembered: false } : {}),
    },
  }
}

/** A login that continues with its refresh token, which its statement has found valid. */
export type Continuation = {
  readonly proof: Proof
  /** Claims of the refresh token, from which simplejwt makes the access token. */
  readonly claims: Claims
  /** With rotation: claims of the next refresh token. */
  readonly successor: Claims | undefined
  /** The login, where its use is to be recorded, and when its refresh token ends. */
  readonly use: { readonly family: string; readonly expiresAt: Date } | undefined
}

/** Tokens with which a login continues. `isRemembered` is that of `Credentials`. */
export type ContinuedTokens = Pick<JwtPair, 'access' | 'accessExpiresAt'> &
  Partial<Pick<JwtPair, 'refresh' | 'refreshExpiresAt'>> &
  Pick<Credentials, 'isRemembered'>

/** Issues the tokens with which a login continues (RFC 6749 §6), and records its use after the answer. */
export async function continueSignIn(
  deps: CredentialDeps,
  { proof, claims, successor, use }: Continuation,
): Promise<ContinuedTokens> {
  if (use !== undefined) deps.deferWrites([recordUse(deps, proof, use)])
  const memory = isForgotten(deps.settings) ? ({ isRemembered: false } as const) : {}
  const access = await accessTokenOf(deps, claims)
  if (successor === undefined) return { ...access, ...memory }
  const { refresh, refreshExpiresAt } = await pairOf(deps, successor)
  return { ...access, refresh, refreshExpiresAt, ...memory }
}

/** Records that this client uses a login. */
function recordUse(
  { db, client, now }: CredentialDeps,
  proof: Proof,
  use: { readonly family: string; readonly expiresAt: Date },
): Statement {
  const { userAgent, country } = client
  return recordFamily(db, proof, { ...use, userAgent, country, city: client.city ?? '', now })
}

/** When a refresh token that is issued now ends. */
export function newRefreshExpiry({
  settings,
  now,
}: Pick<CredentialDeps, 'settings' | 'now'>): Date {
  const seconds = lifetimeSeconds(settings, settings.SIMPLE_JWT_REFRESH_TOKEN_LIFETIME)
  return new Date(now.getTime() + seconds * 1000)
}
