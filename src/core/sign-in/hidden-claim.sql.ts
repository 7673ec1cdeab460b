/** SQL for logins by an unverified address that may belong to someone else. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import type { TypedName } from './login-input.ts'

/**
 * The password of the account that a typed address would mean if no account had verified it: `namedAccount` without the
 * one that has. `undefined` where there is none. One round trip.
 */
export async function findClaimPassword(
  db: Database,
  { foldedEmail, foldedUsernames }: TypedName,
): Promise<string | undefined> {
  const names = JSON.stringify(foldedUsernames)
  const isOthers = sql`not exists (select 1 from ${emailAddresses} as proof
    where proof.user_id = account.id and proof.email_folded = ${foldedEmail} and proof.is_verified)`
  const [row] = await db.all<{ readonly password: string }>(
    sql`with claim as (select account.id from ${users} as account
        where account.email_folded = ${foldedEmail} and ${isOthers}),
      named as (select account.id from ${users} as account
        where account.username_folded in (select value from json_each(${names})) and ${isOthers})
      select password from ${users} where is_active and id = coalesce(
        (select iif(count(*) = 1, min(id), null) from claim), (select min(id) from named))`,
  )
  return row?.password
}
