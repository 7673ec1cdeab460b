import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses, users } from '../../db/schema.ts'

/**
 * Verifies an address once: it becomes the primary one where there is none, and then the account's own. The
 * first statement answers a row where this call did it.
 */
export function verifyAddress(db: Database, addressId: number, isUnique: boolean) {
  const other = sql`exists (select 1 from ${emailAddresses} as other where other.email_folded = ${emailAddresses.emailFolded} and other.is_verified and other.user_id <> ${emailAddresses.userId})`
  return [
    db
      .update(emailAddresses)
      .set({ isVerified: true })
      .where(
        and(
          eq(emailAddresses.id, addressId),
          eq(emailAddresses.isVerified, false),
          isUnique ? sql`not ${other}` : undefined,
        ),
      )
      .returning({ id: emailAddresses.id }),
    db
      .update(emailAddresses)
      .set({ isPrimary: true })
      .where(
        and(
          eq(emailAddresses.id, addressId),
          sql`changes() = 1`,
          sql`not exists (select 1 from ${emailAddresses} as other where other.user_id = ${emailAddresses.userId} and other.is_primary)`,
        ),
      ),
    db.run(
      sql`update ${users} set email = address.email, email_folded = address.email_folded
        from ${emailAddresses} as address
        where changes() = 1 and address.id = ${addressId} and ${users.id} = address.user_id`,
    ),
  ] as const
}

/** The mailbox of an address, and whose row of it this is. */
export function rowOf(addressId: number): { readonly userId: SQL; readonly emailFolded: SQL } {
  const from = sql`from ${emailAddresses} where ${emailAddresses.id} = ${addressId}`
  return {
    userId: sql`(select ${emailAddresses.userId} ${from})`,
    emailFolded: sql`(select ${emailAddresses.emailFolded} ${from})`,
  }
}

/** Whose address a key would verify; `undefined` where it is verified, or gone. One round trip. */
export async function findUnverified(
  db: Database,
  addressId: number,
): Promise<{ readonly username: string; readonly email: string } | undefined> {
  const [row] = await db
    .select({ username: users.username, email: emailAddresses.email })
    .from(emailAddresses)
    .innerJoin(users, eq(users.id, emailAddresses.userId))
    .where(and(eq(emailAddresses.id, addressId), eq(emailAddresses.isVerified, false)))
  return row
}

/** More claimants than this get no mail at once. */
const MAX_CLAIMANTS = 3

/** Whom a resend means: every account that claims the address unless one has verified it, the newest first. */
export function claimantsOf(folded: string): SQL {
  return sql`(select own.user_id as user_id, own.email as email, null as context from ${emailAddresses} as own
    where own.email_folded = ${folded} and not exists (select 1 from ${emailAddresses} as other
      where other.email_folded = ${folded} and other.is_verified)
    order by own.id desc limit ${MAX_CLAIMANTS})`
}

/** Whom the reference means: the oldest row of that spelling, where it is unverified. */
export function oldestClaimantOf(email: string): SQL {
  return sql`(select user_id, email, null as context from (select * from ${emailAddresses}
    where ${emailAddresses.email} = ${email} order by ${emailAddresses.id} limit 1) where not is_verified)`
}

/** Gives accounts that have an address but no row of it their row (imported users). */
export function insertMissingAddresses(db: Database, folded: string) {
  return db.insert(emailAddresses).select(
    sql`select null, ${users.id}, lower(${users.email}), ${users.emailFolded}, 0, 1 from ${users}
      where ${users.emailFolded} = ${folded} and ${folded} <> '' and ${users.isActive}
        and not exists (select 1 from ${emailAddresses} where ${emailAddresses.userId} = ${users.id})`,
  )
}
