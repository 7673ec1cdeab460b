/** The second step of a login: what a code might be, and the statements that use it up. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database, Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import type { PendingLogin } from './pending-login.ts'
import { recoveryCodeHashes, typedRecoveryCode } from './recovery-codes.ts'
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
