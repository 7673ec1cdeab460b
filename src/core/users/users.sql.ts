/**
 * The columns of `users` that leave the database, and the queries that find one user. The password hash is only in
 * those that verify it.
 */
import { and, eq, getTableColumns, gt, sql, type Placeholder, type SQL } from 'drizzle-orm'
import { compiled } from '../../db/compiled.ts'
import type { Database } from '../../db/open.ts'
import { authTokens, refreshFamilies, sessions } from '../../db/schema/credentials.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import { type UserFieldName, userFields, users } from '../../db/schema/users.ts'
import { oncePer } from '../../once-per.ts'
import { moreColumn, type MoreOfUser } from './more.ts'
import type { MoreSettings } from './more-settings.ts'
import type { UserWithPassword } from './user.ts'

/** Columns of a user with the hash that proves it. */
export const userColumns = {
  ...columnsOfFields(),
  passwordHash: users.password,
}

/** What a query of users reads where settings ask for more than the columns. */
export type SelectedUser = typeof userColumns & { readonly more: SQL<MoreOfUser | null> }

/** The columns that a deployment's settings ask for: statements that are built once are built for each of these. */
export const userColumnsOf = oncePer((settings: MoreSettings): SelectedUser => {
  const more = moreColumn(settings)
  // Readers of `more` check first whether it is present.
  return more === undefined ? (userColumns as SelectedUser) : { ...userColumns, more }
})

/** One user with its password hash, as stored. */
export type UserRow = UserWithPassword

function columnsOfFields(): Pick<typeof users._.columns, UserFieldName> {
  const names = new Set<string>(Object.keys(userFields))
  const columns = Object.entries(getTableColumns(users)).filter(([name]) => names.has(name))
  // The names of `userFields` are columns of the table: its declaration says so.
  return Object.fromEntries(columns) as Pick<typeof users._.columns, UserFieldName>
}

/** A further column of a query that finds a caller: text by `"users"."id"`. */
export type CallerColumn = SQL<string>

/** Says `staff` of those who may enter Django's admin site. */
export const staffColumn: CallerColumn = sql<string>`case when ${users.isStaff} then 'staff' end`

/** What is read with a caller besides the account. */
export type CallerColumns = {
  /** Of the account; else its plain columns. */
  readonly user?: SelectedUser
  readonly column?: CallerColumn | undefined
  /** `proofStateJson` of the credential. */
  readonly proofState?: CallerColumn | undefined
}

/** A caller, and what those columns said; null where none was asked for. */
export type CallerRow = UserRow & {
  readonly column: string | null
  readonly proofState: string | null
}

/** Columns of a query that finds a caller. */
export function callerColumns({ user, column, proofState }: CallerColumns) {
  const nothing = sql<string | null>`null`
  // As in `userColumnsOf`.
  const columns = user ?? (userColumns as SelectedUser)
  return { ...columns, column: column ?? nothing, proofState: proofState ?? nothing }
}

/** The user whose auth token has this SHA-256. One round trip. */
export async function findUserByTokenHash(
  db: Database,
  keyHash: string,
  columns: CallerColumns = {},
): Promise<CallerRow | undefined> {
  const [row] = await (isPlain(columns)
    ? selectPlainByTokenHash(db, { keyHash })
    : selectByTokenHash(db, keyHash, columns))
  return row
}

/** What most requests ask for; built once. */
function isPlain({ user, column, proofState }: CallerColumns): boolean {
  const isPlainUser = user === undefined || user === userColumns
  return isPlainUser && column === undefined && proofState === undefined
}

const selectPlainByTokenHash = compiled(['keyHash'], (db, { keyHash }) =>
  selectByTokenHash(db, keyHash, {}),
)

/** The caller of an auth token, in one statement with what the route reads besides. */
function selectByTokenHash(db: Database, keyHash: Bound, columns: CallerColumns) {
  return db
    .select(callerColumns(columns))
    .from(authTokens)
    .innerJoin(users, eq(users.id, authTokens.userId))
    .where(eq(authTokens.keyHash, keyHash))
}

