import { eq, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import { authTokens, emailAddresses, sessions, users } from '../../db/schema.ts'
import { totpDevices } from '../../db/schema-second-factor.ts'
import { selectCounted, type Count, type Counted } from '../limits/throttle.sql.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** An account that a login may mean, with all that the login needs to know of it. */
type LoginCandidate = UserRow & {
  readonly keyHash: string | null
  readonly sealedKey: string | null
  readonly deviceId: number | null
  readonly addresses: readonly LoginAddress[]
}

/** A candidate, and what the request's session is bound to where it is this account's. */
export type NamedCandidate = LoginCandidate & { readonly sessionAuthHash: string | null }

/** What was typed, in the forms in which it is compared. */
export type TypedName = {
  /** As a username, to the letter; empty where it is none. */
  readonly username: string
  /** The same folded, as it was typed and as it would be stored. */
  readonly foldedUsernames: readonly string[]
  /** Whether a name must be equal but for the case of ASCII. */
  readonly isNarrow: boolean
  /** As an address, folded; empty where it is none. */
  readonly foldedEmail: string
  /** Where stored addresses must be equal to the letter. */
  readonly email: string | undefined
}

/**
 * The one account that a typed name means, as a subquery of `id`. It is decided before any password is
 * looked at, so that a login hashes once, counts for one account, and tells nothing of others that have a
 * similar name or claim the address:
 *
 * 1. who has the username to the letter, where it is not their own address, which counts as an address;
 * 2. who has verified the address;
 * 3. the only account that claims it: of several unproved claims none counts;
 * 4. who has the folded username, to the letter before others, then the oldest of imported duplicates.
 */
export function namedAccount(typed: TypedName): SQL {
  const isTyped = (folded: SQL, stored: SQL) =>
    typed.email === undefined
      ? sql`${folded} = given.email`
      : sql`${folded} = given.email and ${stored} = given.letter`
  const verified = sql`select address.user_id from ${emailAddresses} as address
    where ${isTyped(sql`address.email_folded`, sql`address.email`)} and address.is_verified
    order by address.user_id limit 1`
  const claims = sql`select account.id from ${users} as account
      where ${isTyped(sql`account.email_folded`, sql`account.email`)}
    union select address.user_id from ${emailAddresses} as address
      where ${isTyped(sql`address.email_folded`, sql`address.email`)}`
  const sameLetters = typed.isNarrow ? sql` and lower(account.username) = lower(given.name)` : sql``
  const named = sql`${users} as account
    where account.username_folded in (select value from json_each(given.names))${sameLetters}`
  const isExact = sql`account.username = given.name`
  const form = JSON.stringify({
    name: typed.username,
    names: typed.foldedUsernames,
    email: typed.foldedEmail,
    letter: typed.email ?? '',
  })
  return sql`(with given as (select value ->> 'name' as name, value -> 'names' as names,
      nullif(value ->> 'email', '') as email, value ->> 'letter' as letter from (select ${form} as value))
    select id from (select coalesce(
      (select account.id from ${named} and ${isExact} and account.email_folded is not given.email limit 1),
      (${verified}),
      (select case when count(*) = 1 then min(id) end from (${claims})),
      (select coalesce(min(case when ${isExact} then account.id end), min(account.id)) from ${named})
    ) as id from given) where id is not null)`
}

/** The account that is meant, the login counted in the same batch. One round trip for known and unknown alike. */
export async function findLoginCandidate(
  db: Database,
  search: {
    readonly typed: TypedName
    readonly session: { readonly keyHash: string; readonly now: Date } | undefined
  },
  count: Count | undefined,
): Promise<Counted<NamedCandidate | undefined>> {
  const query = db
    .select({
      ...userColumns,
      keyHash: authTokens.keyHash,
      sealedKey: authTokens.sealedKey,
      deviceId: totpDevices.id,
      addresses: addressesJson,
      sessionAuthHash: sessionAuthHashOf(search.session),
    })
    .from(users)
    .leftJoin(authTokens, eq(authTokens.userId, users.id))
    .leftJoin(totpDevices, eq(totpDevices.userId, users.id))
    .where(sql`${users.id} = ${namedAccount(search.typed)}`)
  const counted = await selectCounted(db, count, query)
  if (counted.kind === 'throttled') return counted
  const [row] = counted.results
  const candidate =
    row === undefined ? undefined : { ...row, addresses: parseAddresses(row.addresses) }
  return { ...counted, results: candidate }
}

/** What the request's session is bound to, where it is the user's. */
export function sessionAuthHashOf(
  session: { readonly keyHash: string; readonly now: Date } | undefined,
): SQL<string | null> {
  if (session === undefined) return sql`null`
  return sql`(select ${sessions.authHash} from ${sessions} where ${sessions.keyHash} = ${session.keyHash}
    and ${sessions.userId} = ${users.id} and ${sessions.expiresAt} > ${session.now.getTime()})`
}
