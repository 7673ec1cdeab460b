/**
 * SQL of authenticator apps and recovery codes. A code works once: the statement compares the time step with the
 * last used one (RFC 6238 §5.2).
 */
import { and, eq, isNull, lt, sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { recoveryCodes, totpDevices } from '../../db/schema/second-factor.ts'

/** An account's authenticator app, as the rules see it. */
export type TotpDevice = {
  readonly id: number
  readonly sealedSecret: string
  readonly lastStep: number
  readonly recoverySalt: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  /** How many recovery codes are left. */
  readonly codesLeft: number
}

/** Requirements for a caller before any change of their second factor. */
export type FactorState = {
  readonly device: TotpDevice | undefined
  /** Whether the account has an unverified address. */
  readonly isUnverified: boolean
}

/**
 * A caller's second factor as one JSON column of the query that finds the caller. The user's id is spelled out,
 * because inner tables have an `id`, too.
 */
export const factorStateJson = sql<string>`(select json_object(
  'device', json((select json_object('id', device.id, 'sealedSecret', device.sealed_secret,
      'lastStep', device.last_step, 'recoverySalt', device.recovery_salt,
      'createdAt', device.created_at, 'lastUsedAt', device.last_used_at,
      'codesLeft', (select count(*) from recovery_codes
        where user_id = device.user_id and used_at is null))
    from ${totpDevices} as device where device.user_id = "users"."id")),
  'isUnverified', ${isUnverified(sql`"users"."id"`)}))`

/** Whether the account's own address is verified by no account. */
function isUnverified(userId: SQL): SQL {
  return sql`(exists (select 1 from ${emailAddresses} as own
      where own.user_id = ${userId} and not own.is_verified)
    or exists (select 1 from ${users} as owner where owner.id = ${userId} and owner.email <> ''
      and not exists (select 1 from ${emailAddresses} as own where own.user_id = owner.id)))`
}

/** Reads `factorStateJson`. */
export function parseFactorState(json: string): FactorState {
  // Written only by the query above.
  const { device, isUnverified: unverified } = JSON.parse(json) as {
    readonly device: StoredDevice | null
    readonly isUnverified: number
  }
  return { device: device === null ? undefined : deviceOf(device), isUnverified: unverified === 1 }
}

type StoredDevice = Omit<TotpDevice, 'createdAt' | 'lastUsedAt'> & {
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

function deviceOf({ createdAt, lastUsedAt, ...row }: StoredDevice): TotpDevice {
  return {
    ...row,
    createdAt: new Date(createdAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  }
}

/** An authenticator app about to be kept; its seal is random, so it also distinguishes this insert from every other. */
export type NewDevice = {
  readonly userId: number
  readonly sealedSecret: string
  readonly lastStep: number
  readonly recoverySalt: string
  readonly createdAt: Date
}

/** Keeps it where the account has none and `condition` holds: of two confirmed at once one wins. */
export function insertDevice(db: Database, device: NewDevice, condition: SQL) {
  const row = { ...device, userId: sql`${users.id}` }
  const from = sql`from ${users}
    where ${users.id} = ${device.userId} and ${users.isActive} and ${condition}`
  return insertRow(db, totpDevices, { values: row, from })
    .onConflictDoNothing()
    .returning({ id: totpDevices.id })
}

/** Whether `insertDevice` kept this one. */
export function isDeviceKept({ userId, sealedSecret }: NewDevice): SQL {
  return sql`exists (select 1 from ${totpDevices}
    where ${totpDevices.userId} = ${userId} and ${totpDevices.sealedSecret} = ${sealedSecret})`
}

/** That the account may set up a factor, for statements that repeat it. */
export function isVerifiedAccount(userId: number): SQL {
  return sql`not ${isUnverified(sql`${userId}`)}`
}

/** A recovery code as it is stored. */
export type StoredCode = {
  readonly codeHash: string
  readonly position: number
  readonly sealedCode: string | null
}

/** Adds a set of codes where `condition` holds. */
export function insertRecoveryCodes(
  db: Database,
  { userId, codes }: { readonly userId: number; readonly codes: readonly StoredCode[] },
  condition: SQL,
) {
  const row = {
    userId,
    codeHash: sql`json_extract(value, '$.codeHash')`,
    position: sql`json_extract(value, '$.position')`,
    sealedCode: sql`json_extract(value, '$.sealedCode')`,
  }
  const from = sql`from json_each(${JSON.stringify(codes)}) where ${condition}`
  return insertRow(db, recoveryCodes, { values: row, from })
}

/** Deletes an account's codes where `condition` holds. */
export function deleteRecoveryCodes(db: Database, userId: number, condition: SQL) {
  return db.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), condition))
}

