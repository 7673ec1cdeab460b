/** SQL of verifying an address once. */
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'

/** The id of an address row, or a subquery of it. */
export type AddressId = number | SQL

/**
 * Verifies an address once: it becomes the primary one where there is none, and then the account's own. `verified`
 * returns a row where this call did it; it comes last, because the other one's condition is what it changes.
 */
export function verifyAddress(db: Database, addressId: AddressId, isUnique: boolean) {
  const isWaiting = isWaitingRow(addressId, isUnique)
  const hasPrimary = sql`exists (select 1 from ${emailAddresses} as own
    where own.user_id = address.user_id and own.is_primary)`
  return {
    ownAddress: db.run(
      sql`update ${users} set email = address.email, email_folded = address.email_folded
        from ${emailAddresses} as address
        where ${isWaiting} and not ${hasPrimary} and ${users.id} = address.user_id`,
    ),
    verified: db.all<{ readonly id: number }>(
      sql`update ${emailAddresses} as address
        set is_verified = 1, is_primary = is_primary or not ${hasPrimary}
        where ${isWaiting} returning id`,
    ),
  }
}

/** Whose address `verifyAddress` would verify, for statements before it. */
export function verifyingUserId(addressId: AddressId, isUnique: boolean): SQL {
  return sql`(select address.user_id from ${emailAddresses} as address
    where ${isWaitingRow(addressId, isUnique)})`
}

function isWaitingRow(addressId: AddressId, isUnique: boolean): SQL {
  const isOthers = sql`exists (select 1 from ${emailAddresses} as other
    where other.email_folded = address.email_folded and other.is_verified
      and other.user_id <> address.user_id)`
  return sql`address.id = ${addressId} and not address.is_verified
    and not (${isUnique ? isOthers : sql`0`})`
}

/** Returns a row where the address is verified. */
export function isVerifiedRow(db: Database, addressId: AddressId) {
  return db
    .select({ id: emailAddresses.id })
    .from(emailAddresses)
    .where(and(eq(emailAddresses.id, addressId), eq(emailAddresses.isVerified, true)))
}

/** The mailbox of an address, and whose row of it this is. */
export function rowOf(addressId: AddressId): { readonly userId: SQL; readonly emailFolded: SQL } {
  const from = sql`from ${emailAddresses} where ${emailAddresses.id} = ${addressId}`
  return {
    userId: sql`(select ${emailAddresses.userId} ${from})`,
    emailFolded: sql`(select ${emailAddresses.emailFolded} ${from})`,
  }
}

/** Whose address a key would verify; `undefined` where it is verified, or gone. One round trip. */
export async function findUnverified(
  db: Database,
  addressId: AddressId,
): Promise<{ readonly username: string; readonly email: string } | undefined> {
  const [row] = await db
    .select({ username: users.username, email: emailAddresses.email })
    .from(emailAddresses)
    .innerJoin(users, eq(users.id, emailAddresses.userId))
    .where(and(eq(emailAddresses.id, addressId), eq(emailAddresses.isVerified, false)))
  return row
}

/** At most so many claimants get a mail at once. */
const MAX_CLAIMANTS = 3

/**
 * The accounts that a resend concerns: every account that claims the address unless one has verified it, the newest
 * first.
 */
export function claimantsOf(folded: string): SQL {
  return sql`(${claimsOf(folded)} order by own.id desc limit ${MAX_CLAIMANTS})`
}

/** The same of one account, of which there may be newer ones. */
export function claimBy(userId: SQL, folded: string): SQL {
  return sql`(${claimsOf(folded)} and own.user_id = ${userId} order by own.id limit 1)`
}

function claimsOf(folded: string): SQL {
  return sql`select own.user_id as user_id, own.email as email, null as context from ${emailAddresses} as own
    where own.email_folded = ${folded} and not exists (select 1 from ${emailAddresses} as other
      where other.email_folded = ${folded} and other.is_verified)`
}

/** The account that the reference picks: the oldest row of that spelling, where it is unverified. */
export function oldestClaimantOf(email: string): SQL {
  return sql`(select user_id, email, null as context from (select * from ${emailAddresses}
    where ${emailAddresses.email} = ${email} order by ${emailAddresses.id} limit 1) where not is_verified)`
}

/** Gives accounts that have an address but no row of it their row (imported users). */
export function insertMissingAddresses(db: Database, folded: string) {
  const row = {
    userId: sql`${users.id}`,
    email: sql`lower(${users.email})`,
    emailFolded: sql`${users.emailFolded}`,
    isPrimary: true,
  }
  const from = sql`from ${users}
    where ${users.emailFolded} = ${folded} and ${folded} <> '' and ${users.isActive}
      and not exists (select 1 from ${emailAddresses} where ${emailAddresses.userId} = ${users.id})`
  return insertRow(db, emailAddresses, { values: row, from })
}
