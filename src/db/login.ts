import { eq, or, sql, type SQL } from 'drizzle-orm'
import type { Database } from './open.ts'
import { authTokens, emailAddresses, sessions, users } from './schema.ts'
import { userColumns, type UserRow } from './users.ts'

/** An account that a login may mean, with all that the login needs to know of it. */
export type LoginCandidate = UserRow & {
  readonly keyHash: string | null
  readonly sealedKey: string | null
  readonly addresses: readonly LoginAddress[]
}

/** A candidate, and what the request's session is bound to where it is this account's. */
export type NamedCandidate = LoginCandidate & { readonly sessionAuthHash: string | null }

/** An address of a candidate. */
export type LoginAddress = { readonly email: string; readonly isVerified: boolean }

/** More accounts with one name or address than this are imported oddities; the oldest count. */
const MAX_CANDIDATES = 5

/** Every account that has the folded name or address. One round trip for known and unknown alike. */
export async function findLoginCandidates(
  db: Database,
  search: {
    readonly username?: string
    readonly email?: string
    readonly session: { readonly keyHash: string; readonly now: Date } | undefined
  },
): Promise<readonly NamedCandidate[]> {
  const { username, email, session } = search
  const rows = await db
    .select({
      ...userColumns,
      keyHash: authTokens.keyHash,
      sealedKey: authTokens.sealedKey,
      addresses: addressesJson,
      sessionAuthHash: sessionAuthHashOf(session),
    })
    .from(users)
    .leftJoin(authTokens, eq(authTokens.userId, users.id))
    .where(
      or(
        username === undefined ? undefined : eq(users.usernameFolded, username),
        ...(email === undefined || email === ''
          ? []
          : [
              eq(users.emailFolded, email),
              sql`${users.id} in (select ${emailAddresses.userId} from ${emailAddresses} where ${emailAddresses.emailFolded} = ${email})`,
            ]),
      ),
    )
    .orderBy(users.id)
    .limit(MAX_CANDIDATES)
  return rows.map((row) => ({ ...row, addresses: parseAddresses(row.addresses) }))
}

/** What the request's session is bound to, where it is the user's. */
export function sessionAuthHashOf(
  session: { readonly keyHash: string; readonly now: Date } | undefined,
): SQL<string | null> {
  if (session === undefined) return sql`null`
  return sql`(select ${sessions.authHash} from ${sessions} where ${sessions.keyHash} = ${session.keyHash} and ${sessions.userId} = ${users.id} and ${sessions.expiresAt} > ${session.now.getTime()})`
}

/**
 * A user's addresses as one JSON column. The user's id is spelled out, because Drizzle leaves table names
 * away where a query has one table, and the inner table has an `id`, too.
 */
export const addressesJson = sql<string>`(select json_group_array(json_object('email', address.email, 'isVerified', address.is_verified)) from ${emailAddresses} as address where address.user_id = "users"."id")`

/** Reads `addressesJson`. */
export function parseAddresses(json: string): readonly LoginAddress[] {
  const rows: unknown = JSON.parse(json)
  if (!Array.isArray(rows)) return []
  return rows.map((row: { readonly email: string; readonly isVerified: number }) => ({
    email: row.email,
    isVerified: row.isVerified === 1,
  }))
}
