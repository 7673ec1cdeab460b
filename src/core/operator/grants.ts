/** Granting and withdrawing groups and permissions. No one can grant a right that they do not have. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { auditChange, type AuditDeps } from '../audit/audit.ts'
import { selectMissingGroups } from '../users/groups.sql.ts'
import {
  changesGrants,
  deleteGrants,
  insertGrants,
  insertGroups,
  mayGrant,
  selectMayGrant,
  type GrantChange,
} from './grants.sql.ts'

/** Result of a grant. `refused`: who grants may not, or has not all of it; then nothing was written. */
export type GrantOutcome =
  | { readonly kind: 'granted' | 'withdrawn'; readonly changed: number }
  | { readonly kind: 'invalid'; readonly permissions: readonly string[] }
  /** Names that no group can have. */
  | { readonly kind: 'invalid_group'; readonly groups: readonly string[] }
  /** Groups that are not there; at the command line they are made. */
  | { readonly kind: 'unknown_group'; readonly groups: readonly string[] }
  | { readonly kind: 'refused' }

/** Django's spelling, as `has_perm` takes it. */
const PERMISSION = /^[A-Za-z_]\w{0,99}\.[\w-]{1,100}$/
/** Django's length; something that can be typed, and seen where it is not blanks alone. */
const GROUP = /^\P{Cc}{1,150}$/u

/**
 * Puts an account into groups and gives it permissions. All of it or nothing, decided by the statements themselves; who
 * is not the operator grants what they have, and no more. One round trip.
 */
export async function grant(deps: AuditDeps, change: GrantChange): Promise<GrantOutcome> {
  const wrong = change.grants.permissions.filter((one) => !PERMISSION.test(one))
  if (wrong.length > 0) return { kind: 'invalid', permissions: wrong }
  const nameless = change.grants.groups.filter((one) => !GROUP.test(one) || one.trim() === '')
  if (nameless.length > 0) return { kind: 'invalid_group', groups: nameless }
  const { db } = deps
  const { allowed, missing, given } = await batch(db, {
    allowed: selectMayGrant(db, change),
    groups: change.granter.kind === 'operator' ? [insertGroups(db, change.grants.groups)] : [],
    missing: selectMissingGroups(db, change.grants.groups),
    noted: await auditGrants(deps, change, 'grant'),
    given: insertGrants(db, change),
  })
  if (allowed[0]?.may !== 1) return refusal(missing)
  return { kind: 'granted', changed: given.flat().length }
}

/** Takes groups and permissions away, by the same rule. One round trip. */
export async function withdraw(deps: AuditDeps, change: GrantChange): Promise<GrantOutcome> {
  const { db } = deps
  const { allowed, missing, taken } = await batch(db, {
    allowed: selectMayGrant(db, change),
    missing: selectMissingGroups(db, change.grants.groups),
    noted: await auditGrants(deps, change, 'withdraw'),
    taken: deleteGrants(db, change),
  })
  if (allowed[0]?.may !== 1) return refusal(missing)
  return { kind: 'withdrawn', changed: taken.flat().length }
}

function refusal(missing: readonly { readonly name: string }[]): GrantOutcome {
  const names = missing.map(({ name }) => name)
  return names.length > 0 ? { kind: 'unknown_group', groups: names } : { kind: 'refused' }
}

/** Granted rights are in the new values, withdrawn ones in the old; nothing is recorded where nothing changes. */
function auditGrants(deps: AuditDeps, change: GrantChange, act: 'grant' | 'withdraw') {
  const { targetId, grants } = change
  const userId = sql`(select ${targetId} where ${mayGrant(change)} and ${changesGrants(change, act)})`
  const kept = Object.fromEntries(Object.entries(grants).filter(([, names]) => names.length > 0))
  return auditChange(deps, 'rights_changed', {
    userId,
    [act === 'grant' ? 'after' : 'before']: kept,
  })
}
