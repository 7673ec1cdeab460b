import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { users } from '../../db/schema.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** What a user may change of itself. */
export type UserChanges = {
  readonly username?: { readonly name: string; readonly folded: string }
  readonly firstName?: string
  readonly lastName?: string
}

/** A name that no other account has; `others` leaves the own account out of the comparison. */
function isNameFree(folded: string, userId: number, scope: 'all' | 'others') {
  const others = scope === 'others' ? sql`and other.id <> ${userId}` : sql``
  return sql`not exists (select 1 from ${users} as other where other.username_folded = ${folded} ${others})`
}

/** Writes the changes where the name is free; `undefined` when it is taken. One round trip. */
export async function updateUser(
  db: Database,
  userId: number,
  changes: UserChanges,
  scope: 'all' | 'others',
): Promise<UserRow | undefined> {
  const { username, ...names } = changes
  const [row] = await db
    .update(users)
    .set({
      ...names,
      id: sql`${users.id}`,
      ...(username === undefined
        ? {}
        : { username: username.name, usernameFolded: username.folded }),
    })
    .where(
      and(
        eq(users.id, userId),
        username === undefined ? undefined : isNameFree(username.folded, userId, scope),
      ),
    )
    .returning(userColumns)
  return row
}

/** Whether a name is free for this account. One round trip. */
export async function isUsernameFree(
  db: Database,
  userId: number,
  folded: string,
  scope: 'all' | 'others',
): Promise<boolean> {
  const rows = await db
    .select({ one: sql<number>`1` })
    .from(sql`(select 1)`)
    .where(isNameFree(folded, userId, scope))
  return rows.length > 0
}
