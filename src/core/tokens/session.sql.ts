/** SQL of the session that a request came in. */
import { and, eq, gt, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { sessions } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'

/** A request's session, as it is stored. */
export type StoredSession = { readonly keyHash: string; readonly now: Date }

/** What the request's session is bound to, where it is the user's. */
export function sessionAuthHashOf(session: StoredSession | undefined): SQL<string | null> {
  if (session === undefined) return sql`null`
  return sessionAuthHashBy(session.keyHash, session.now.getTime())
}

/** The same by values, or by the placeholders of a compiled statement. */
export function sessionAuthHashBy(keyHash: unknown, nowMs: unknown): SQL<string | null> {
  return sql`(select ${sessions.authHash} from ${sessions} where ${sessions.keyHash} = ${keyHash}
    and ${sessions.userId} = ${users.id} and ${sessions.expiresAt} > ${nowMs})`
}

/** Whether there is a session of this key, whosever it is, that has not ended. */
export async function isSessionOpen(db: Database, keyHash: string, now: Date): Promise<boolean> {
  const rows = await db
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(eq(sessions.keyHash, keyHash), gt(sessions.expiresAt, now)))
  return rows.length > 0
}
