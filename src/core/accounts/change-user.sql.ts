/**
 * SQL of changing a user's names. Uniqueness is decided inside the update, so two users cannot take a name at once.
 */
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import type { Database } from '../../db/open.ts'
import { users } from '../../db/schema/users.ts'
import type { EditableName } from '../../db/schema/users.ts'
import type { NameCandidate } from '../users/username-address.ts'
import { candidateRows, isNameTaken } from '../users/username.sql.ts'
import {
  changeOwnFields,
  isOwnTaken,
  selectOwnTaken,
  type OwnChanges,
} from '../users/own-fields.sql.ts'
import type { SelectedUser, UserRow } from '../users/users.sql.ts'

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

/** The account that is changed, and what is read of it afterwards. */
export type ChangeTarget = {
  readonly userId: number
  /** The condition that must still hold for the caller. */
  readonly holds?: SQL | undefined
  readonly scope: 'all' | 'others'
  readonly columns: SelectedUser
}

/** Result of a change: the account, or which of its values are taken. */
export type Changed =
  | { readonly kind: 'updated'; readonly row: UserRow }
  | { readonly kind: 'taken'; readonly fields: readonly string[] }
  /** The caller is no longer authenticated. */
  | { readonly kind: 'stale_proof' }

/** Writes the changes where the name is free. One round trip. */
export async function updateUser(
  db: Database,
  target: ChangeTarget,
  changes: UserChanges,
): Promise<Changed> {
  const [row] = await updateRow(db, target, {
    changes,
    condition: isChangeable(target, changes),
  })
  return row === undefined ? refusal(changes, []) : { kind: 'updated', row }
}

function refusal({ username }: UserChanges, fields: readonly string[]): Changed {
  if (fields.length > 0) return { kind: 'taken', fields }
  return username === undefined ? { kind: 'stale_proof' } : { kind: 'taken', fields: ['username'] }
}

/** The same with own fields, all of it or nothing: one batch. The row is read last, when they are written. */
export async function updateUserAndFields(
  db: Database,
  target: ChangeTarget,
  {
    changes,
    own,
  }: {
    readonly changes: UserChanges
    readonly own: OwnChanges & { readonly uniqueFields: readonly string[] }
  },
): Promise<Changed> {
  const { userId } = target
  const isFree = sql`not ${isOwnTaken(own.unique, userId)}`
  const condition = and(isChangeable(target, changes), isFree)
  const { taken, rows } = await batch(db, {
    taken: own.unique.length === 0 ? [] : [selectOwnTaken(db, own.unique, userId)],
    own: changeOwnFields(db, { ...own, userId }, condition),
    rows: updateRow(db, target, { changes, condition }),
  })
  const [row] = rows
  if (row !== undefined) return { kind: 'updated', row }
  return refusal(
    changes,
    taken.flat().map(({ field }) => field),
  )
}

/** The account that a change has updated, for later statements; no row where a name or a unique field was taken. */
export function changedUserId(
  { userId, holds = sql`1` }: Pick<ChangeTarget, 'userId' | 'holds'>,
  { username }: UserChanges,
  own: Pick<OwnChanges, 'unique'> | undefined,
): SQL {
  const hasName = username === undefined ? sql`1` : sql`${users.username} = ${username.name}`
  const areOwn = own === undefined ? sql`1` : sql`not ${isOwnTaken(own.unique, userId)}`
  return sql`(select ${users.id} from ${users}
    where ${users.id} = ${userId} and ${hasName} and ${areOwn} and ${holds})`
}

function isChangeable(
  { userId, scope, holds }: ChangeTarget,
  { username }: UserChanges,
): SQL | undefined {
  return and(holds, username === undefined ? undefined : isNameFree(username, userId, scope))
}

function updateRow(
  db: Database,
  { userId, columns }: ChangeTarget,
  { changes, condition }: { readonly changes: UserChanges; readonly condition: SQL | undefined },
) {
  const { username, ...names } = changes
  return db
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
    .where(and(eq(users.id, userId), condition))
    .returning(columns)
}

/** Whether a name is free for this account. One round trip. */
export async function isUsernameFree(
  db: Database,
  { userId, scope }: { readonly userId: number; readonly scope: 'all' | 'others' },
  candidate: NameCandidate,
): Promise<boolean> {
  const rows = await db
    .select({ one: sql<number>`1` })
    .from(sql`(select 1)`)
    .where(isNameFree(candidate, userId, scope))
  return rows.length > 0
}
