/**
 * SQL of changing the primary address, and of undoing that. A change records the former address, so that its owner
 * can take the account back from an attacker who changed it.
 */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { isLeaving } from './leave.sql.ts'
import { accountDeletions } from '../../db/schema/lifecycle.ts'
import { addressChanges } from '../../db/schema/confirmations.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { recoveryCodes, totpDevices } from '../../db/schema/second-factor.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'
import { revokeEverything } from '../sign-in/sessions.sql.ts'
import type { AddressId } from './verify-email.sql.ts'
import { revocationTime } from '../tokens/credentials.sql.ts'

/** A change of the primary address about to be made. */
export type NewChange = {
  readonly nonce: string
  readonly now: Date
  readonly expiresAt: Date
}

/**
 * Records that the primary address of the account of `addressId` is about to change, where it has a proved one and
 * `condition` holds: on that row, `target`, and the row of the primary address, `old`.
 */
export function recordChange(
  db: Database,
  addressId: AddressId,
  { change, condition }: { readonly change: NewChange; readonly condition: SQL },
) {
  const { nonce, now, expiresAt } = change
  return db.run(
    sql`insert into ${addressChanges}
        (user_id, nonce, email, email_folded, kept_ids, changed_at, expires_at)
      select old.user_id, ${nonce}, old.email, old.email_folded,
        (select json_group_array(kept.id) from ${emailAddresses} as kept
          where kept.user_id = old.user_id and kept.is_verified),
        cast(${now.getTime()} as integer), cast(${expiresAt.getTime()} as integer)
      from ${emailAddresses} as target inner join ${emailAddresses} as old
        on old.user_id = target.user_id and old.is_primary and old.is_verified and old.id <> target.id
      where target.id = ${addressId} and ${condition}`,
  )
}

/** Recipients of the notice about a change: the address that was the primary one. */
export function formerAddress(nonce: string): SQL {
  return sql`(select user_id, email, null as context from ${addressChanges} where nonce = ${nonce})`
}

/** The row of a proof by mail, `target`, where no other account has verified the address. */
export function isFreeTarget(isUnique: boolean): SQL {
  return isUnique
    ? sql`not target.is_verified and not exists (select 1 from ${emailAddresses} as other
        where other.email_folded = target.email_folded and other.is_verified
          and other.user_id <> target.user_id)`
    : sql`not target.is_verified`
}

/**
 * Proves an address that replaces all others of its account. `verified` returns a row where this call did it; it comes
 * last, because the others' condition is what it changes.
 */
export function replaceAddress(db: Database, addressId: AddressId, isUnique: boolean) {
  const userId = sql`(select target.user_id from ${emailAddresses} as target
    where target.id = ${addressId} and ${isFreeTarget(isUnique)})`
  return {
    ownAddress: db.run(
      sql`update ${users} set email = address.email, email_folded = address.email_folded
        from ${emailAddresses} as address
        where address.id = ${addressId} and ${users.id} = ${userId}`,
    ),
    others: db.run(
      sql`delete from ${emailAddresses} where user_id = ${userId} and id <> ${addressId}`,
    ),
    verified: db.all<{ readonly id: number }>(
      sql`update ${emailAddresses} set is_verified = 1, is_primary = 1
        where id = ${addressId} and user_id = ${userId} returning id`,
    ),
  }
}

/** A change about to be undone. */
export type Undo = {
  readonly nonce: string
  readonly now: Date
  /** Random, unusable: also distinguishes this undo from every other. */
  readonly passwordHash: string
  /** Whether an address that another account has proved meanwhile stays there. */
  readonly isUnique: boolean
}

/** The change, where it may still be undone: a subquery of its row. */
function livingChange({ nonce, now }: Pick<Undo, 'nonce' | 'now'>): SQL {
  return sql`(select * from ${addressChanges} where nonce = ${nonce}
    and expires_at > cast(${now.getTime()} as integer))`
}

function isTaken(change: SQL, isUnique: boolean): SQL {
  if (!isUnique) return sql`0`
  return sql`exists (select 1 from ${emailAddresses} as other, ${change} as change
    where other.email_folded = change.email_folded and other.is_verified
      and other.user_id <> change.user_id)`
}

