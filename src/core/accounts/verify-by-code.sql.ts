/** SQL of verifying an address by code. */
import { NO_USER_ID } from '../users/user.ts'
import { and, eq } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'

/** The unverified address of an active account, and what a code for it is bound to. */
export function findClaim(db: Database, userId: number | undefined, emailFolded: string) {
  return db
    .select({ addressId: emailAddresses.id, passwordHash: users.password })
    .from(emailAddresses)
    .innerJoin(users, eq(users.id, emailAddresses.userId))
    .where(
      and(
        eq(emailAddresses.userId, userId ?? NO_USER_ID),
        eq(emailAddresses.emailFolded, emailFolded),
        eq(emailAddresses.isVerified, false),
        eq(users.isActive, true),
      ),
    )
}
