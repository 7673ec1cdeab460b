/** SQL of the list of logins, across auth tokens, sessions and JWT families. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens, deviceTokens, refreshFamilies, sessions } from '../../db/schema/credentials.ts'
import type { CallerCredential } from '../tokens/proof.sql.ts'

/** A way of being logged in, as it is stored. Times in milliseconds since 1970. */
export type DeviceRow = {
  readonly kind: 'token' | 'session' | 'jwt'
  readonly id: string
  readonly name: string
  readonly userAgent: string
  readonly country: string
  readonly city: string
  readonly createdAtMs: number
  readonly usedAtMs: number
  /** Null: never. */
  readonly expiresAtMs: number | null
}

/** Digits of a hash by which its owner names a session or token; the hash cannot be used to log in. */
const ID_LENGTH = 32
const MAX_LISTED = 200

const shortId = sql`substr(key_hash, 1, ${sql.raw(String(ID_LENGTH))})`

/** What a credential is called in the list; `undefined` for JWTs that name no login. */
export function deviceIdOf(credential: CallerCredential): string | undefined {
  return credential.kind === 'jwt' ? credential.family : credential.keyHash.slice(0, ID_LENGTH)
}

function isLiving(now: Date): SQL {
  return sql`(expires_at is null or expires_at > cast(${now.getTime()} as integer))`
}

/** Everything by which an account is logged in, the last used first. One round trip. */
export async function findDevices(
  db: Database,
  userId: number,
  now: Date,
): Promise<readonly DeviceRow[]> {
  const where = sql`where user_id = ${userId} and ${isLiving(now)}`
  return db.all<DeviceRow>(
    sql`select kind, id, name, user_agent as "userAgent", country, city, created_at as "createdAtMs",
        used_at as "usedAtMs", expires_at as "expiresAtMs"
      from (
        select 'jwt' as kind, family as id, name, user_agent, country, city, created_at,
          last_used_at as used_at, expires_at from ${refreshFamilies} ${where} and revoked_at is null
        union all select 'session', ${shortId}, name, user_agent, country, city, created_at,
          coalesce(last_used_at, created_at), expires_at from ${sessions} ${where}
        union all select 'token', ${shortId}, name, user_agent, country, city, created_at,
          last_used_at, expires_at from ${deviceTokens} ${where}
        union all select 'token', ${shortId}, '', '', '', '', created_at, created_at, null
          from ${authTokens} where user_id = ${userId}
      ) order by used_at desc, created_at desc, id limit ${MAX_LISTED}`,
  )
}

/** Which of an account's logins are meant: one, or all but one (`undefined`: all). */
export type DeviceChoice = { readonly id: string } | { readonly except: string | undefined }

function isChosen(choice: DeviceChoice, id: SQL): SQL {
  if ('id' in choice) return sql`${id} = ${choice.id}`
  return choice.except === undefined ? sql`1` : sql`${id} <> ${choice.except}`
}

/** The account, where it has a login that is meant: a subquery, for statements before it ends. */
export function ownerOfDevice(userId: number, choice: DeviceChoice, now: Date): SQL {
  const by = (table: SQL, id: SQL, more: SQL = sql`1`) =>
    sql`exists (select 1 from ${table} where user_id = ${userId} and ${isChosen(choice, id)} and ${more})`
  return sql`(select ${userId} where
    ${by(sql`${refreshFamilies}`, sql`family`, sql`revoked_at is null and ${isLiving(now)}`)}
    or ${by(sql`${sessions}`, shortId)} or ${by(sql`${deviceTokens}`, shortId)}
    or ${by(sql`${authTokens}`, shortId)})`
}

/** Ends logins; a row comes back for each. */
export function endDevices(
  db: Database,
  userId: number,
  { choice, now }: { readonly choice: DeviceChoice; readonly now: Date },
) {
  const drop = (table: SQL) =>
    db.all<{ readonly ended: string }>(
      sql`delete from ${table} where user_id = ${userId} and ${isChosen(choice, shortId)}
        returning key_hash as "ended"`,
    )
  return [
    db.all<{ readonly ended: string }>(
      sql`update ${refreshFamilies} set revoked_at = cast(${now.getTime()} as integer)
        where user_id = ${userId} and ${isChosen(choice, sql`family`)} and revoked_at is null
          and ${isLiving(now)} returning family as "ended"`,
    ),
    drop(sql`${sessions}`),
    drop(sql`${deviceTokens}`),
    drop(sql`${authTokens}`),
  ] as const
}

/** Gives a login the name that its owner has for it; a row comes back where there was one. */
export function nameDevice(
  db: Database,
  userId: number,
  given: { readonly id: string; readonly name: string; readonly now: Date; readonly holds: SQL },
) {
  const { id, name, now, holds } = given
  const rename = (table: SQL, idOf: SQL) =>
    db.all<{ readonly named: string }>(
      sql`update ${table} set name = ${name} where user_id = ${userId} and ${idOf} = ${id}
        and ${isLiving(now)} and ${holds} returning name as "named"`,
    )
  return [
    rename(sql`${refreshFamilies}`, sql`family`),
    rename(sql`${sessions}`, shortId),
    rename(sql`${deviceTokens}`, shortId),
  ] as const
}
