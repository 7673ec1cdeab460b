import { and, eq, inArray, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens, refreshFamilies, sessions, users } from '../../db/schema.ts'

/**
 * Statements that write what a login hands out. `userId` may be a subquery, so that they can stand in
 * the batch that makes the user; where it finds nobody, nothing is written.
 */
export type UserId = number | SQL

/** A user id that is nobody's: what is written for it is not written. */
export const NOBODY = sql`(select null)`

/** Makes the account's auth token, or answers the one it has: of two at once, one key for both. */
export function insertAuthToken(
  db: Database,
  userId: UserId,
  token: { readonly keyHash: string; readonly sealedKey: string },
  now: Date,
) {
  const id = sql`${userId}`
  return db
    .insert(authTokens)
    .select(
      sql`select ${id}, ${token.keyHash}, ${token.sealedKey}, cast(${now.getTime()} as integer) where ${id} is not null`,
    )
    .onConflictDoUpdate({
      target: authTokens.userId,
      set: { userId: sql`excluded.user_id` },
    })
    .returning({ keyHash: authTokens.keyHash, sealedKey: authTokens.sealedKey })
}

/** Replaces a token that no secret opens any more, unless somebody already did. */
export function replaceAuthToken(
  db: Database,
  userId: number,
  oldKeyHash: string,
  token: { readonly keyHash: string; readonly sealedKey: string },
) {
  return db
    .update(authTokens)
    .set(token)
    .where(and(eq(authTokens.userId, userId), eq(authTokens.keyHash, oldKeyHash)))
}

/** Opens a session, or lets one go on for its whole life again. */
export function insertSession(
  db: Database,
  userId: UserId,
  session: { readonly keyHash: string; readonly authHash: string },
  now: Date,
  lifetimeSeconds: number,
) {
  const id = sql`${userId}`
  return db
    .insert(sessions)
    .select(
      sql`select ${session.keyHash}, ${id}, ${session.authHash}, cast(${now.getTime()} as integer), cast(${now.getTime() + lifetimeSeconds * 1000} as integer) where ${id} is not null`,
    )
    .onConflictDoUpdate({
      target: sessions.keyHash,
      set: { authHash: session.authHash, expiresAt: sql`excluded.expires_at` },
      setWhere: sql`${sessions.userId} = excluded.user_id`,
    })
}

/** Binds a session to another secret, unless it was bound anew meanwhile. */
export function rebindSession(
  db: Database,
  keyHash: string,
  authHash: { readonly old: string; readonly new: string },
) {
  return db
    .update(sessions)
    .set({ authHash: authHash.new })
    .where(and(eq(sessions.keyHash, keyHash), eq(sessions.authHash, authHash.old)))
}

/** Ends a session by the hash of its key. */
export function deleteSession(db: Database, keyHash: string) {
  return db.delete(sessions).where(eq(sessions.keyHash, keyHash))
}

/** Notes that the user has logged in. */
export function setLastLogin(db: Database, userId: number, now: Date) {
  return db.update(users).set({ lastLoginAt: now }).where(eq(users.id, userId))
}

/**
 * Stores a better hash of the password that was just proved, unless it was changed meanwhile, and binds
 * the account's sessions to it.
 */
export function replacePasswordHash(
  db: Database,
  userId: number,
  hashes: { readonly old: string; readonly new: string },
  authHash: string,
) {
  const replaced = sql`exists (select 1 from ${users} where ${users.id} = ${userId} and ${users.password} = ${hashes.new})`
  return [
    db
      .update(users)
      .set({ password: hashes.new })
      .where(and(eq(users.id, userId), eq(users.password, hashes.old))),
    db
      .update(sessions)
      .set({ authHash })
      .where(and(eq(sessions.userId, userId), replaced)),
  ] as const
}

/** A login that got a refresh token. */
export type NewFamily = {
  readonly family: string
  readonly userId: number
  readonly userAgent: string
  readonly country: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly expiresAt: Date
}

/**
 * Notes a login that got a refresh token, or that it goes on; written after the answer. A note that was
 * lost with the database away is made at the next refresh.
 */
export function noteFamily(db: Database, family: NewFamily) {
  return db
    .insert(refreshFamilies)
    .values(family)
    .onConflictDoUpdate({
      target: refreshFamilies.family,
      set: { lastUsedAt: family.lastUsedAt, expiresAt: family.expiresAt },
    })
}

/** Whom an auth token logs in, as a subquery of `id`: nobody where it is unknown or its owner inactive. */
export function tokenOwner(keyHash: string): SQL {
  return sql`(select ${users.id} as id from ${authTokens} inner join ${users} on ${users.id} = ${authTokens.userId} where ${authTokens.keyHash} = ${keyHash} and ${users.isActive})`
}

/** Deletes an auth token that logs somebody in. */
export function deleteOwnedToken(db: Database, keyHash: string) {
  return db
    .delete(authTokens)
    .where(inArray(authTokens.userId, tokenOwner(keyHash)))
    .returning({ userId: authTokens.userId })
}

/** Deletes the account's auth token: every device is logged out. */
export function deleteAuthToken(db: Database, userId: number) {
  return db.delete(authTokens).where(eq(authTokens.userId, userId))
}
