/**
 * The account that an operator acts on, and the condition that its rights are still those that were checked
 * (TOCTOU).
 */
import { eq, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { groupMembers, groupPermissions, userPermissions } from '../../db/schema/roles.ts'
import { users } from '../../db/schema/users.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** An account that an operator acts on. */
export type Target = UserRow & {
  readonly isStaff: boolean
  readonly isSuperuser: boolean
  /** Whether it is in a group, or has a permission, that the caller lacks; absent where it was not checked. */
  readonly hasOtherRights?: boolean
}

/** Reads it. One round trip. */
export async function findTarget(db: Database, id: number): Promise<Target | undefined> {
  const [row] = await db
    .select({ ...userColumns, isStaff: users.isStaff, isSuperuser: users.isSuperuser })
    .from(users)
    .where(eq(users.id, id))
  return row
}

/** Whether the account is as it was read: its address and rights. */
export function isAsRead(target: Target) {
  return sql`exists (select 1 from ${users} where ${users.id} = ${target.id} and ${users.email} = ${target.email}
    and ${users.isStaff} = ${target.isStaff ? 1 : 0} and ${users.isSuperuser} = ${target.isSuperuser ? 1 : 0})`
}

/** Whether an account is in a group, or has a permission of its own, that another one has not. */
export function hasOtherRights(targetId: SQL, callerId: SQL): SQL {
  const groupsOf = (id: SQL) => sql`select group_id from ${groupMembers} where user_id = ${id}`
  return sql`(exists (select 1 from ${groupMembers} as theirs where theirs.user_id = ${targetId}
      and theirs.group_id not in (${groupsOf(callerId)}))
    or exists (select 1 from ${userPermissions} as theirs where theirs.user_id = ${targetId}
      and theirs.permission not in (
        select permission from ${userPermissions} where user_id = ${callerId}
        union select permission from ${groupPermissions} where group_id in (${groupsOf(callerId)}))))`
}
