import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { users } from '../../db/schema.ts'
import type { EditableName } from '../../db/users.ts'
import type { NameCandidate } from '../users/username-address.ts'
import { candidateRows, isNameTaken } from '../users/username.sql.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** The texts that a user may change of itself. */
export type UserTexts = { readonly [Name in EditableName]?: string }

/** What a user may change of itself. */
export type UserChanges = { readonly username?: NewName } & UserTexts

/** Another username; where tokens go by it, those of both names end. */
type NewName = NameCandidate & { readonly endsTokensAt?: Date | undefined }

/**
 * A name that no other account has, nor the address that it is; `others` leaves the own account out of the
 * comparison, so that it may keep its name.
 */
function isNameFree(candidate: NameCandidate, userId: number, scope: 'all' | 'others') {
  const taker = { ofName: scope === 'others' ? userId : 0, ofAddress: userId }
  const isTaken = sql`exists (select 1 from ${candidateRows([candidate])}
    where ${isNameTaken([candidate], taker)})`
  if (scope === 'all') return sql`not ${isTaken}`
  const isOwn = sql`exists (select 1 from ${users} as me
    where me.id = ${userId} and me.username_folded = ${candidate.folded})`
  return sql`(${isOwn} or not ${isTaken})`
}

function revokedByRename(name: string, at: Date) {
  return sql<Date>`case when ${users.username} = ${name} then ${users.tokensRevokedAt}
    else cast(${at.getTime()} as integer) end`
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
      ...(username?.endsTokensAt === undefined
        ? {}
        : { tokensRevokedAt: revokedByRename(username.name, username.endsTokensAt) }),
    })
    .where(
      and(
        eq(users.id, userId),
        username === undefined ? undefined : isNameFree(username, userId, scope),
      ),
    )
    .returning(userColumns)
  return row
}

/** Whether a name is free for this account. One round trip. */
export async function isUsernameFree(
  db: Database,
  userId: number,
  candidate: NameCandidate,
  scope: 'all' | 'others',
): Promise<boolean> {
  const rows = await db
    .select({ one: sql<number>`1` })
    .from(sql`(select 1)`)
    .where(isNameFree(candidate, userId, scope))
  return rows.length > 0
}
