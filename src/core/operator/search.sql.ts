/** SQL of the search for accounts: filters, sorting and keyset pagination, each form on an index. */
import { sql, type SQL } from 'drizzle-orm'
import { decodeBase64Url, encodeBase64Url, utf8 } from '../../crypto.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'
import { ownFieldKeys } from '../../db/schema/own-fields.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import { parseJson } from '../../parse-json.ts'
import type { UniqueValue } from '../users/own-fields.ts'
import { parseUuid } from '../users/public-id.ts'
import type { AccountRow } from '../accounts/operator.sql.ts'
import { namedQuery, windowEndQuery, type Cursor } from './search-by-name.sql.ts'

/** Which accounts are wanted; what is absent does not matter. */
export type UserFilter = {
  /** How a username, an address, a first or a last name begins, or the number or the public id of an account. */
  readonly search?: string
  /** A value of an own field that only one account may have. */
  readonly own?: UniqueValue
  readonly isActive?: boolean
  readonly isStaff?: boolean
  /** Whether some address of it is verified. */
  readonly isVerified?: boolean
  readonly lastLoginSince?: Date
  readonly lastLoginBefore?: Date
  /** A social provider that is connected. */
  readonly provider?: string
}

/** A line of a list. */
export type ListedUser = AccountRow & { readonly isVerified: boolean }

/** A page of accounts. It may be short, even empty, while there are more: `next` says so. */
export type UserPage = {
  readonly users: readonly ListedUser[]
  /** Where the next page begins; absent after the last one. */
  readonly next: string | undefined
}

/** Maximum number of accounts read for one page of a list without a search, including those that the filters drop. */
const WINDOW = 20_000
const FIRST_ID = Number.MAX_SAFE_INTEGER

/**
 * Finds accounts: with a search by name or address in their order, else the newest first. Every statement reads a
 * bounded part of an index, so that a million accounts are answered as fast as a few. `bad_cursor`: `after` is none of
 * ours. One round trip.
 */
