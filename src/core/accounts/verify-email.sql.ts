import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses, users } from '../../db/schema.ts'

/**
 * Verifies an address once: it becomes the primary one where there is none, and then the account's own.
 * Answers whether this call did it. One round trip.
 */
export async function verifyAddress(
  db: Database,
  addressId: number,
  isUnique: boolean,
): Promise<boolean> {
  const other = sql`exists (select 1 from ${emailAddresses} as other where other.email_folded = ${emailAddresses.emailFolded} and other.is_verified and other.user_id <> ${emailAddresses.userId})`
  const [rows] = await db.batch([
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
  ])
  return rows.length > 0
}

/** Unverified addresses that a resend may mean: by the letter, or folded. */
export function unverifiedAddresses(folded: string, exact: string | undefined) {
  const isMeant =
    exact === undefined
      ? sql`${emailAddresses.emailFolded} = ${folded}`
      : sql`${emailAddresses.email} = ${exact}`
  return sql`(select ${emailAddresses.userId} as user_id, ${emailAddresses.email} as email, ${emailAddresses.isVerified} as is_verified from ${emailAddresses} where ${isMeant} order by ${emailAddresses.id} limit 1)`
}

/** Gives accounts that have an address but no row of it their row (imported users). */
export function insertMissingAddresses(db: Database, folded: string) {
  return db.insert(emailAddresses).select(
    sql`select null, ${users.id}, lower(${users.email}), ${users.emailFolded}, 0, 1 from ${users}
      where ${users.emailFolded} = ${folded} and ${folded} <> '' and ${users.isActive}
        and not exists (select 1 from ${emailAddresses} where ${emailAddresses.userId} = ${users.id})`,
  )
}