/** The user of a living session, and what the session was opened with. One round trip. */
export async function findUserBySession(
  db: Database,
  session: { readonly keyHash: string; readonly now: Date },
  columns: CallerColumns = {},
): Promise<(CallerRow & { readonly authHash: string }) | undefined> {
  const [row] = await (isPlain(columns)
    ? selectPlainBySession(db, session)
    : selectBySession(db, session, columns))
  return row
}

const selectPlainBySession = compiled(['keyHash', 'now'], (db, session) =>
  selectBySession(db, session, {}),
)

/** The caller of a session, while it has not expired. */
function selectBySession(
  db: Database,
  { keyHash, now }: { readonly keyHash: Bound; readonly now: Date | Placeholder },
  columns: CallerColumns,
) {
  return db
    .select({ ...callerColumns(columns), authHash: sessions.authHash })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.keyHash, keyHash), gt(sessions.expiresAt, now)))
}

/** How a JWT names a user. */
export type UserClaim = {
  readonly field: ClaimField
  readonly value: string
  /** Beside a username: the account's id. */
  readonly id?: string
  /** Where that is not said: when the token was issued, in seconds since 1970. */
  readonly issuedAt?: number
}

/** Columns by which a JWT may name its user. */
type ClaimField = 'id' | 'public_id' | 'username' | 'email'

/** The user whom a JWT names by id, username or e-mail address, and whether its login has ended. One round trip. */
export async function findUserByClaim(
  db: Database,
  claim: UserClaim & { readonly family?: string | undefined },
  columns: CallerColumns = {},
): Promise<(CallerRow & { readonly isFamilyRevoked: number }) | undefined> {
  const { family = null, ...named } = claim
  const [row] = await (named.field === 'id' && isPlain(columns)
    ? selectPlainById(db, { value: named.value, family })
    : selectByClaim(db, { ...named, family }, columns))
  return row
}

const selectPlainById = compiled(['value', 'family'], (db, given) =>
  selectByClaim(db, { field: 'id', ...given }, {}),
)

/** The caller of a JWT. */
function selectByClaim(
  db: Database,
  claim: BoundClaim & { readonly family: Bound | null },
  columns: CallerColumns,
) {
  // Of no family nothing is found.
  const isFamilyRevoked = sql<number>`exists (select 1 from ${refreshFamilies}
    where ${refreshFamilies.family} = ${claim.family} and ${refreshFamilies.revokedAt} is not null)`
  return db
    .select({ ...callerColumns(columns), isFamilyRevoked })
    .from(users)
    .where(claimCondition(claim))
    .limit(1)
}

/** A claim whose value may be filled in later. */
type BoundClaim = Omit<UserClaim, 'value'> & { readonly value: Bound }

/** A value, or its place in a statement that is built once. */
type Bound = string | Placeholder

/** The address of the user that a subquery finds, if any. */
export function addressOf(userId: SQL): SQL {
  return sql`(select ${users.email} from ${users} where ${users.id} = ${userId})`
}

/** The condition that a claim names a user. */
export function claimCondition({ field, value, id, issuedAt }: BoundClaim): SQL | undefined {
  if (field === 'id') return isId(value)
  if (field === 'public_id') {
    return sql`${users.id} = (select ${publicIds.userId} from ${publicIds}
      where ${publicIds.publicId} = ${value})`
  }
  if (field === 'email') return eq(users.email, value)
  return and(
    eq(users.username, value),
    id === undefined ? undefined : isId(id),
    // The name may have been another account's before.
    issuedAt === undefined ? undefined : sql`${users.dateJoinedAt} / 1000 <= ${issuedAt}`,
  )
}

/** Bound as REAL otherwise, which INTEGER affinity would take, but only up to 2^53. */
function isId(id: Bound): SQL {
  return sql`${users.id} = cast(${id} as integer)`
}
