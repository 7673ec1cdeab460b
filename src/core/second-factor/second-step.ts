/** The token between the two steps of a login: what the first step proved, sealed, short-lived, used once. */
import { sql, type SQL } from 'drizzle-orm'
import { constantTimeEqualText, encodeBase64Url, sha256Hex } from '../../crypto.ts'
import type { Database, Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import type { ProofKind } from '../tokens/proof.sql.ts'
import type { FirstStepTies } from './first-step.sql.ts'
import { recoveryCodeHashes, typedRecoveryCode } from './recovery-codes.ts'
import { isForgotten } from '../../settings/remember.ts'
import { tokenVersion } from '../tokens/authentication.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'
import { isSpentBy, spendToken, type Claim } from './spent-tokens.sql.ts'
import { openTotpSecret } from './stored-factor.ts'
import { matchingStep, typedCode } from './totp.ts'
import {
  advanceStep,
  isCodeUnused,
  isStepNew,
  useRecoveryCode,
  type TotpDevice,
} from './totp.sql.ts'

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

/** What a right code uses up. */
export type UsedCode =
  | { readonly kind: 'totp'; readonly step: number }
  | { readonly kind: 'recovery_code'; readonly hashes: readonly string[] }

/**
 * What a code might be: a one-time code of the window that has not been used, else a recovery code, which only
 * the statement knows. `undefined` where it can be neither.
 */
export async function judgeCode(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes' | 'deferWrites' | 'log'>,
  device: Pick<TotpDevice, 'id' | 'sealedSecret' | 'lastStep' | 'recoverySalt'>,
  code: string,
): Promise<UsedCode | undefined> {
  const { settings, now } = deps
  const secret = await openTotpSecret(deps, device)
  const step =
    secret === undefined
      ? undefined
      : await matchingStep(settings, { secret, code: typedCode(settings, code) }, now)
  if (step !== undefined) return step > device.lastStep ? { kind: 'totp', step } : undefined
  const recoveryCode = typedRecoveryCode(settings, code)
  if (recoveryCode === undefined) return undefined
  const hashes = await recoveryCodeHashes(settings, device.recoverySalt, recoveryCode)
  return { kind: 'recovery_code', hashes }
}

/** Whose code is used, and what is spent with it. */
type SpendingCode = {
  readonly login: Pick<PendingLogin, 'userId' | 'deviceId'>
  readonly claim: Claim
}

/**
 * The statements that use a code and a pending login up, both or neither: where `condition` holds and no other request
 * was faster. What follows them in the batch asks for `isSpentBy(claim)`.
 */
export function spendCode(
  db: Database,
  { claim, login }: SpendingCode,
  {
    used,
    now,
    condition,
  }: { readonly now: Date; readonly condition: SQL; readonly used: UsedCode },
) {
  const { userId, deviceId } = login
  const isOurs = isSpentBy(claim)
  const hasRoom = used.kind === 'totp' ? isStepNew(deviceId, used.step) : hasCode(login, used)
  const use: readonly Statement[] =
    used.kind === 'totp'
      ? [advanceStep(db, { id: deviceId, step: used.step, usedAt: now }, isOurs)]
      : useRecoveryCode(db, { userId, deviceId, hashes: used.hashes, usedAt: now }, isOurs)
  return [spendToken(db, claim, sql`${condition} and ${hasRoom}`), ...use] as const
}

function hasCode(
  { userId, deviceId }: SpendingCode['login'],
  { hashes }: Extract<UsedCode, { readonly kind: 'recovery_code' }>,
): SQL {
  const device = sql`exists (select 1 from totp_devices where id = ${deviceId} and user_id = ${userId})`
  return sql`${device} and ${isCodeUnused(userId, hashes)}`
}
