/**
 * Reads the accounts that mails are about, when they are sent: a mail that waited must not say what is no longer
 * true.
 */
import { sql } from 'drizzle-orm'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import type { Deps } from '../../deps.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { publicIds } from '../../db/schema/public-ids.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'
import { userColumns, type UserRow } from '../users/users.sql.ts'

/** An account that a mail is about, as it is when the mail is sent. */
export type EmailSubject = UserRow & {
  readonly addresses: readonly LoginAddress[]
  /** What clients know it by with `USER_PK = "uuid"`. */
  readonly publicId: string | null
  /** The row of the mail's own address. */
  readonly addressId: number | null
  readonly isAddressVerified: boolean
  /** How many other accounts claim the address without having verified it. */
  readonly otherClaimants: number
  /** Names of the providers that are connected. */
  readonly connections: readonly string[]
}

/** Which account is looked up for which mail. */
export type SubjectQuery = {
  readonly outboxId: number
  readonly userId: number
  readonly address: string
}

const NO_PUBLIC_ID = sql<string | null>`null`
const PUBLIC_ID = sql<string | null>`(select ${publicIds.publicId} from ${publicIds}
  where ${publicIds.userId} = ${users.id})`

/** Asks for what mails are about, by outbox id and user id: one statement for any number of mails. */
export function selectEmailSubjects(
  { db, settings }: Pick<Deps, 'db' | 'settings'>,
  queries: readonly SubjectQuery[],
) {
  const wanted = JSON.stringify(queries.map((it) => [it.outboxId, it.userId, it.address]))
  const own = sql`from ${emailAddresses} as own where own.user_id = ${users.id} and own.email = wanted.value ->> 2`
  return db
    .select({
      ...userColumns,
      outboxId: sql<number>`wanted.value ->> 0`,
      addresses: addressesJson,
      publicId: settings.USER_PK === 'uuid' ? PUBLIC_ID : NO_PUBLIC_ID,
      addressId: sql<number | null>`(select own.id ${own})`,
      isAddressVerified: sql<number | null>`(select own.is_verified ${own})`,
      otherClaimants: sql<number>`(select count(*) from ${emailAddresses} as other
        where other.email_folded = (select own.email_folded ${own})
          and other.user_id <> ${users.id} and not other.is_verified)`,
      connections: sql<string>`(select json_group_array(distinct provider) from ${socialAccounts}
        where user_id = ${users.id})`,
    })
    .from(sql`json_each(${wanted}) as wanted`)
    .innerJoin(users, sql`${users.id} = wanted.value ->> 1`)
}

/** Reads what `selectEmailSubjects` answers. */
export function emailSubjectsOf(
  rows: Awaited<ReturnType<typeof selectEmailSubjects>>,
): readonly (EmailSubject & Pick<SubjectQuery, 'outboxId'>)[] {
  return rows.map((row) => ({
    ...row,
    addresses: parseAddresses(row.addresses),
    isAddressVerified: row.isAddressVerified === 1,
    connections: textsOf(row.connections),
  }))
}

function textsOf(json: string): readonly string[] {
  const values: unknown = JSON.parse(json)
  return Array.isArray(values) ? values.map(String) : []
}
