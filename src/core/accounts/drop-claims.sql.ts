/** SQL that takes a verified address away from accounts that only claim it. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { insertEmails, type EmailContext } from '../mail/outbox.sql.ts'
import type { UserId } from '../tokens/credentials.sql.ts'

/** At most so many mails are sent about one address. */
const MAX_NOTIFIED = 5

/** What the mail to those who lose an address has in common. */
type ClaimMail = {
  readonly context: EmailContext
  readonly idempotencyKey: string
  readonly now: Date
}

/**
 * Takes an address that an account has just verified from the accounts that only claimed it, and notifies
 * them: by their other address, or by this one, whose owner then knows. The first statement answers the mails.
 */
export function dropOtherClaims(
  db: Database,
  proved: { readonly userId: UserId; readonly emailFolded: string | SQL },
  { now, ...mail }: ClaimMail,
) {
  const { userId, emailFolded } = proved
  const isVerified = sql`exists (select 1 from ${emailAddresses} as own
    where own.user_id = ${userId} and own.email_folded = ${emailFolded} and own.is_verified)`
  const isClaim = sql`${emailAddresses.emailFolded} = ${emailFolded}
    and not ${emailAddresses.isVerified} and ${emailAddresses.userId} <> ${userId} and ${isVerified}`
  const isOther = sql`other.user_id = ${emailAddresses.userId} and other.email_folded <> ${emailFolded}`
  const otherAddress = sql`(select other.email from ${emailAddresses} as other where ${isOther}
    order by other.is_verified desc, other.is_primary desc limit 1)`
  const claimants = sql`(select ${emailAddresses.userId} from ${emailAddresses} where ${isClaim})`
  const ofUser = sql`from ${emailAddresses} as other
    where other.user_id = ${users.id} and other.email_folded <> ${emailFolded}
    order by other.is_verified desc, other.is_primary desc limit 1`
  return [
    insertEmails(
      db,
      {
        kind: 'email_claim_dropped',
        recipients: sql`(select ${emailAddresses.userId} as user_id,
            coalesce(${otherAddress}, ${emailAddresses.email}) as email,
            json_object('claimed', ${emailAddresses.email}) as context
          from ${emailAddresses} where ${isClaim} order by ${emailAddresses.id} desc limit ${MAX_NOTIFIED})`,
        ...mail,
      },
      now,
    ),
    db.run(
      sql`update ${users} set email = coalesce((select other.email ${ofUser}), ''),
          email_folded = coalesce((select other.email_folded ${ofUser}), '')
        where ${users.emailFolded} = ${emailFolded} and ${users.id} in ${claimants}`,
    ),
    db.delete(emailAddresses).where(isClaim),
  ] as const
}
