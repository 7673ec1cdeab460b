/**
 * The callers of the operator's API and their limits: staff cannot act on accounts with more rights than their own
 * (privilege escalation).
 */
import { sql, type SQL } from 'drizzle-orm'
import { adminKeys } from '../../db/schema/operator.ts'
import { users } from '../../db/schema/users.ts'
import type { Actor, Deps } from '../../deps.ts'
import { ADMIN_SCOPES, isAdminScope, type AdminScope } from '../../settings/admin-scopes.ts'
import { proofOfCaller, provedUserId, type SignedInCaller } from '../tokens/proof.sql.ts'
import { isProvedSince } from '../tokens/recent-proof.sql.ts'
import { hasOtherRights, isAsRead, type Target } from './target.sql.ts'

/** A signed-in staff member, or a machine with a key. */
export type AdminCaller = {
  readonly actor: Extract<Actor, { readonly kind: 'staff' | 'admin_key' }>
  readonly scopes: readonly AdminScope[]
  readonly isSuperuser: boolean
  /** What must still hold when something is written on their word. */
  readonly holds: SQL
}

/** A signed-in staff member. */
export function staffCaller(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  caller: SignedInCaller,
  { isSuperuser }: { readonly isSuperuser: boolean },
): AdminCaller {
  const { id } = caller.user
  const since = new Date(now.getTime() - settings.ADMIN_REAUTHENTICATION_TIMEOUT * 1000)
  const proved = provedUserId(proofOfCaller(caller))
  const right = isSuperuser ? sql`${users.isSuperuser} = 1` : sql`${users.isStaff} = 1`
  return {
    actor: { kind: 'staff', id },
    scopes: isSuperuser ? ADMIN_SCOPES : settings.ADMIN_STAFF_SCOPES.filter(isAdminScope),
    isSuperuser,
    holds: sql`exists (select 1 from ${users} where ${users.id} = ${proved} and ${right}
      and ${isProvedSince(caller.credential, since)})`,
  }
}

/** A machine, by its key. */
export function keyCaller(id: number, scopes: readonly string[]): AdminCaller {
  return {
    actor: { kind: 'admin_key', id },
    scopes: scopes.filter(isAdminScope),
    isSuperuser: false,
    holds: sql`exists (select 1 from ${adminKeys} where ${adminKeys.id} = ${id} and ${adminKeys.revokedAt} is null)`,
  }
}

/** Why a caller may not act on an account. */
export type ActRefusal =
  /** It has at least as many rights as the one who acts. */
  | 'target_outranks'
  /** No one can lock themselves out, or reduce their own rights. */
  | 'own_account'

/**
 * Whether an account is in reach: staff and machines act on those that are no staff, and staff on those without groups
 * and permissions that they have not themselves; superusers on all but themselves (privilege escalation).
 */
export function actRefusal(
  { actor, isSuperuser }: AdminCaller,
  target: Pick<Target, 'id' | 'isStaff' | 'isSuperuser' | 'hasOtherRights'>,
): ActRefusal | undefined {
  if (actor.kind === 'staff' && actor.id === target.id) return 'own_account'
  if (isSuperuser) return undefined
  const hasMore = actor.kind === 'staff' && target.hasOtherRights === true
  return target.isStaff || target.isSuperuser || hasMore ? 'target_outranks' : undefined
}

/** The same for acting as the account: no one acts as staff, regardless of their own rights. */
export function actAsRefusal(caller: AdminCaller, target: Target): ActRefusal | undefined {
  const refusal = actRefusal(caller, target)
  if (refusal !== undefined) return refusal
  return target.isStaff || target.isSuperuser ? 'target_outranks' : undefined
}

/** The condition that caller and account are as they were when that was decided. */
export function stillPermitted(caller: AdminCaller, target: Target | undefined): SQL {
  if (target === undefined) return caller.holds
  const { actor, isSuperuser } = caller
  const isBelow =
    actor.kind === 'staff' && !isSuperuser
      ? sql`not ${hasOtherRights(sql`${target.id}`, sql`${actor.id}`)}`
      : sql`1`
  return sql`${caller.holds} and ${isAsRead(target)} and ${isBelow}`
}
