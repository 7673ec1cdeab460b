/** SQL of JWT logins: a row for each refresh family, so that one login can be listed and ended. */
import { and, desc, eq, gt, isNull, ne, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens, deviceTokens, refreshFamilies, sessions } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'
import { revocationTime, type UserId } from '../tokens/credentials.sql.ts'

/** A login that still holds a refresh token. */
export type LoginRow = {
  readonly family: string
  readonly userAgent: string
  readonly country: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly expiresAt: Date
}

/** More logins than this are not listed; "all others" ends them nevertheless. */
const MAX_LISTED = 200

/** An account's living logins, the last used first. One round trip. */
export async function findLogins(
  db: Database,
  userId: number,
  now: Date,
): Promise<readonly LoginRow[]> {
  return selectLogins(db, userId, now)
}

/** The same, as a statement of a batch. */
export function selectLogins(db: Database, userId: number, now: Date) {
  return db
    .select({
      family: refreshFamilies.family,
      userAgent: refreshFamilies.userAgent,
      country: refreshFamilies.country,
      createdAt: refreshFamilies.createdAt,
      lastUsedAt: refreshFamilies.lastUsedAt,
      expiresAt: refreshFamilies.expiresAt,
    })
    .from(refreshFamilies)
    .where(
      and(
        eq(refreshFamilies.userId, userId),
        isNull(refreshFamilies.revokedAt),
        gt(refreshFamilies.expiresAt, now),
      ),
    )
    .orderBy(desc(refreshFamilies.lastUsedAt), desc(refreshFamilies.createdAt))
    .limit(MAX_LISTED)
}

/** Ends one living login of an account; the row comes back where there was one. */
export function revokeLogin(
  db: Database,
  { userId, family }: { readonly userId: number; readonly family: string },
  now: Date,
) {
  return db
    .update(refreshFamilies)
    .set({ revokedAt: now })
    .where(isLiving(userId, family, now))
    .returning({ family: refreshFamilies.family })
}

/** The account where it has this living login: a subquery of its id. */
export function ownerOfLogin(userId: number, family: string, now: Date): SQL {
  return ownerWhere(isLiving(userId, family, now))
}

/** The account where it has living logins besides that one: a subquery of its id. */
export function ownerOfLogins(userId: number, exceptFamily: string | undefined): SQL {
  return ownerWhere(isUnended(userId, exceptFamily))
}

function ownerWhere(condition: SQL | undefined): SQL {
  return sql`(select ${refreshFamilies.userId} from ${refreshFamilies} where ${condition} limit 1)`
}

function isLiving(userId: number, family: string, now: Date): SQL | undefined {
  return and(
    eq(refreshFamilies.family, family),
    eq(refreshFamilies.userId, userId),
    isNull(refreshFamilies.revokedAt),
    gt(refreshFamilies.expiresAt, now),
  )
}

function isUnended(userId: UserId, exceptFamily: string | undefined): SQL | undefined {
  return and(
    eq(refreshFamilies.userId, sql`${userId}`),
    isNull(refreshFamilies.revokedAt),
    exceptFamily === undefined ? undefined : ne(refreshFamilies.family, exceptFamily),
  )
}

/** Ends an account's living logins, but for one. */
export function revokeLogins(
  db: Database,
  { userId, exceptFamily }: { readonly userId: UserId; readonly exceptFamily: string | undefined },
  now: Date,
) {
  return db
    .update(refreshFamilies)
    .set({ revokedAt: now })
    .where(isUnended(userId, exceptFamily))
    .returning({ family: refreshFamilies.family })
}

/** Ends everything that a login ever handed out for an account; the first one answers since when. */
export function revokeEverything(db: Database, userId: UserId, now: Date) {
  const id = sql`${userId}`
  return [
    db
      .update(users)
      .set({ tokensRevokedAt: revocationTime(now) })
      .where(eq(users.id, id))
      .returning({ tokensRevokedAt: users.tokensRevokedAt }),
    db.delete(authTokens).where(eq(authTokens.userId, id)),
    db.delete(deviceTokens).where(eq(deviceTokens.userId, id)),
    db.delete(sessions).where(eq(sessions.userId, id)),
    revokeLogins(db, { userId: id, exceptFamily: undefined }, now),
  ] as const
}
