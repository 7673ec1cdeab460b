import { sql } from 'drizzle-orm'
import { emailAddresses } from '../../db/schema.ts'

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
