/**
 * SQL of an account's connections with providers. Disconnecting repeats in its statement that another way into the
 * account is left, so that two requests at once cannot remove the last one.
 */
import { and, eq, or, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'

/** A connection of a user to a provider. */
export type SocialAccountRow = {
  readonly id: number
  readonly provider: string
  readonly uid: string
  readonly lastLoginAt: Date
  readonly dateJoinedAt: Date
}

/** A user's social accounts, the oldest first. */
export async function listSocialAccounts(
  db: Database,
  userId: number,
): Promise<readonly SocialAccountRow[]> {
  return db
    .select({
      id: socialAccounts.id,
      provider: socialAccounts.provider,
      uid: socialAccounts.uid,
      lastLoginAt: socialAccounts.lastLoginAt,
      dateJoinedAt: socialAccounts.dateJoinedAt,
    })
    .from(socialAccounts)
    .where(eq(socialAccounts.userId, userId))
    .orderBy(socialAccounts.id)
}

/** A social account, where it is the user's. */
export function selectOwnSocialAccount(db: Database, userId: number, socialAccountId: number) {
  return db
    .select({ id: socialAccounts.id })
    .from(socialAccounts)
    .where(isOwn(userId, socialAccountId))
}

/** A social account about to be taken from a user, and whether a password counts as another way in. */
export type Disconnection = {
  readonly userId: number
  readonly socialAccountId: number
  readonly passwordsCount: boolean
}

/**
 * Disconnects a social account of the user, unless it is the last way in: there is no other and no usable
 * password, or passwords do not count. Decided by the statement itself, so that two at once cannot take
 * the last two.
 */
export function deleteSocialAccount(db: Database, disconnection: Disconnection) {
  return db
    .delete(socialAccounts)
    .where(isDisconnectable(disconnection))
    .returning({ id: socialAccounts.id })
}

/** Recipients of the mail about a disconnection by the next statement, in the form of `insertEmails`. */
export function ownerOfDisconnected(disconnection: Disconnection): SQL {
  return sql`(select ${users.id} as user_id, ${users.email} as email,
      json_object('providers', json_array(${socialAccounts.provider})) as context
    from ${socialAccounts} inner join ${users} on ${users.id} = ${socialAccounts.userId}
    where ${users.email} <> '' and ${isDisconnectable(disconnection)})`
}

/** Whose social account the next statement disconnects: a subquery of the id. */
export function disconnectableUserId(disconnection: Disconnection): SQL {
  return sql`(select ${socialAccounts.userId} from ${socialAccounts}
    where ${isDisconnectable(disconnection)})`
}

/**
 * Whether another way into the account is left: another connection, or a usable password where passwords log in.
 */
function isDisconnectable({ userId, socialAccountId, passwordsCount }: Disconnection) {
  const hasAnother = sql`exists (select 1 from ${socialAccounts} as other
    where other.user_id = ${userId} and other.id <> ${socialAccountId})`
  const hasPassword = passwordsCount
    ? sql`exists (select 1 from ${users} as owner where owner.id = ${userId} and owner.password not like '!%')`
    : sql`0`
  return and(isOwn(userId, socialAccountId), or(hasAnother, hasPassword))
}

function isOwn(userId: number, socialAccountId: number) {
  return and(eq(socialAccounts.id, socialAccountId), eq(socialAccounts.userId, userId))
}
