import { eq, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { users } from '../../db/schema.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** An account that an operator acts on. */
export type Target = UserRow & { readonly isStaff: boolean; readonly isSuperuser: boolean }

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