/** Whether there is such a change, and whether its address has been proved elsewhere meanwhile. */
export function selectChange(db: Database, undo: Undo) {
  const change = livingChange(undo)
  return db.all<{ readonly isLiving: number; readonly isTaken: number }>(
    sql`select exists ${change} as "isLiving", ${isTaken(change, undo.isUnique)} as "isTaken"`,
  )
}

/** The account whose change this call undoes, or no row: a subquery. */
export function undoneUserId({ nonce, passwordHash }: Undo): SQL {
  return sql`(select ${users.id} from ${users} where ${users.password} = ${passwordHash}
    and ${users.id} = (select user_id from ${addressChanges} where nonce = ${nonce}))`
}

/** The address that comes back: a subquery. */
export function formerEmail({ nonce }: Undo): SQL {
  return sql`(select email from ${addressChanges} where nonce = ${nonce})`
}

/**
 * Gives the account its former address back, cancels a deletion that was requested after the change, and takes away
 * what came with the new one or after it: the password, every login, later addresses, passkeys, connected accounts and
 * authenticator apps. The first statement decides, and returns a row, `undone`; `useUpChange` must come after these and
 * every other statement that needs the change.
 */
export function undoChange(db: Database, undo: Undo) {
  const change = livingChange(undo)
  const userId = undoneUserId(undo)
  const since = sql`(select changed_at from ${addressChanges} where nonce = ${undo.nonce})`
  const folded = sql`(select email_folded from ${addressChanges} where nonce = ${undo.nonce})`
  const kept = sql`(select value from ${addressChanges}, json_each(kept_ids) where nonce = ${undo.nonce})`
  return {
    undone: db.all<{ readonly undoneId: number }>(
      sql`update ${users} set password = ${undo.passwordHash}, email = change.email,
          email_folded = change.email_folded, tokens_revoked_at = ${revocationTime(undo.now)},
          is_active = 1
        from ${change} as change where ${users.id} = change.user_id
          and (${users.isActive} or ${isLeaving(sql`change.user_id`)})
          and not ${isTaken(change, undo.isUnique)} returning ${users.id} as "undoneId"`,
    ),
    rest: [
      db.run(sql`delete from ${accountDeletions} where user_id = ${userId}`),
      db.run(
        sql`delete from ${emailAddresses} where user_id = ${userId}
          and email_folded <> ${folded} and id not in ${kept}`,
      ),
      db.run(
        sql`insert into ${emailAddresses} (user_id, email, email_folded, is_verified, is_primary)
          select ${userId}, ${formerEmail(undo)}, ${folded}, 1, 1 where ${userId} is not null
          on conflict (user_id, email) do nothing`,
      ),
      db.run(
        sql`update ${emailAddresses} set is_primary = (email = ${formerEmail(undo)}),
            is_verified = is_verified or email = ${formerEmail(undo)} where user_id = ${userId}`,
      ),
      ...revokeEverything(db, userId, undo.now),
      ...dropWaysSince(db, userId, since),
    ],
  }
}

/** Removes ways into the account that were added with the change or after it. */
function dropWaysSince(db: Database, userId: SQL, since: SQL) {
  const hasNoApp = sql`not exists (select 1 from ${totpDevices} as device where device.user_id = ${userId})`
  const own = sql`user_id = ${userId}`
  return [
    db.run(sql`delete from ${passkeys} where ${own} and created_at >= ${since}`),
    db.run(sql`delete from ${socialAccounts} where ${own} and date_joined_at >= ${since}`),
    db.run(sql`delete from ${totpDevices} where ${own} and created_at >= ${since}`),
    db.run(sql`delete from ${recoveryCodes} where ${own} and ${hasNoApp}`),
  ]
}

/** Uses up the link, and those of later changes: the user who made them no longer has access to the account. */
export function useUpChange(db: Database, undo: Undo) {
  return db.run(
    sql`delete from ${addressChanges} where user_id = ${undoneUserId(undo)}
      and id >= (select used.id from ${addressChanges} as used where used.nonce = ${undo.nonce})`,
  )
}