export function findUsers(
  db: Database,
  filter: UserFilter,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<UserPage | 'bad_cursor'> {
  if (filter.own !== undefined) return userWithValue(db, filter, filter.own)
  const text = filter.search?.trim() ?? ''
  const uuid = parseUuid(text)
  if (uuid !== undefined) return userWithPublicId(db, filter, uuid)
  if (text === '') {
    const isCursor = after === undefined || /^\d{1,15}$/.test(after)
    const before = after === undefined ? FIRST_ID : Number(after)
    return isCursor ? newestUsers(db, filter, { limit, before }) : Promise.resolve('bad_cursor')
  }
  const cursor = after === undefined ? undefined : readCursor(after)
  const isCursor = after === undefined || cursor !== undefined
  return isCursor
    ? findUsersByName(db, { ...filter, search: text }, { limit, cursor })
    : Promise.resolve('bad_cursor')
}

/** The account with a unique custom field, by its index. */
async function userWithValue(
  db: Database,
  filter: UserFilter,
  { field, folded }: UniqueValue,
): Promise<UserPage> {
  const rows = await db.all<UserJson>(
    sql`select ${columnsOf()} from ${ownFieldKeys} as holder cross join ${users} as u on u.id = holder.user_id
      where holder.field = ${field} and holder.folded = ${folded} and ${conditionOf(filter)}`,
  )
  return { users: rows.map(userOf), next: undefined }
}

async function userWithPublicId(db: Database, filter: UserFilter, uuid: string): Promise<UserPage> {
  const rows = await db.all<UserJson>(
    sql`select ${columnsOf()} from ${publicIds} as named cross join ${users} as u on u.id = named.user_id
      where named.public_id = ${uuid} and ${conditionOf(filter)}`,
  )
  return { users: rows.map(userOf), next: undefined }
}

/** Accounts without a search term, the newest first. */
async function newestUsers(
  db: Database,
  filter: UserFilter,
  { limit, before }: { readonly limit: number; readonly before: number },
): Promise<UserPage> {
  // Written out: a partial index serves a condition that says the same in the same words.
  const part = filter.isStaff
    ? sql`u.is_staff = 1 and`
    : filter.isActive === false
      ? sql`u.is_active = 0 and`
      : sql``
  const window = sql`from ${users} as u where ${part} u.id < cast(${before} as integer)
    order by u.id desc limit ${WINDOW}`
  const [rows, [seen]] = await db.batch([
    db.all<UserJson>(
      sql`select ${columnsOf()} from (select * ${window}) as u where ${conditionOf(filter)}
        order by u.id desc limit ${limit + 1}`,
    ),
    db.all<{ readonly last: number | null; readonly count: number }>(
      sql`select min(id) as last, count(*) as count from (select u.id ${window})`,
    ),
  ])
  const shown = rows.slice(0, limit)
  const isFull = rows.length > limit
  const last = isFull ? shown.at(-1)?.id : seen?.count === WINDOW ? seen.last : undefined
  return { users: shown.map(userOf), next: last === undefined ? undefined : String(last) }
}

/** Accounts by a part of name or address. */
async function findUsersByName(
  db: Database,
  filter: UserFilter & { readonly search: string },
  { limit, cursor }: { readonly limit: number; readonly cursor: Cursor | undefined },
): Promise<UserPage> {
  const query = { search: filter.search, passes: conditionOf(filter), columns: columnsOf() }
  const [rows, [end]] = await db.batch([
    db.all<NamedRow>(namedQuery(query, limit + 1, cursor)),
    db.all<Cursor>(windowEndQuery(filter.search, cursor)),
  ])
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : end
  const next = last === undefined ? undefined : writeCursor(last.key, last.id)
  return { users: shown.map(userOf), next }
}

type NamedRow = UserJson & { readonly key: string }

/** The condition of the filters on a row `u` of `users`. */
function conditionOf(filter: UserFilter): SQL {
  const { isActive, isStaff, isVerified, lastLoginSince, lastLoginBefore, provider } = filter
  const wanted: SQL[] = [sql`1`]
  if (isActive !== undefined) wanted.push(sql`u.is_active = ${isActive ? 1 : 0}`)
  if (isStaff !== undefined) wanted.push(sql`u.is_staff = ${isStaff ? 1 : 0}`)
  if (isVerified !== undefined) wanted.push(isVerified ? IS_VERIFIED : sql`not ${IS_VERIFIED}`)
  if (lastLoginSince !== undefined) {
    wanted.push(sql`u.last_login_at >= cast(${lastLoginSince.getTime()} as integer)`)
  }
  if (lastLoginBefore !== undefined) {
    wanted.push(
      sql`(u.last_login_at is null or u.last_login_at < cast(${lastLoginBefore.getTime()} as integer))`,
    )
  }
  if (provider !== undefined) {
    wanted.push(sql`exists (select 1 from ${socialAccounts} as social
      where social.user_id = u.id and social.provider = ${provider})`)
  }
  return sql.join(wanted, sql` and `)
}

const IS_VERIFIED = sql`exists (select 1 from ${emailAddresses} as proved
  where proved.user_id = u.id and proved.is_verified)`

type UserJson = {
  readonly id: number
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly isActive: number
  readonly isStaff: number
  readonly isSuperuser: number
  readonly dateJoinedAt: number
  readonly lastLoginAt: number | null
  readonly isVerified: number
}

function columnsOf(): SQL {
  return sql`u.id as "id", u.username as "username", u.email as "email", u.first_name as "firstName",
    u.last_name as "lastName", u.is_active as "isActive", u.is_staff as "isStaff",
    u.is_superuser as "isSuperuser", u.date_joined_at as "dateJoinedAt",
    u.last_login_at as "lastLoginAt", ${IS_VERIFIED} as "isVerified"`
}

function userOf(row: UserJson): ListedUser {
  const { id, username, email, firstName, lastName, dateJoinedAt, lastLoginAt } = row
  return {
    id,
    username,
    email,
    firstName,
    lastName,
    isActive: row.isActive === 1,
    isStaff: row.isStaff === 1,
    isSuperuser: row.isSuperuser === 1,
    dateJoinedAt: new Date(dateJoinedAt),
    lastLoginAt: lastLoginAt === null ? null : new Date(lastLoginAt),
    isVerified: row.isVerified === 1,
  }
}

function writeCursor(key: string, id: number): string {
  return encodeBase64Url(utf8(JSON.stringify([key, id])))
}

/** Reads what `writeCursor` wrote; `undefined` for everything else. */
function readCursor(text: string): Cursor | undefined {
  const value = parseJson(decodeBase64Url(text))
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [key, id] = value as readonly unknown[]
  if (typeof key !== 'string' || key.includes('\0') || !key.isWellFormed()) return undefined
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return undefined
  return { key, id }
}
