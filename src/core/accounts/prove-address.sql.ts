/**
 * SQL of verifying an address for the user who has just proved to read its mail, and of evicting anyone who was in the
 * account before.
 */
import { and, sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { revokeEverything } from '../sign-in/sessions.sql.ts'
import type { UserId } from '../tokens/credentials.sql.ts'
import { hasAddress, hasProvedNone } from '../users/addresses.sql.ts'

/** An address that someone has proved to read, and the account that it belongs to. */
export type ProvedAddress = {
  /** A subquery where the proof must still hold. */
  readonly userId: UserId
  /** As it is stored where the account has no row of it yet. */
  readonly email: string
  readonly emailFolded: string
  /** Whether an address that another account has verified is left to it. */
  readonly isUnique: boolean
}

/**
 * Verifies an address of an account, and makes its row where there is none. The statements decide whether
 * another account has verified it, so that of two at once one has it; one of them returns a row where it is
 * verified.
 */
export function verifyAddressOf(db: Database, address: ProvedAddress) {
  const { userId, email, emailFolded, isUnique } = address
  const isTheirs = and(
    sql`${emailAddresses.userId} = ${userId}`,
    sql`${emailAddresses.emailFolded} = ${emailFolded}`,
  )
  const isFree = isUnique
    ? sql`not exists (select 1 from ${emailAddresses} as other
        where other.email_folded = ${emailFolded} and other.is_verified and other.user_id <> ${userId})`
    : sql`1`
  const isPrimary = sql`not exists (select 1 from ${emailAddresses} as own
    where own.user_id = ${users.id} and own.is_primary)`
  return [
    db
      .update(emailAddresses)
      .set({ isVerified: true })
      .where(and(isTheirs, isFree))
      .returning({ id: emailAddresses.id }),
    insertRow(db, emailAddresses, {
      values: { userId: sql`${users.id}`, email, emailFolded, isVerified: true, isPrimary },
      from: sql`from ${users} where ${users.id} = ${userId} and ${isFree}
        and not exists (select 1 from ${emailAddresses} where ${isTheirs})`,
    }).returning({ id: emailAddresses.id }),
  ] as const
}

/** The account as long as it has verified no address, or no row: a subquery of its id. */
export function unprovedUserId(userId: UserId): SQL {
  return sql`(select ${users.id} from ${users} where ${users.id} = ${userId}
    and ${hasProvedNone(sql`${users.id}`)})`
}

/**
 * The account as long as it claims an unverified address, and has verified none itself: a subquery of its id.
 * Who else can prove the address may take it over.
 */
export function claimingUserId(userId: UserId, folded: string): SQL {
  return sql`(select ${users.id} from ${users} where ${users.id} = ${userId} and ${users.isActive}
    and ${hasAddress(userId, folded)} and ${hasProvedNone(userId)}
    and not exists (select 1 from ${emailAddresses} as other
      where other.email_folded = ${folded} and other.is_verified))`
}

/**
 * Evicts an attacker who created an account with someone else's address and waits for its owner (account pre-hijacking,
 * Sudhodanan and Paverd 2022): tokens, sessions and ways in from before the address was proved. The first statement
 * returns since when tokens are revoked.
 */
export function evictStranger(db: Database, userId: UserId, now: Date) {
  return [...revokeEverything(db, userId, now), ...dropWaysIn(db, userId)] as const
}

/**
 * Drops the ways into an account that outlive its password: social accounts and passkeys. Second factors stay,
 * or a stolen mailbox would be enough (ASVS 6.4.3); users with an unverified address cannot set one up
 * (`MFA_ALLOW_UNVERIFIED_EMAIL`).
 */
export function dropWaysIn(db: Database, userId: UserId) {
  return [
    db.delete(socialAccounts).where(sql`${socialAccounts.userId} = ${userId}`),
    db.delete(passkeys).where(sql`${passkeys.userId} = ${userId}`),
  ] as const
}

/** Replaces the current password, even one that was set at the same moment. Returns a row. */
export function overwritePassword(db: Database, userId: UserId, passwordHash: string) {
  return db
    .update(users)
    .set({ password: passwordHash })
    .where(sql`${users.id} = ${userId}`)
    .returning({ id: users.id })
}

/** An account that has social accounts, and which: recipients in the form of `insertEmails`. */
export function socialAccountsOf(userId: UserId, address: string): SQL {
  const providers = sql`(select json_group_array(distinct provider) from ${socialAccounts}
    where ${socialAccounts.userId} = ${users.id})`
  return sql`(select ${users.id} as user_id, ${address} as email,
      json_object('providers', json(${providers})) as context
    from ${users} where ${users.id} = ${userId} and ${providers} <> '[]')`
}
