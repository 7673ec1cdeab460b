/** The account in the path, read together with the caller: one round trip for authentication and target. */
import { sql, type SQL } from 'drizzle-orm'
import { users } from '../../db/schema/users.ts'
import { hasOtherRights, type Target } from './target.sql.ts'

/** What is read with who is calling: their own rights, and the account that the request is about. */
export type Seen = {
  readonly isStaff: boolean
  readonly isSuperuser: boolean
  readonly target: Target | undefined
}

/** As one JSON column of the query that finds the caller. The hash of the account's password stays in the core. */
export function seenJson(targetId: number | undefined, callerId: SQL): SQL<string> {
  const target = sql`(select json_object('id', t.id, 'username', t.username, 'email', t.email,
      'firstName', t.first_name, 'lastName', t.last_name, 'isActive', t.is_active, 'isStaff', t.is_staff,
      'isSuperuser', t.is_superuser, 'lastLoginAt', t.last_login_at,
      'tokensRevokedAt', t.tokens_revoked_at, 'passwordHash', t.password,
      'hasOtherRights', ${hasOtherRights(sql`t.id`, callerId)})
    from ${users} as t where t.id = cast(${targetId ?? 0} as integer))`
  return sql<string>`(select json_object(
    'isStaff', (select c.is_staff from ${users} as c where c.id = ${callerId}),
    'isSuperuser', (select c.is_superuser from ${users} as c where c.id = ${callerId}),
    'target', json(${target})))`
}

type StoredTarget = Omit<
  Target,
  'isActive' | 'isStaff' | 'isSuperuser' | 'hasOtherRights' | 'lastLoginAt' | 'tokensRevokedAt'
> & {
  readonly hasOtherRights: number
  readonly isActive: number
  readonly isStaff: number
  readonly isSuperuser: number
  readonly lastLoginAt: number | null
  readonly tokensRevokedAt: number | null
}

/** Reads `seenJson`. */
export function parseSeen(json: string): Seen {
  // Written only by the query above.
  const { isStaff, isSuperuser, target } = JSON.parse(json) as {
    readonly isStaff: number | null
    readonly isSuperuser: number | null
    readonly target: StoredTarget | null
  }
  return {
    isStaff: isStaff === 1,
    isSuperuser: isSuperuser === 1,
    target: target === null ? undefined : targetOf(target),
  }
}

function targetOf(row: StoredTarget): Target {
  const { isActive, isStaff, isSuperuser, lastLoginAt, tokensRevokedAt } = row
  return {
    ...row,
    isActive: isActive === 1,
    isStaff: isStaff === 1,
    isSuperuser: isSuperuser === 1,
    hasOtherRights: row.hasOtherRights === 1,
    lastLoginAt: lastLoginAt === null ? null : new Date(lastLoginAt),
    tokensRevokedAt: tokensRevokedAt === null ? null : new Date(tokensRevokedAt),
  }
}
