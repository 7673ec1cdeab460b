/**
 * SQL of groups and permissions (Django: `auth_group`, `auth_permission`), with the condition that the granter has
 * the right.
 */
import { asc, gt, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { groupMembers, groupPermissions, groups, userPermissions } from '../../db/schema/roles.ts'
import { users } from '../../db/schema/users.ts'

/** Groups by their names, and permissions as `app_label.codename`. */
type Grants = { readonly groups: readonly string[]; readonly permissions: readonly string[] }

/** Who grants: the operator at the command line, or someone who is signed in. */
type Granter = { readonly kind: 'operator' } | { readonly kind: 'user'; readonly id: number }

/** A grant about to be written. */
export type GrantChange = {
  readonly granter: Granter
  readonly targetId: number
  readonly grants: Grants
}

function list(values: readonly string[]): SQL {
  return sql`json_each(${JSON.stringify(values)})`
}

/**
 * The condition that someone may grant, or take away: a superuser everything, staff the groups that they are in and
 * the permissions that they have, and others may grant nothing (privilege escalation). Only a superuser takes from
 * another one. Only the operator may grant groups that do not exist.
 */
export function mayGrant(change: GrantChange): SQL {
  const { granter, targetId, grants } = change
  const exists = sql`exists (select 1 from ${users} where ${users.id} = ${targetId})`
  if (granter.kind === 'operator') return exists
  const isBelow = sql`not exists (select 1 from ${users}
    where ${users.id} = ${targetId} and ${users.isSuperuser})`
  return sql`(${exists} and ${hasAll(granter.id, grants, isBelow)})`
}

/** The condition that the caller has what they grant; staff only where `staffMay` holds. */
export function hasAll(granterId: number, grants: Grants, staffMay: SQL): SQL {
  const own = sql`select ${groupMembers.groupId} from ${groupMembers}
    where ${groupMembers.userId} = granter.id`
  const hasGroups = sql`not exists (select 1 from ${list(grants.groups)} as wanted
    where wanted.value not in (select ${groups.name} from ${groups} where ${groups.id} in (${own})))`
  const hasPermissions = sql`not exists (select 1 from ${list(grants.permissions)} as wanted
    where wanted.value not in (
      select ${userPermissions.permission} from ${userPermissions}
        where ${userPermissions.userId} = granter.id
      union select ${groupPermissions.permission} from ${groupPermissions}
        where ${groupPermissions.groupId} in (${own})))`
  return sql`(not ${isGroupMissing(grants.groups)} and exists (select 1 from ${users} as granter
    where granter.id = ${granterId} and granter.is_active and (granter.is_superuser
      or (granter.is_staff and ${staffMay} and ${hasGroups} and ${hasPermissions}))))`
}

function isGroupMissing(names: readonly string[]): SQL {
  return sql`exists (select 1 from ${list(names)} as named
    where not exists (select 1 from ${groups} as known where known.name = named.value))`
}

/** A page of groups by name. One round trip. */
export async function listGroups(
  db: Database,
  { limit, after }: { readonly limit: number; readonly after: string },
): Promise<readonly { readonly id: number; readonly name: string }[]> {
  return db
    .select({ id: groups.id, name: groups.name })
    .from(groups)
    .where(gt(groups.name, after))
    .orderBy(asc(groups.name))
    .limit(limit)
}

/** The condition that something of it would change: that the account lacks it, or has it. */
export function changesGrants({ targetId, grants }: GrantChange, act: 'grant' | 'withdraw'): SQL {
  const has = act === 'grant' ? sql`not exists` : sql`exists`
  return sql`(exists (select 1 from ${list(grants.groups)} as wanted where ${has} (
      select 1 from ${groups} as known inner join ${groupMembers} as member on member.group_id = known.id
      where known.name = wanted.value and member.user_id = ${targetId}))
    or exists (select 1 from ${list(grants.permissions)} as wanted where ${has} (
      select 1 from ${userPermissions} as own
      where own.user_id = ${targetId} and own.permission = wanted.value)))`
}

/** Returns whether that holds. */
export function selectMayGrant(db: Database, change: GrantChange) {
  return db.all<{ readonly may: number }>(sql`select ${mayGrant(change)} as may`)
}

/** Makes groups that are not there yet: only the operator's word does. */
export function insertGroups(db: Database, names: readonly string[]) {
  return db.run(
    sql`insert into ${groups} (name) select value from ${list(names)} where true
      on conflict (name) do nothing`,
  )
}

/** Gives an account what is granted; a row comes back for each that it did not have. */
export function insertGrants(db: Database, change: GrantChange) {
  const { targetId, grants } = change
  const may = mayGrant(change)
  return [
    db.all<{ readonly what: string }>(
      sql`insert into ${groupMembers} (user_id, group_id)
        select ${targetId}, id from ${groups}
        where name in (select value from ${list(grants.groups)}) and ${may}
        on conflict do nothing returning group_id as what`,
    ),
    db.all<{ readonly what: string }>(
      sql`insert into ${userPermissions} (user_id, permission)
        select ${targetId}, value from ${list(grants.permissions)} where ${may}
          and not exists (select 1 from ${userPermissions}
            where user_id = ${targetId} and permission = value)
        on conflict do nothing returning permission as what`,
    ),
  ] as const
}

/** Takes it away; a row comes back for each that it had. */
export function deleteGrants(db: Database, change: GrantChange) {
  const { targetId, grants } = change
  const may = mayGrant(change)
  return [
    db.all<{ readonly what: string }>(
      sql`delete from ${groupMembers} where user_id = ${targetId} and ${may} and group_id in (
        select id from ${groups} where name in (select value from ${list(grants.groups)}))
        returning group_id as what`,
    ),
    db.all<{ readonly what: string }>(
      sql`delete from ${userPermissions} where user_id = ${targetId} and ${may}
        and permission in (select value from ${list(grants.permissions)})
        returning permission as what`,
    ),
  ] as const
}
