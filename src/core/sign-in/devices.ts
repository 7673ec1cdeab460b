/** Where an account is logged in, with any kind of credential (`SESSION_DEVICES`). */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { auditEvent, type AuditDeps } from '../audit/audit.ts'
import { textFaults, type Fault } from '../faults.ts'
import { proofOfCaller, provedUserId, type SignedInCaller } from '../tokens/proof.sql.ts'
import {
  deviceIdOf,
  endDevices,
  findDevices,
  nameDevice,
  ownerOfDevice,
  type DeviceChoice,
  type DeviceRow,
} from './devices.sql.ts'
import { deviceOf, type Device } from './user-agent.ts'

/** A way of being logged in, as its owner sees it: an auth token, a session or a JWT login. */
export type OwnDevice = DeviceRow & { readonly device: Device; readonly isCurrent: boolean }

/** Where and how the caller is logged in. One round trip. */
export async function listDevices(
  { db, now }: AuditDeps,
  { user, credential }: SignedInCaller,
): Promise<readonly OwnDevice[]> {
  const current = deviceIdOf(credential)
  const rows = await findDevices(db, user.id, now)
  return rows.map((row) => ({
    ...row,
    device: deviceOf(row.userAgent),
    isCurrent: row.id === current && row.kind === credential.kind,
  }))
}

/** Ends one login of the caller, of any kind. One round trip. */
export async function endDevice(
  deps: AuditDeps,
  caller: SignedInCaller,
  id: string,
): Promise<'ended' | 'unknown'> {
  const ended = await end(deps, caller.user.id, { id })
  return ended > 0 ? 'ended' : 'unknown'
}

/** Ends every login of the caller but this one. Answers how many there were. One round trip. */
export function endOtherDevices(deps: AuditDeps, caller: SignedInCaller): Promise<number> {
  return end(deps, caller.user.id, { except: deviceIdOf(caller.credential) })
}

/** Ends the chosen logins and audits it, in one batch. */
async function end(deps: AuditDeps, userId: number, choice: DeviceChoice): Promise<number> {
  const { db, now } = deps
  const { ended } = await batch(db, {
    noted: await auditEvent(deps, 'session_ended', ownerOfDevice(userId, choice, now)),
    ended: endDevices(db, userId, { choice, now }),
  })
  return ended.flat().length
}

/** Longest name of a login, in characters. */
const MAX_NAME = 100

/** Result of naming a login. */
export type NameOutcome =
  | { readonly kind: 'named' | 'unknown' }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault<'name'>[] }

/** Gives a login of the caller a name; an empty one takes it away. The shared token of old has none. One round trip. */
export async function renameDevice(
  { db, now }: AuditDeps,
  caller: SignedInCaller,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<NameOutcome> {
  const faults = textFaults('name', name, { max: MAX_NAME })
  if (faults.length > 0) return { kind: 'invalid', faults }
  const holds = sql`${provedUserId(proofOfCaller(caller))} is not null`
  const named = nameDevice(db, caller.user.id, { id, name, now, holds })
  const { renamed } = await batch(db, { renamed: named })
  return { kind: renamed.flat().length > 0 ? 'named' : 'unknown' }
}
