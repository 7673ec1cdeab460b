/**
 * SQL of replacing a password. The statement compares the old hash, so of two changes at once one wins; everything
 * that depends on it repeats that condition.
 */
import { and, eq, ne, sql, type SQL } from 'drizzle-orm'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import type { Database } from '../../db/open.ts'
import { authTokens, deviceTokens, refreshFamilies, sessions } from '../../db/schema/credentials.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import { revocationTime } from '../tokens/credentials.sql.ts'
import type { Count } from '../limits/count.ts'
import { selectCounted, type Counted } from '../limits/throttle.sql.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** A password about to be replaced; the old hash decides, so of two concurrent ones one wins. */
export type PasswordSwap = {
  readonly userId: number
  readonly oldHash: string
  readonly newHash: string
}

/** Whether this swap was the one that succeeded: later statements of the batch act only then. */
function isSwapped(swap: PasswordSwap): SQL {
  return sql`exists (select 1 from ${users} where ${users.id} = ${swap.userId} and ${users.password} = ${swap.newHash})`
}

/** The account, where the swap went through: a subquery. */
export function swappedUserId(swap: PasswordSwap): SQL {
  return sql`(select ${users.id} from ${users}
    where ${users.id} = ${swap.userId} and ${users.password} = ${swap.newHash})`
}

/**
 * Compares and swaps the hash of an active account, where `condition` holds. With `revokedBy` every token that
 * the account was given so far is revoked by the same statement, so none is issued in between.
 */
export function swapPassword(
  db: Database,
  swap: PasswordSwap,
  {
    revokedBy,
    condition = sql`1`,
  }: { readonly revokedBy: Date | undefined; readonly condition?: SQL },
) {
  return db
    .update(users)
    .set({
      password: swap.newHash,
      ...(revokedBy === undefined ? {} : { tokensRevokedAt: revocationTime(revokedBy) }),
    })
    .where(
      and(
        eq(users.id, swap.userId),
        eq(users.password, swap.oldHash),
        eq(users.isActive, true),
        condition,
      ),
    )
    .returning({ id: users.id, tokensRevokedAt: users.tokensRevokedAt })
}

/** Ends the account's sessions but those bound to the new hash. */
export function deleteSessions(db: Database, swap: PasswordSwap, newAuthHash: string) {
  return db
    .delete(sessions)
    .where(
      and(eq(sessions.userId, swap.userId), ne(sessions.authHash, newAuthHash), isSwapped(swap)),
    )
}

/** The condition on a row of `users` that a session is its own. */
export function hasSession(keyHash: string): SQL {
  return sql`exists (select 1 from ${sessions}
    where ${sessions.keyHash} = ${keyHash} and ${sessions.userId} = ${users.id})`
}

/** Ends the account's auth token and its logins. */
export function endLogins(db: Database, swap: PasswordSwap, now: Date) {
  return [
    db.delete(authTokens).where(and(eq(authTokens.userId, swap.userId), isSwapped(swap))),
    db.delete(deviceTokens).where(and(eq(deviceTokens.userId, swap.userId), isSwapped(swap))),
    db
      .update(refreshFamilies)
      .set({ revokedAt: now })
      .where(and(eq(refreshFamilies.userId, swap.userId), isSwapped(swap))),
  ] as const
}

/** The account that a reset link names, with all that its token is bound to. */
export type ResetAccount = UserRow & { readonly addresses: readonly LoginAddress[] }

/**
 * Reads the accounts that a reset link may name; the count of the attempt travels in the same batch. One round
 * trip.
 */
export async function findResetAccounts(
  db: Database,
  { ids, publicId }: { readonly ids: readonly number[]; readonly publicId?: string | undefined },
  count: Count | undefined,
): Promise<Counted<readonly ResetAccount[]>> {
  const query = db
    .select({ ...userColumns, addresses: addressesJson })
    .from(users)
    .where(publicId === undefined ? isOneOf(ids) : hasPublicId(publicId))
  const counted = await selectCounted(db, count, query)
  if (counted.kind === 'throttled') return counted
  const accounts = counted.results.map((row) => ({
    ...row,
    addresses: parseAddresses(row.addresses),
  }))
  return { ...counted, results: accounts }
}

function isOneOf(ids: readonly number[]): SQL {
  return sql`${users.id} in (select value from json_each(${JSON.stringify(ids)}))`
}

function hasPublicId(publicId: string): SQL {
  return sql`${users.id} = (select ${publicIds.userId} from ${publicIds}
    where ${publicIds.publicId} = ${publicId})`
}

/** Whether an account has the addresses that were read, and no others: a reset link is bound to them. */
export function hasAddresses({ id, email, addresses }: ResetAccount): SQL {
  const rows = sql`from ${emailAddresses} as own where own.user_id = ${id}`
  const read = JSON.stringify(addresses.map((address) => address.email))
  return sql`(exists (select 1 from ${users} as owner where owner.id = ${id} and owner.email = ${email})
    and (select count(*) ${rows}) = ${addresses.length}
    and not exists (select 1 ${rows} and own.email not in (select value from json_each(${read}))))`
}
