/** SQL conditions over an account's addresses. */
import { sql, type SQL } from 'drizzle-orm'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'

/** An address of an account. */
export type LoginAddress = { readonly email: string; readonly isVerified: boolean }

/**
 * A user's addresses as one JSON column. The user's id is spelled out, because Drizzle leaves table names
 * away where a query has one table, and the inner table has an `id`, too.
 */
export const addressesJson = sql<string>`(
  select json_group_array(json_array(email, is_verified))
  from ${emailAddresses} where user_id = "users"."id")`

/** Reads `addressesJson`. */
export function parseAddresses(json: string): readonly LoginAddress[] {
  const rows: unknown = JSON.parse(json)
  if (!Array.isArray(rows)) return []
  return rows.map(([email, isVerified]: readonly [string, number]) => ({
    email,
    isVerified: isVerified === 1,
  }))
}

/** An account's id, or a subquery of it. */
type Account = number | SQL

/** Whether an account has proved an address. Like the conditions below: for the statement that decides. */
export function hasProved(account: Account, folded: string): SQL {
  return sql`exists (select 1 from ${emailAddresses} as own where own.user_id = ${account}
    and own.email_folded = ${folded} and own.is_verified)`
}

/** Whether an account has an address, proved or not; imported accounts may have no row of their own one. */
export function hasAddress(account: Account, folded: string): SQL {
  return sql`(${folded} <> '' and (exists (select 1 from ${emailAddresses} as own
      where own.user_id = ${account} and own.email_folded = ${folded})
    or exists (select 1 from ${users} as holder
      where holder.id = ${account} and holder.email_folded = ${folded})))`
}

/** Whether an account has proved no address at all. */
export function hasProvedNone(account: Account): SQL {
  return sql`not exists (select 1 from ${emailAddresses} as own
    where own.user_id = ${account} and own.is_verified)`
}

/**
 * Whether reading the mail of an address opens an account: it has proved it, or it claims it and has proved no other.
 * What was mailed before the address was taken away opens nothing, so every statement that acts on a code or link
 * repeats this.
 */
export function isWayIn(account: Account, folded: string): SQL {
  return sql`(${hasProved(account, folded)}
    or (${hasAddress(account, folded)} and ${hasProvedNone(account)}))`
}
