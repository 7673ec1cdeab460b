/** SQL of tokens and sessions whose use is recorded (`SESSION_DEVICES`). */
import { and, eq, gt, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens, deviceTokens, sessions } from '../../db/schema/credentials.ts'
import { users } from '../../db/schema/users.ts'
import type { Settings } from '../../settings/parse.ts'
import { callerColumns, type CallerColumns, type CallerRow } from '../users/users.sql.ts'

/** Milliseconds since 1970 of the last use that is recorded; null where none is. */
export type Used = { readonly usedAtMs: number | null }

/** The user of a token of a device, or of an account's one token from before. One round trip. */
export async function findUserByDeviceToken(
  db: Database,
  { keyHash, now }: { readonly keyHash: string; readonly now: Date },
  columns: CallerColumns,
): Promise<(CallerRow & Used & { readonly isOfDevice: number }) | undefined> {
  const [row] = await db
    .select({
      ...callerColumns(columns),
      usedAtMs: sql<number | null>`token.used_at`,
      isOfDevice: sql<number>`token.is_of_device`,
    })
    .from(
      sql`(select user_id, last_used_at as used_at, 1 as is_of_device from ${deviceTokens}
          where key_hash = ${keyHash}
            and (expires_at is null or expires_at > cast(${now.getTime()} as integer))
        union all select user_id, null, 0 from ${authTokens} where key_hash = ${keyHash}) as token`,
    )
    .innerJoin(users, sql`${users.id} = token.user_id`)
  return row
}

/** The user of a living session, what it was opened with, and when it was last used. One round trip. */
export async function findUserByUsedSession(
  db: Database,
  { keyHash, now }: { readonly keyHash: string; readonly now: Date },
  columns: CallerColumns,
): Promise<(CallerRow & Used & { readonly authHash: string }) | undefined> {
  const [row] = await db
    .select({
      ...callerColumns(columns),
      authHash: sessions.authHash,
      usedAtMs: sql<number | null>`${sessions.lastUsedAt}`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.keyHash, keyHash), gt(sessions.expiresAt, now)))
  return row
}

/** The lifetimes that a use prolongs. */
type Lifetimes = Pick<
  Settings,
  'LOGIN_IDLE_SECONDS' | 'LOGIN_LIFETIME_SECONDS' | 'SESSION_COOKIE_AGE'
>

/** Records the use of a token of a device, which lives on from now. */
export function touchDeviceToken(
  db: Database,
  { keyHash, now }: { readonly keyHash: string; readonly now: Date },
  lives: Lifetimes,
) {
  const whole = lives.LOGIN_LIFETIME_SECONDS
  const ends = [...(whole > 0 ? [whole] : []).map(endOfLife), ...idleEnd(lives, now)]
  return db.run(
    sql`update ${deviceTokens} set last_used_at = cast(${now.getTime()} as integer),
      expires_at = ${earliest(ends)} where key_hash = ${keyHash}`,
  )
}

/** The same of a session. */
export function touchSession(
  db: Database,
  { keyHash, now }: { readonly keyHash: string; readonly now: Date },
  lives: Lifetimes,
) {
  const whole = lives.LOGIN_LIFETIME_SECONDS
  const longest = whole > 0 ? Math.min(whole, lives.SESSION_COOKIE_AGE) : lives.SESSION_COOKIE_AGE
  const ends = [endOfLife(longest), ...idleEnd(lives, now)]
  return db.run(
    sql`update ${sessions} set last_used_at = cast(${now.getTime()} as integer),
      expires_at = ${earliest(ends)} where key_hash = ${keyHash}`,
  )
}

function endOfLife(seconds: number): SQL {
  return sql`created_at + cast(${seconds * 1000} as integer)`
}

function idleEnd({ LOGIN_IDLE_SECONDS: idle }: Lifetimes, now: Date): readonly SQL[] {
  return idle > 0 ? [sql`cast(${now.getTime() + idle * 1000} as integer)`] : []
}

function earliest(ends: readonly SQL[]): SQL {
  const [only = sql`null`, second] = ends
  return second === undefined ? only : sql`min(${only}, ${second})`
}

/** Ends one token of a device. */
export function deleteDeviceToken(db: Database, keyHash: string) {
  return db.delete(deviceTokens).where(eq(deviceTokens.keyHash, keyHash))
}
