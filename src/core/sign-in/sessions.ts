/** Listing and ending JWT logins (`sessions/`). */
import {
  findLogins,
  ownerOfLogin,
  ownerOfLogins,
  revokeEverything,
  revokeLogin,
  revokeLogins,
  type LoginRow,
} from './sessions.sql.ts'
import { batch } from '../../db/batch.ts'
import { auditEvent, type AuditDeps } from '../audit/audit.ts'

/** A login as its owner sees it. */
export type OwnLogin = LoginRow & { readonly isCurrent: boolean }

/** Where the caller is logged in. One round trip. */
export async function listLogins(
  deps: AuditDeps,
  userId: number,
  currentFamily: string | undefined,
): Promise<readonly OwnLogin[]> {
  const logins = await findLogins(deps.db, userId, deps.now)
  return logins.map((login) => ({ ...login, isCurrent: login.family === currentFamily }))
}

/**
 * Ends one login of the caller: its refresh token is refused from now on, and its access token wherever
 * an account is looked up. One round trip.
 */
export async function endLogin(
  deps: AuditDeps,
  userId: number,
  family: string,
): Promise<'ended' | 'unknown'> {
  const { ended } = await batch(deps.db, {
    noted: await auditEvent(deps, 'session_ended', ownerOfLogin(userId, family, deps.now)),
    ended: revokeLogin(deps.db, { userId, family }, deps.now),
  })
  return ended.length > 0 ? 'ended' : 'unknown'
}

/** Ends every login of the caller but this one. Answers how many there were. One round trip. */
export async function endOtherLogins(
  deps: AuditDeps,
  userId: number,
  currentFamily: string | undefined,
): Promise<number> {
  const { ended } = await batch(deps.db, {
    noted: await auditEvent(deps, 'session_ended', ownerOfLogins(userId, currentFamily)),
    ended: revokeLogins(deps.db, { userId, exceptFamily: currentFamily }, deps.now),
  })
  return ended.length
}

/** Logs the caller out everywhere: auth token, sessions, every JWT issued so far. One round trip. */
export async function logOutEverywhere(deps: AuditDeps, userId: number): Promise<void> {
  await deps.db.batch([
    ...revokeEverything(deps.db, userId, deps.now),
    ...(await auditEvent(deps, 'logged_out_everywhere', userId)),
  ])
}
