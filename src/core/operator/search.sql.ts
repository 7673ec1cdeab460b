import { sql, type SQL } from 'drizzle-orm'
import { decodeBase64Url, encodeBase64Url, fromUtf8, utf8 } from '../../crypto.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses, socialAccounts, users } from '../../db/schema.ts'
import type { AccountRow } from '../accounts/operator.sql.ts'
import { foldEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'

/** Which accounts are wanted; what is absent does not matter. */
export type UserFilter = {
  /** How a username or an address begins, or the number of an account. */
  readonly search?: string
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

/** A page of accounts. It may be short, even empty, while there are more: `next` tells. */
export type UserPage = {
  readonly users: readonly ListedUser[]
  /** Where the next page begins; absent after the last one. */
  readonly next: string | undefined
}

/** A list without a search looks at so many accounts a page, whatever the filters let through. */
const WINDOW = 20_000
/** Behind every text that begins with the same letters: the last code point, in SQLite's order of bytes. */
const LAST = '\u{10ffff}'
const FIRST_ID = Number.MAX_SAFE_INTEGER

/**
 * Finds accounts: with a search by name or address in their order, else the newest first. Every statement reads a
 * bounded part of an index, so that a million accounts are answered as fast as a few. One round trip.
 */
export function findUsers(
  db: Database,
  filter: UserFilter,
  page: { readonly limit: number; readonly after?: string | undefined },
): Promise<UserPage> {
  const text = filter.search?.trim() ?? ''
  const search = text === '' ? undefined : text
  return search === undefined
    ? newestUsers(db, filter, page)
    : usersNamed(db, { ...filter, search }, page)
}

async function newestUsers(
  db: Database,
  filter: UserFilter,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<UserPage> {
  const before = /^\d{1,15}$/.test(after ?? '') ? Number(after) : FIRST_ID
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

async function usersNamed(
  db: Database,
  filter: UserFilter & { readonly search: string },
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<UserPage> {
  const rows = await db.all<NamedRow>(namedQuery(filter, limit + 1, readCursor(after)))
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next =
    rows.length > limit && last !== undefined ? writeCursor(last.key, last.id) : undefined
  return { users: shown.map(userOf), next }
}

type NamedRow = UserJson & { readonly key: string }

/** Each account stands once: by its name where that fits, else by its own address, else by another of its own. */
function namedQuery(
  filter: UserFilter & { readonly search: string },
  more: number,
  cursor: Cursor | undefined,
): SQL {
  const name = foldUsername(filter.search)
  const address = foldPartOfEmail(filter.search)
  const passes = conditionOf(filter)
  const within = (column: SQL, prefix: string) =>
    sql`${column} >= ${prefix} and ${column} < ${prefix + LAST}`
  const behind = (column: SQL, prefix: string, id: SQL) => {
    const start = cursor !== undefined && cursor.key > prefix ? cursor.key : prefix
    return sql`${column} >= ${start} and ${column} < ${prefix + LAST}
      and (${column}, ${id}) > (${cursor?.key ?? ''}, cast(${cursor?.id ?? 0} as integer))`
  }
  const isNamed = within(sql`u.username_folded`, name)
  const isAddressed = within(sql`u.email_folded`, address)
  const number =
    /^[1-9]\d{0,14}$/.test(filter.search) && cursor === undefined ? Number(filter.search) : 0
  return sql`with found as (
      select * from (select '' as key, u.id as id from ${users} as u
        where u.id = cast(${number} as integer) and not (${isNamed}) and not (${isAddressed}) and ${passes})
      union all select * from (select u.username_folded, u.id from ${users} as u
        where ${behind(sql`u.username_folded`, name, sql`u.id`)} and ${passes}
        order by u.username_folded, u.id limit ${more})
      union all select * from (select u.email_folded, u.id from ${users} as u
        where ${behind(sql`u.email_folded`, address, sql`u.id`)} and not (${isNamed}) and ${passes}
        order by u.email_folded, u.id limit ${more})
      union all select * from (select own.email_folded, own.user_id from ${emailAddresses} as own
        cross join ${users} as u on u.id = own.user_id
        where ${behind(sql`own.email_folded`, address, sql`own.user_id`)}
          and not (${isNamed}) and not (${isAddressed}) and ${passes}
          and not exists (select 1 from ${emailAddresses} as other where other.user_id = own.user_id
            and other.id <> own.id and ${within(sql`other.email_folded`, address)}
            and (other.email_folded, other.id) < (own.email_folded, own.id))
        order by own.email_folded, own.user_id limit ${more}))
    select found.key as key, ${columnsOf()} from found cross join ${users} as u on u.id = found.id
    order by found.key, found.id limit ${more}`
}

/** The beginning of an address in the form in which addresses are compared. */
function foldPartOfEmail(text: string): string {
  if (text.includes('@')) return foldEmail(text)
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** What the filters want of a row `u` of `users`. */
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

type Cursor = { readonly key: string; readonly id: number }

function writeCursor(key: string, id: number): string {
  return encodeBase64Url(utf8(JSON.stringify([key, id])))
}

/** A cursor that is none of ours begins at the first page. */
function readCursor(text: string | undefined): Cursor | undefined {
  const bytes = decodeBase64Url(text ?? '')
  if (text === undefined || bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes))
    if (!Array.isArray(value)) return undefined
    const [key, id] = value as readonly unknown[]
    if (typeof key !== 'string' || typeof id !== 'number' || !Number.isSafeInteger(id))
      return undefined
    return { key, id }
  } catch {
    return undefined
  }
}
