import { eq, inArray, or, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import { authTokens, emailAddresses, sessions, users } from '../../db/schema.ts'
import { selectCounted, type Count, type Counted } from '../limits/throttle.sql.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** An account that a login may mean, with all that the login needs to know of it. */
export type LoginCandidate = UserRow & {
  readonly keyHash: string | null
  readonly sealedKey: string | null
  readonly addresses: readonly LoginAddress[]
}

/** A candidate, and what the request's session is bound to where it is this account's. */
export type NamedCandidate = LoginCandidate & { readonly sessionAuthHash: string | null }

/** More accounts with one name or address than this are oddities; the likeliest and oldest count. */
const MAX_CANDIDATES = 5

/** What was typed, folded, a name in each of its forms; where the methods allow it, as name and address. */
export type TypedName = { readonly usernames?: readonly string[]; readonly email?: string }

function isNamed({ usernames, email }: TypedName): SQL | undefined {
  return or(
    usernames === undefined ? undefined : inArray(users.usernameFolded, [...usernames]),
    ...(email === undefined || email === ''
      ? []
      : [
          eq(users.emailFolded, email),
          sql`${users.id} in (select ${emailAddresses.userId} from ${emailAddresses} where ${emailAddresses.emailFolded} = ${email})`,
        ]),
  )
}

/**
 * Whose name it is comes first, then who has verified the address, then who only claims it: however many
 * claim an address, its owner is among those that are looked at.
 */
function likeliestFirst({ usernames = [], email = '' }: TypedName): SQL {
  return sql`"users"."username_folded" in (select value from json_each(${JSON.stringify(usernames)})) desc, exists (select 1 from ${emailAddresses} as own where own.user_id = "users"."id" and own.email_folded = ${email} and own.is_verified) desc, "users"."id"`
}

/** The accounts that `findLoginCandidates` finds, as a subquery of `id`. */
export function namedAccounts(typed: TypedName): SQL {
  return sql`(select ${users.id} as id from ${users} where ${isNamed(typed)} order by ${likeliestFirst(typed)} limit ${MAX_CANDIDATES})`
}

/**
 * Every account that has the folded name or address, counted in the same batch. One round trip for known
 * and unknown alike.
 */
export async function findLoginCandidates(
  db: Database,
  search: TypedName & {
    readonly session: { readonly keyHash: string; readonly now: Date } | undefined
  },
  count: Count | undefined,
): Promise<Counted<readonly NamedCandidate[]>> {
  const { session } = search
  const query = db
    .select({
      ...userColumns,
      keyHash: authTokens.keyHash,
      sealedKey: authTokens.sealedKey,
      addresses: addressesJson,
      sessionAuthHash: sessionAuthHashOf(session),
    })
    .from(users)
    .leftJoin(authTokens, eq(authTokens.userId, users.id))
    .where(isNamed(search))
    .orderBy(likeliestFirst(search))
    .limit(MAX_CANDIDATES)
  const counted = await selectCounted(db, count, query)
  return counted.kind === 'throttled' ? counted : { ...counted, results: read(counted.results) }
}

function read<Row extends { readonly addresses: string }>(
  rows: readonly Row[],
): readonly (Omit<Row, 'addresses'> & { readonly addresses: readonly LoginAddress[] })[] {
  return rows.map((row) => ({ ...row, addresses: parseAddresses(row.addresses) }))
}

/** What the request's session is bound to, where it is the user's. */
export function sessionAuthHashOf(
  session: { readonly keyHash: string; readonly now: Date } | undefined,
): SQL<string | null> {
  if (session === undefined) return sql`null`
  return sql`(select ${sessions.authHash} from ${sessions} where ${sessions.keyHash} = ${session.keyHash} and ${sessions.userId} = ${users.id} and ${sessions.expiresAt} > ${session.now.getTime()})`
}
