/** Changing a user's names as staff, with the same checks as the user's own change. */
import { and, eq, sql } from 'drizzle-orm'
import { databaseFollowedBy } from '../../db/condition.ts'
import { users } from '../../db/schema/users.ts'
import type { Deps } from '../../deps.ts'
import { changeUser, type UserUpdateOutcome } from '../accounts/change-user.ts'
import { auditChange, type AuditDeps } from '../audit/audit.ts'
import { foldUsername } from '../users/fold.ts'
import type { Target } from './target.sql.ts'

/** The names of an account; absent ones stay as they are. */
export type Names = {
  readonly username?: string
  readonly firstName?: string
  readonly lastName?: string
}

/** Changes the names of an account by the rules that its owner has, and notes it. One round trip. */
export async function changeProfile(
  deps: AuditDeps & Pick<Deps, 'db' | 'settings'>,
  target: Target,
  given: Names,
): Promise<UserUpdateOutcome | { readonly kind: 'unchanged' }> {
  const before = namesOf(target)
  const after = Object.entries(namesOf(given)).filter(([name, text]) => before[name] !== text)
  if (after.length === 0) return { kind: 'unchanged' }
  const { username, firstName, lastName } = given
  // After the change: no row where the name was taken.
  const changed = and(
    eq(users.id, target.id),
    username === undefined ? undefined : eq(users.usernameFolded, foldUsername(username)),
    firstName === undefined ? undefined : eq(users.firstName, firstName),
    lastName === undefined ? undefined : eq(users.lastName, lastName),
  )
  const noted = await auditChange(deps, 'profile_changed', {
    userId: sql`(select ${users.id} from ${users} where ${changed})`,
    before: Object.fromEntries(after.map(([name]) => [name, before[name] ?? ''])),
    after: Object.fromEntries(after),
  })
  return changeUser({ ...deps, db: databaseFollowedBy(deps.db, noted) }, target, given)
}

function namesOf({ username, firstName, lastName }: Names): Readonly<Record<string, string>> {
  return {
    ...(username === undefined ? {} : { username }),
    ...(firstName === undefined ? {} : { first_name: firstName }),
    ...(lastName === undefined ? {} : { last_name: lastName }),
  }
}
