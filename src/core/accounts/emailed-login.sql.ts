/** SQL of passwordless logins: which account a mailbox opens. */
import { eq, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens } from '../../db/schema/credentials.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'
import type { Count } from '../limits/count.ts'
import { batchCountedByName, type Counted } from '../limits/throttle.sql.ts'
import { isSpent } from '../second-factor/spent-tokens.sql.ts'
import { sessionAuthHashOf } from '../tokens/session.sql.ts'
import type { SignInAccount } from '../sign-in/credentials.ts'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import type { SelectedUser } from '../users/users.sql.ts'
import { foundAccounts } from './request-reset.sql.ts'

/**
 * The one account that a mailed code or link lets in, as recipients of `insertEmails`: who has verified the
 * address, else the only account that claims it; of several unproved claims none counts, as for a login by name.
 */
export function accountOfMailbox(folded: string): SQL {
  const found = foundAccounts({ folded, exact: undefined, mails: 'each' })
  return sql`(select user_id, email, null as context from ${found} as found
    where found.is_proved or (select count(*) from ${found}) = 1 limit 1)`
}

/** The same; where no account knows the address, a mail to a new mailbox. */
export function accountOrNewMailbox(folded: string, address: string): SQL {
  return sql`(select user_id, email, context from ${accountOfMailbox(folded)}
    union all select null, ${address}, null where ${isMailboxNew(folded)})`
}

/** Whether no account has or claims an address. */
export function isMailboxNew(folded: string): SQL {
  return sql`(${folded} <> ''
    and not exists (select 1 from ${users} where ${users.emailFolded} = ${folded})
    and not exists (select 1 from ${emailAddresses} where ${emailAddresses.emailFolded} = ${folded}))`
}

/** What a code or link that is about to be mailed is bound to. */
export function selectMailed(db: Database, recipients: SQL) {
  return db
    .select({ id: users.id, passwordHash: users.password })
    .from(users)
    .where(sql`${users.id} = (select user_id from ${recipients})`)
}

/** An account that someone reads the mail of, with all that its login needs. */
export type MailedAccount = SignInAccount & {
  readonly addresses: readonly LoginAddress[]
  readonly sessionAuthHash: string | null
}

/** Reads the account of a code or link, and whether that has been used, counted in the same batch. */
export async function findMailedAccount(
  db: Database,
  search: {
    readonly columns: SelectedUser
    readonly userId: number
    readonly tokenId: string
    readonly session: { readonly keyHash: string; readonly now: Date } | undefined
  },
  count: Count | undefined,
): Promise<Counted<{ readonly isSpent: boolean; readonly account: MailedAccount | undefined }>> {
  const counted = await batchCountedByName(db, count, {
    spent: db.select({ isSpent: isSpent(search.tokenId) }).from(sql`(select 1)`),
    accounts: db
      .select({
        ...search.columns,
        keyHash: authTokens.keyHash,
        sealedKey: authTokens.sealedKey,
        deviceId: totpDevices.id,
        addresses: addressesJson,
        sessionAuthHash: sessionAuthHashOf(search.session),
      })
      .from(users)
      .leftJoin(authTokens, eq(authTokens.userId, users.id))
      .leftJoin(totpDevices, eq(totpDevices.userId, users.id))
      .where(eq(users.id, search.userId)),
  })
  if (counted.kind === 'throttled') return counted
  const [row] = counted.results.accounts
  const account =
    row === undefined ? undefined : { ...row, addresses: parseAddresses(row.addresses) }
  return { ...counted, results: { isSpent: counted.results.spent[0]?.isSpent === 1, account } }
}