/** A device that has accepted no code of this step or a later one. */
export function isStepNew(deviceId: number, step: number): SQL {
  return sql`exists (select 1 from ${totpDevices}
    where ${totpDevices.id} = ${deviceId} and ${totpDevices.lastStep} < ${step})`
}

/** Moves a device on to an accepted step, where `condition` holds: a code and all older ones are used up. */
export function advanceStep(
  db: Database,
  device: { readonly id: number; readonly step: number; readonly usedAt: Date },
  condition: SQL,
) {
  return db
    .update(totpDevices)
    .set({ lastStep: device.step, lastUsedAt: device.usedAt })
    .where(and(eq(totpDevices.id, device.id), lt(totpDevices.lastStep, device.step), condition))
}

/** An unused code of an account that has one of these hashes. */
export function isCodeUnused(userId: number, hashes: readonly string[]): SQL {
  return sql`exists (select 1 from ${recoveryCodes} where ${recoveryCodes.userId} = ${userId}
    and ${recoveryCodes.codeHash} in (select value from json_each(${JSON.stringify(hashes)}))
    and ${recoveryCodes.usedAt} is null)`
}

/** Uses a recovery code up, where `condition` holds; how many are left comes back. */
export function useRecoveryCode(
  db: Database,
  use: {
    readonly userId: number
    readonly deviceId: number
    readonly hashes: readonly string[]
    readonly usedAt: Date
  },
  condition: SQL,
) {
  const { userId, deviceId, hashes, usedAt } = use
  const isNamed = sql`${recoveryCodes.codeHash} in (select value from json_each(${JSON.stringify(hashes)}))`
  return [
    db
      .update(recoveryCodes)
      .set({ usedAt })
      .where(
        and(eq(recoveryCodes.userId, userId), isNamed, isNull(recoveryCodes.usedAt), condition),
      ),
    db
      .update(totpDevices)
      .set({ lastUsedAt: usedAt })
      .where(and(eq(totpDevices.id, deviceId), condition)),
  ] as const
}

/** Whether an account has one recovery code left. */
export function isLastCode(userId: number): SQL {
  return sql`(select count(*) from ${recoveryCodes}
    where ${recoveryCodes.userId} = ${userId} and ${recoveryCodes.usedAt} is null) = 1`
}

/** Deletes a device where `condition` holds; the row comes back where there was one. */
export function deleteDevice(db: Database, deviceId: number, condition: SQL) {
  return db
    .delete(totpDevices)
    .where(and(eq(totpDevices.id, deviceId), condition))
    .returning({ id: totpDevices.id })
}

/** Whether a device has been taken away. */
export function isDeviceGone(deviceId: number): SQL {
  return sql`not exists (select 1 from ${totpDevices} where ${totpDevices.id} = ${deviceId})`
}

/** Gives a device the salt of another set of codes, where `condition` holds. */
export function replaceSalt(
  db: Database,
  { deviceId, salt }: { readonly deviceId: number; readonly salt: string },
  condition: SQL,
) {
  return db
    .update(totpDevices)
    .set({ recoverySalt: salt })
    .where(and(eq(totpDevices.id, deviceId), condition))
    .returning({ id: totpDevices.id })
}

/** Seals a device's secret again, unless it is another one by now. */
export function resealSecret(
  db: Database,
  deviceId: number,
  seals: { readonly old: string; readonly new: string },
) {
  return db
    .update(totpDevices)
    .set({ sealedSecret: seals.new })
    .where(and(eq(totpDevices.id, deviceId), eq(totpDevices.sealedSecret, seals.old)))
}

/** Whether a device has this salt. */
export function hasSalt(deviceId: number, salt: string): SQL {
  return sql`exists (select 1 from ${totpDevices}
    where ${totpDevices.id} = ${deviceId} and ${totpDevices.recoverySalt} = ${salt})`
}

/** A caller's unused recovery codes, sealed, in order: a JSON column as `factorStateJson` is one. */
export const sealedCodesJson = sql<string>`(select json_group_array(code.sealed_code)
  from (select sealed_code from ${recoveryCodes} where user_id = "users"."id" and used_at is null
    order by position) as code)`

/** Reads `sealedCodesJson`; null where no copy of a code is kept. */
export function parseSealedCodes(json: string): readonly (string | null)[] {
  return JSON.parse(json) as (string | null)[] // written by the query above
}
