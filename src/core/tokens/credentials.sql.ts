/** SQL of ending credentials, and ids of users as subqueries for statements of a batch that creates them. */
import { and, eq, inArray, sql, type Placeholder, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens, sessions } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'

/**
 * An account's id, or a subquery of it, so that a statement can be part of the batch that creates the account;
 * where it finds no account, nothing is written.
 */
export type UserId = number | SQL

/** A user id that no account has: statements for it write nothing. */
export const NO_USER = sql`(select null)`

/** Binds a session to another secret, unless it was bound again meanwhile. */
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

/** Ends a session by the hash of its key; a row comes back where there was one. */
export function deleteSession(db: Database, keyHash: string) {
  return db
    .delete(sessions)
    .where(eq(sessions.keyHash, keyHash))
    .returning({ userId: sessions.userId })
}

/**
 * The time of a revocation, for the statement that commits it: never the time of an earlier one, and never
 * earlier than the commit, so that tokens that were issued while the request ran are revoked, too.
 */
export function revocationTime(now: Date): SQL {
  return sql`max(cast(${now.getTime()} as integer), cast(unixepoch('subsec') * 1000 as integer),
    coalesce(${users.tokensRevokedAt}, 0) + 1)`
}

/** The owner of an auth token, as a subquery of `id`; no row where it is unknown or its owner inactive. */
function tokenOwner(keyHash: unknown): SQL {
  return sql`(select ${users.id} as id from ${authTokens}
    inner join ${users} on ${users.id} = ${authTokens.userId}
    where ${authTokens.keyHash} = ${keyHash} and ${users.isActive})`
}

const TOKEN_OWNER = tokenOwner(sql.placeholder('keyHash'))

/** Finds the account that an auth token logs in, for what counts by accounts. */
export function findTokenOwner(keyHash: string) {
  return { id: TOKEN_OWNER, values: { keyHash } } as const
}

/** Deletes an auth token that logs someone in. */
export function deleteOwnedToken(db: Database, keyHash: string) {
  return db
    .delete(authTokens)
    .where(inArray(authTokens.userId, tokenOwner(keyHash)))
    .returning({ userId: authTokens.userId })
}

/** Deletes the account's auth token: every device is logged out. */
export function deleteAuthToken(db: Database, userId: UserId) {
  return db.delete(authTokens).where(sql`${authTokens.userId} = ${userId}`)
}

/** Ends a session that came with an auth token, where that logs someone in. */
export function deleteSessionBeside(db: Database, keyHash: string, tokenHash: string) {
  const isToken = sql`exists ${tokenOwner(tokenHash)}`
  return db.delete(sessions).where(and(eq(sessions.keyHash, keyHash), isToken))
}

/** The user that a session authenticates, as a subquery of `id`. */
export function sessionOwner(keyHash: unknown, now: Date | Placeholder): SQL {
  const until = now instanceof Date ? now.getTime() : now
  return sql`(select ${users.id} as id from ${sessions}
    inner join ${users} on ${users.id} = ${sessions.userId}
    where ${sessions.keyHash} = ${keyHash} and ${sessions.expiresAt} > ${until} and ${users.isActive})`
}

const SESSION_OWNER = sessionOwner(sql.placeholder('keyHash'), sql.placeholder('nowMs'))

/** Finds the account that a session logs in, for what counts by accounts. */
export function findSessionOwner(keyHash: string, now: Date) {
  return { id: SESSION_OWNER, values: { keyHash, nowMs: now.getTime() } } as const
}

const CLAIM_OWNER = sql`(select ${users.id} as id from ${users}
  where ${users.id} = cast(${sql.placeholder('ownerId')} as integer) and ${users.isActive})`

/** Finds the account that a JWT names by its id, for what counts by accounts. */
export function findClaimOwner(ownerId: string) {
  return { id: CLAIM_OWNER, values: { ownerId } } as const
}
