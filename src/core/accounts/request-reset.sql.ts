/** SQL that finds the recipients of a password reset. */
import { sql, type SQL } from 'drizzle-orm'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'

/** Which accounts a reset by an address means. */
export type ResetSearch = {
  readonly folded: string
  /** Stored addresses must be this to the letter; absent: in any spelling. */
  readonly exact: string | undefined
  readonly mails: 'one' | 'each'
}

/** One mail can be about many accounts; more with one address than this are someone's nuisance. */
const MAX_ACCOUNTS = { one: 20, each: 5 }

/**
 * Recipients of a reset: a subquery of `user_id`, `email` as it is stored, and `context`. One mail about
 * all accounts with the address, or a mail for each. Who has verified it comes first, then the newest.
 */
export function resetRecipients(search: ResetSearch): SQL {
  const found = foundAccounts(search)
  if (search.mails === 'each') return sql`(select user_id, email, null as context from ${found})`
  return sql`(select ids ->> 0 as user_id, emails ->> 0 as email,
      json_object('alsoAbout', json_remove(ids, '$[0]')) as context
    from (select json_group_array(user_id) as ids, json_group_array(email) as emails from ${found})
    where ids <> '[]')`
}

/**
 * The accounts that an address means: a subquery of `user_id`, `email` and `is_proved`. One that has verified another
 * address is not opened by an address that it only claims.
 */
export function foundAccounts({ folded, exact, mails }: ResetSearch): SQL {
  const isExact = exact === undefined ? sql`1` : sql`email = ${exact}`
  const row = sql`from ${emailAddresses} as own
    where own.user_id = ${users.id} and own.email_folded = ${folded} and ${isExact}`
  const isProved = sql`exists (select 1 ${row} and own.is_verified)`
  const hasProvedOther = sql`exists (select 1 from ${emailAddresses} as other
    where other.user_id = ${users.id} and other.is_verified and other.email_folded <> ${folded})`
  return sql`(select ${users.id} as user_id,
      coalesce((select own.email ${row} order by own.is_verified desc limit 1), ${users.email}) as email,
      ${isProved} as is_proved
    from ${users} where ${users.isActive} and ${folded} <> ''
      and ((${users.emailFolded} = ${folded} and ${isExact}) or ${users.id} in (
        select user_id from ${emailAddresses} where email_folded = ${folded} and ${isExact}))
      and (${isProved} or not ${hasProvedOther})
    order by ${isProved} desc, ${users.id} desc limit ${MAX_ACCOUNTS[mails]})`
}
