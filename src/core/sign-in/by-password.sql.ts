/** SQL of the password login: the one account that a typed name means. */
import { eq, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import { compiled, memoize } from '../../db/compiled.ts'
import { authTokens } from '../../db/schema/credentials.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'
import type { AccountFinder, Count } from '../limits/count.ts'
import { selectCounted, type Counted } from '../limits/throttle.sql.ts'
import { sessionAuthHashBy, sessionAuthHashOf, type StoredSession } from '../tokens/session.sql.ts'
import type { SelectedUser, UserRow } from '../users/users.sql.ts'
import { comparisonOf, formValues, type Comparison, type TypedName } from './login-input.ts'

/** An account that a login may mean, with all that the login needs to know of it. */
type LoginCandidate = UserRow & {
  readonly keyHash: string | null
  readonly sealedKey: string | null
  readonly deviceId: number | null
  readonly addresses: readonly LoginAddress[]
}

/** A candidate, and what the request's session is bound to where it is this account's. */
export type NamedCandidate = LoginCandidate & { readonly sessionAuthHash: string | null }

/**
 * The one account that a typed name means, as a subquery of `id`. It is decided before any password is
 * looked at, so that a login hashes once, counts for one account, and tells nothing of others that have a
 * similar name or claim the address:
 *
 * 1. who has the username to the letter, where it is not their own address, which counts as an address;
 * 2. who has verified the address;
 * 3. the only account that claims it as its own: of several unproved claims none counts, nor does one beside another address,
 *    by which its owner would learn whether someone else has proved it;
 * 4. who has the folded username, to the letter before others, then the oldest of imported duplicates.
 */
export function namedAccount(typed: TypedName): AccountFinder {
  return { id: selectNamed(comparisonOf(typed)), values: formValues(typed) }
}

/** The subquery for each way to compare. `n`: who has the name, `a`: who claims the address. */
const selectNamed = memoize((comparison: Comparison) => {
  const isExact = comparison.startsWith('exact')
  const letter = isExact ? sql`, f ->> 'letter' as letter` : sql``
  const isTyped = isExact ? sql`email_folded = mail and email = letter` : sql`email_folded = mail`
  const sameLetters = comparison.endsWith('narrow names')
    ? sql` and lower(username) = lower(name)`
    : sql``
  return sql`(with g as (select f ->> 'name' as name, f -> 'names' as names, f ->> 'mail' as mail${letter}
      from (select ${sql.placeholder('form')} as f)),
    n as (select id, username = name as same, email_folded is mail as own from ${users}, g
      where username_folded in (select value from json_each(names))${sameLetters}),
    a as (select id, 0 as sure from ${users}, g where ${isTyped}
      union select user_id, is_verified from ${emailAddresses}, g
        where ${isTyped} and (is_verified or is_primary))
    select coalesce(
      (select min(id) from n where same and not own),
      (select min(id) from a where sure),
      (select iif(count(distinct id) = 1, min(id), null) from a),
      (select min(id) from n where same),
      (select min(id) from n)))`
})

const selectCandidate = memoize((columns: SelectedUser) =>
  memoize((accounts: SQL) =>
    compiled([], (db) =>
      selectAccount(db, accounts, { ...columns, sessionAuthHash: sessionAuthHashOf(undefined) }),
    ),
  ),
)

const selectCandidateInSession = memoize((columns: SelectedUser) =>
  memoize((accounts: SQL) =>
    compiled(['sessionKeyHash', 'nowMs'], (db, { sessionKeyHash, nowMs }) => {
      const sessionAuthHash = sessionAuthHashBy(sessionKeyHash, nowMs)
      return selectAccount(db, accounts, { ...columns, sessionAuthHash })
    }),
  ),
)

type CandidateColumns = SelectedUser & { readonly sessionAuthHash: SQL<string | null> }

function selectAccount(db: Database, accounts: SQL, columns: CandidateColumns) {
  const { sessionAuthHash, ...userColumns } = columns
  return db
    .select({
      ...userColumns,
      keyHash: authTokens.keyHash,
      sealedKey: authTokens.sealedKey,
      deviceId: totpDevices.id,
      addresses: addressesJson,
      sessionAuthHash,
    })
    .from(users)
    .leftJoin(authTokens, eq(authTokens.userId, users.id))
    .leftJoin(totpDevices, eq(totpDevices.userId, users.id))
    .where(sql`${users.id} = ${accounts}`)
}

/** Who is looked for, and what is read of them. */
type CandidateSearch = {
  readonly columns: SelectedUser
  readonly typed: TypedName
  readonly session: StoredSession | undefined
}

/** The account that is meant, the login counted in the same batch. One round trip for known and unknown alike. */
export async function findLoginCandidate(
  db: Database,
  { columns, typed, session }: CandidateSearch,
  count: Count | undefined,
): Promise<Counted<NamedCandidate | undefined>> {
  const { id, values } = namedAccount(typed)
  const query =
    session === undefined
      ? selectCandidate(columns)(id)(db, values)
      : selectCandidateInSession(columns)(id)(db, {
          ...values,
          sessionKeyHash: session.keyHash,
          nowMs: session.now.getTime(),
        })
  const counted = await selectCounted(db, count, query)
  if (counted.kind === 'throttled') return counted
  const [row] = counted.results
  const candidate =
    row === undefined ? undefined : { ...row, addresses: parseAddresses(row.addresses) }
  return { ...counted, results: candidate }
}
