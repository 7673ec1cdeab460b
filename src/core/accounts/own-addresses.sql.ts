/** SQL of an account's addresses: adding, making primary, removing. */
import { sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { users } from '../../db/schema/users.ts'
import { provedUserId, type Proof } from '../tokens/proof.sql.ts'
import type { CallerColumn } from '../users/users.sql.ts'

/** An own address; `id` is null where an imported account has an address but no row of it yet. */
export type OwnAddress = {
  readonly id: number | null
  readonly email: string
  readonly isVerified: boolean
  readonly isPrimary: boolean
}

/** A caller's addresses as one JSON column of the query that finds the caller, the primary one first. */
export const ownAddressesJson: CallerColumn = sql<string>`(select json_group_array(
    json_object('id', id, 'email', email, 'isVerified', is_verified, 'isPrimary', is_primary))
  from (select address.* from ${emailAddresses} as address where address.user_id = "users"."id"
    order by address.is_primary desc, address.id))`

/** Reads `ownAddressesJson`. `email`: the account's own. */
export function parseOwnAddresses(json: string, email: string): readonly OwnAddress[] {
  // Written only by the query above.
  const rows = JSON.parse(json) as readonly {
    readonly id: number
    readonly email: string
    readonly isVerified: number
    readonly isPrimary: number
  }[]
  if (rows.length === 0 && email !== '') {
    return [{ id: null, email, isVerified: false, isPrimary: true }]
  }
  return rows.map((row) => ({
    ...row,
    isVerified: row.isVerified === 1,
    isPrimary: row.isPrimary === 1,
  }))
}

/** Gives an imported account its row of the address that it has. */
export function insertMissingRow(db: Database, proof: Proof) {
  return insertRow(db, emailAddresses, {
    values: {
      userId: sql`account.id`,
      email: sql`lower(account.email)`,
      emailFolded: sql`account.email_folded`,
      isPrimary: true,
    },
    from: sql`from ${users} as account where account.id = ${provedUserId(proof)} and account.email_folded <> ''
      and not exists (select 1 from ${emailAddresses} as own where own.user_id = account.id)`,
  })
}

/** An address about to be added. */
export type AddedAddress = {
  readonly email: string
  readonly emailFolded: string
  /** Maximum number per account, including this one. */
  readonly max: number
  readonly condition: SQL
}

/** Takes earlier addresses away that were to replace the primary one and were never proved. */
export function dropPending(db: Database, proof: Proof, { emailFolded, condition }: AddedAddress) {
  return db.run(
    sql`delete from ${emailAddresses} where user_id = ${provedUserId(proof)} and not is_primary
      and not is_verified and email_folded <> ${emailFolded} and ${condition}`,
  )
}

/** The account, where it may add the address: a subquery, for statements before the insert. */
export function addingUserId(proof: Proof, { emailFolded, max, condition }: AddedAddress): SQL {
  const own = sql`from ${emailAddresses} as own where own.user_id = account.id`
  return sql`(select account.id from ${users} as account
    where account.id = ${provedUserId(proof)} and ${condition}
      and not exists (select 1 ${own} and own.email_folded = ${emailFolded})
      and (select count(*) ${own}) < ${max})`
}

/** Adds an unproved address, unless the account has it or has enough; a row comes back where it did. */
export function insertOwnAddress(db: Database, proof: Proof, added: AddedAddress) {
  const { email, emailFolded } = added
  return insertRow(db, emailAddresses, {
    values: { userId: sql`adding.id`, email, emailFolded },
    from: sql`from (select ${addingUserId(proof, added)} as id) as adding where adding.id is not null`,
  }).returning({ addressId: emailAddresses.id })
}

/** Who has verified an address that someone else claims: a subquery of `user_id` and `email`. */
function holderOf(emailFolded: string, userId: number): SQL {
  return sql`(select holder.user_id, holder.email from ${emailAddresses} as holder
    where holder.email_folded = ${emailFolded} and holder.is_verified
      and holder.user_id <> ${userId} limit 1)`
}

/**
 * The mail about an address that an account claims: to the claimant with a key, or to its owner without one. One
 * mail either way, so that the outbox, too, does not reveal who has an address. `condition`: whether it is sent at
 * all.
 */
export function claimMail(
  claim: { readonly userId: number; readonly email: string; readonly emailFolded: string },
  { isUnique, condition }: { readonly isUnique: boolean; readonly condition: SQL },
): { readonly kind: SQL; readonly recipients: SQL } {
  const { userId, email, emailFolded } = claim
  const nobody = sql`(select null as user_id, null as email where 0)`
  const holder = isUnique ? holderOf(emailFolded, userId) : nobody
  return {
    kind: sql`case when exists ${holder} then 'email_in_use' else 'confirm_email' end`,
    recipients: sql`(select coalesce(holder.user_id, ${userId}) as user_id,
        coalesce(holder.email, ${email}) as email, null as context
      from (select 1) left join ${holder} as holder on 1 where ${condition})`,
  }
}

/** The account, where the address is a proved one of it and not its primary one: a subquery. */
export function switchingUserId(proof: Proof, addressId: number, condition: SQL): SQL {
  return sql`(select target.user_id from ${emailAddresses} as target where target.id = ${addressId}
    and target.user_id = ${provedUserId(proof)} and target.is_verified and not target.is_primary
    and ${condition})`
}

/**
 * Makes an address the primary one and the account's own, of the account that `switchingUserId` finds. `switched`
 * returns a row for every row of an address that changed; it comes last, because the other one's condition is what it
 * changes.
 */
export function switchPrimary(db: Database, userId: SQL, addressId: number) {
  return {
    ownAddress: db.run(
      sql`update ${users} set email = address.email, email_folded = address.email_folded
        from ${emailAddresses} as address
        where address.id = ${addressId} and ${users.id} = ${userId}`,
    ),
    switched: db.all<{ readonly switchedId: number }>(
      sql`update ${emailAddresses} set is_primary = (id = ${addressId})
        where user_id = ${userId} returning id as "switchedId"`,
    ),
  }
}

/** An address about to be removed. */
export type RemovedAddress = {
  readonly addressId: number
  /** Whether an account may be without any. */
  readonly mayBeLast: boolean
  readonly condition: SQL
}

/** The account, where the address is one of it that may go: a subquery. */
export function removingUserId(proof: Proof, removed: RemovedAddress): SQL {
  const { addressId, mayBeLast, condition } = removed
  const isLast = sql`not exists (select 1 from ${emailAddresses} as other
    where other.user_id = target.user_id and other.id <> target.id)`
  return sql`(select target.user_id from ${emailAddresses} as target where target.id = ${addressId}
    and target.user_id = ${provedUserId(proof)} and ${condition}
    and (not target.is_primary or (${mayBeLast ? 1 : 0} and not target.is_verified and ${isLast})))`
}

/**
 * Takes an address away, of the account that `removingUserId` finds. `removed` returns a row; it comes last, because
 * the other one's condition is what it changes.
 */
export function deleteOwnAddress(db: Database, userId: SQL, addressId: number) {
  const isPrimary = sql`exists (select 1 from ${emailAddresses} as target
    where target.id = ${addressId} and target.is_primary)`
  return {
    ownAddress: db.run(
      sql`update ${users} set email = '', email_folded = ''
        where ${users.id} = ${userId} and ${isPrimary}`,
    ),
    removed: db.all<{ readonly removedId: number }>(
      sql`delete from ${emailAddresses} where id = ${addressId} and user_id = ${userId}
        returning id as "removedId"`,
    ),
  }
}
