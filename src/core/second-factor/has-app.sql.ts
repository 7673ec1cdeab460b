/** SQL of whether an account has an authenticator app. */
import { sql, type Column, type SQL } from 'drizzle-orm'
import { totpDevices } from '../../db/schema/second-factor.ts'

/** Whether an account has no authenticator app. */
export function hasNoDevice(userId: number | Column): SQL {
  return sql`not exists (select 1 from ${totpDevices} where ${totpDevices.userId} = ${userId})`
}

/** Whether an account's authenticator app is still this one. */
export function isOwnDevice(userId: number | Column, deviceId: number): SQL {
  return sql`exists (select 1 from ${totpDevices}
    where ${totpDevices.id} = ${deviceId} and ${totpDevices.userId} = ${userId})`
}
