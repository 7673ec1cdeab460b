/** SQL of what operators do to accounts. */
import { and, asc, eq, or, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { isBanned, isLeaving } from './leave.sql.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'
import type { OwnValues } from '../users/own-fields.ts'
import { hasOwnValue, ownDocument, type OwnWanted } from '../users/own-fields.sql.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** An account as an operator sees it. */
export type AccountRow = Omit<UserRow, 'passwordHash' | 'tokensRevokedAt'> & {
  readonly isStaff: boolean
  readonly isSuperuser: boolean
  readonly dateJoinedAt: Date
  /** Own fields, where they are asked for. */
  readonly own?: OwnValues | null
}

/** The columns of that. */
export const operatorColumns = {
  id: users.id,
  username: users.username,
  email: users.email,
  firstName: users.firstName,
  lastName: users.lastName,
  isActive: users.isActive,
  isStaff: users.isStaff,
  isSuperuser: users.isSuperuser,
  dateJoinedAt: users.dateJoinedAt,
  lastLoginAt: users.lastLoginAt,
} as const

/** How an operator names an account. */
export type AccountName =
  | { readonly kind: 'id'; readonly id: number }
  /** One text that is a username or an e-mail address, folded as either. */
  | {
      readonly kind: 'text'
      readonly username: string
      readonly email: string
      /** The same text as the id that clients see, where it is one. */
      readonly publicId?: string | undefined
    }

const MAX_FOUND = 10

/** Accounts of that id, name or address, with what proves them; at most ten. One round trip. */
export async function findAccounts(db: Database, name: AccountName): Promise<readonly UserRow[]> {
  const condition =
    name.kind === 'id'
      ? sql`${users.id} = cast(${name.id} as integer)`
      : or(
          eq(users.usernameFolded, name.username),
          and(eq(users.emailFolded, name.email), sql`${name.email} <> ''`),
          sql`${users.id} in (select ${emailAddresses.userId} from ${emailAddresses}
            where ${emailAddresses.emailFolded} = ${name.email})`,
          name.publicId === undefined
            ? undefined
            : sql`${users.id} in (select user_id from ${publicIds} where public_id = ${name.publicId})`,
        )
  return db.select(userColumns).from(users).where(condition).orderBy(asc(users.id)).limit(MAX_FOUND)
}

/** Which accounts are listed, and which page of them. */
export type AccountFilter = {
  /** A part of the name or address; empty: all. */
  readonly search: string
  readonly isActive: boolean | undefined
  readonly limit: number
  readonly offset: number
  /** Own fields that must have a value, all of them. */
  readonly own?: readonly OwnWanted[]
}

/** A page of accounts by id, and how many there are in all. One round trip. */
export async function listAccounts(
  db: Database,
  { search, isActive, limit, offset, own = [] }: AccountFilter,
): Promise<{ readonly total: number; readonly accounts: readonly AccountRow[] }> {
  const condition = and(
    search === '' ? undefined : nameOrAddressHas(search),
    isActive === undefined ? undefined : eq(users.isActive, isActive),
    ...own.map(hasOwnValue),
  )
  const [accounts, counted] = await db.batch([
    db
      .select({
        ...operatorColumns,
        own: ownDocument,
      })
      .from(users)
      .where(condition)
      .orderBy(asc(users.id))
      .limit(limit)
      .offset(offset),
    db
      .select({ total: sql<number>`count(*)` })
      .from(users)
      .where(condition),
  ])
  return { total: counted[0]?.total ?? 0, accounts }
}

/** An address is found by a part of how it is written, or of how it is compared. */
function nameOrAddressHas(search: string): SQL | undefined {
  const part = lowerEmail(search)
  const folded = foldEmail(search)
  return or(
    sql`instr(${users.usernameFolded}, ${foldUsername(search)}) > 0`,
    sql`instr(lower(${users.email}), ${part}) > 0`,
    sql`instr(${users.emailFolded}, ${folded}) > 0`,
    sql`${users.id} in (select ${emailAddresses.userId} from ${emailAddresses}
      where instr(lower(${emailAddresses.email}), ${part}) > 0
        or instr(${emailAddresses.emailFolded}, ${folded}) > 0)`,
  )
}

/** Gives a new account its rights. */
export function setRights(
  db: Database,
  userId: SQL,
  { isStaff, isSuperuser }: { readonly isStaff: boolean; readonly isSuperuser: boolean },
) {
  return db
    .update(users)
    .set({ isStaff, isSuperuser })
    .where(sql`${users.id} = ${userId}`)
}

/** Keeps an account out; the row comes back where it was let in. */
export function keepOut(db: Database, userId: number) {
  return db
    .update(users)
    .set({ isActive: false })
    .where(and(eq(users.id, userId), eq(users.isActive, true)))
    .returning({ id: users.id })
}

/** Reactivates an inactive account, unless an operator keeps it out while its deletion is pending; returns the row. */
export function letIn(db: Database, userId: number) {
  return db
    .update(users)
    .set({ isActive: true })
    .where(and(eq(users.id, userId), eq(users.isActive, false), sql`not ${isBanned(userId)}`))
    .returning({ id: users.id })
}

/** The account where no operator keeps it out: a subquery of its id. */
export function userIdLetIn(userId: number): SQL {
  return sql`(select ${users.id} from ${users} where ${users.id} = ${userId}
    and (${users.isActive} or ${isLeaving(sql`${userId}`)}))`
}

/** The account where it is kept out, by any operator: a subquery of its id. */
export function userIdKeptOut(userId: number): SQL {
  return sql`(select ${users.id} from ${users} where ${users.id} = ${userId} and not ${users.isActive})`
}

/** What the database says of itself. */
export type DatabaseState = {
  /** How many migrations it has seen; `undefined`: none ever. */
  readonly migrations: number | undefined
  readonly nowMs: number
}

/** Asks what has been migrated and what time it is there. Two round trips: the table may be missing. */
export async function readDatabaseState(db: Database): Promise<DatabaseState> {
  const [state] = await db.all<{ has_migrations: number; now_ms: number }>(
    sql`select exists (select 1 from sqlite_master where name = '__drizzle_migrations') as has_migrations,
      cast(unixepoch('subsec') * 1000 as integer) as now_ms`,
  )
  const nowMs = state?.now_ms ?? 0
  if (state?.has_migrations !== 1) return { migrations: undefined, nowMs }
  const [counted] = await db.all<{ count: number }>(
    sql`select count(*) as count from __drizzle_migrations`,
  )
  return { migrations: counted?.count ?? 0, nowMs }
}
