/** SQL of passkeys. */
import { and, asc, eq, sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { authTokens } from '../../db/schema/credentials.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { users } from '../../db/schema/users.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'
import { addressesJson, parseAddresses, type LoginAddress } from '../users/addresses.sql.ts'
import { sessionAuthHashOf, type StoredSession } from '../tokens/session.sql.ts'
import type { SelectedUser, UserRow } from '../users/users.sql.ts'
import { isSpent } from './spent-tokens.sql.ts'

/** A passkey as its owner sees it. */
export type OwnPasskey = {
  readonly id: number
  readonly name: string
  readonly credentialId: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  readonly transports: unknown
  readonly isDiscoverable: boolean
}

const ownColumns = {
  id: passkeys.id,
  name: passkeys.name,
  credentialId: passkeys.credentialId,
  createdAt: passkeys.createdAt,
  lastUsedAt: passkeys.lastUsedAt,
  transports: passkeys.transports,
  isDiscoverable: passkeys.isDiscoverable,
} as const

/** A caller's passkeys, the newest first: a JSON column of the query that finds the caller. */
export const ownPasskeysJson = sql<string>`(select json_group_array(json_object('id', own.id,
    'name', own.name, 'credentialId', own.credential_id, 'createdAt', own.created_at,
    'lastUsedAt', own.last_used_at, 'transports', json(own.transports),
    'isDiscoverable', own.is_discoverable))
  from (select * from ${passkeys} where user_id = "users"."id"
    order by created_at desc, id desc) as own)`

/** Reads `ownPasskeysJson`. */
export function parseOwnPasskeys(json: string): readonly OwnPasskey[] {
  // Written only by the query above.
  const rows = JSON.parse(json) as (Omit<
    OwnPasskey,
    'createdAt' | 'lastUsedAt' | 'isDiscoverable'
  > & {
    readonly createdAt: number
    readonly lastUsedAt: number | null
    readonly isDiscoverable: number
  })[]
  return rows.map((row) => ({
    ...row,
    createdAt: new Date(row.createdAt),
    lastUsedAt: row.lastUsedAt === null ? null : new Date(row.lastUsedAt),
    isDiscoverable: row.isDiscoverable === 1,
  }))
}

/** What is known of a passkey before its owner proves to have it. */
export type ListedPasskey = {
  readonly credentialId: string
  readonly transports: unknown
  readonly userHandle: string
}

/** A caller's passkeys for the list of those that are not made again, the oldest first: a JSON column. */
export const listedPasskeysJson = sql<string>`(select json_group_array(json_object(
    'credentialId', own.credential_id, 'transports', json(own.transports),
    'userHandle', own.user_handle))
  from (select * from ${passkeys} where user_id = "users"."id" order by id) as own)`

/** Reads `listedPasskeysJson`. */
export function parseListedPasskeys(json: string): readonly ListedPasskey[] {
  return JSON.parse(json) as ListedPasskey[] // written by the query above
}

/** Passkeys of the account that `owner`, a subquery of `id`, finds; the oldest first. One round trip. */
export async function findListedPasskeys(
  db: Database,
  owner: SQL,
): Promise<readonly (ListedPasskey & { readonly userId: number })[]> {
  return db
    .select({
      userId: passkeys.userId,
      credentialId: passkeys.credentialId,
      transports: passkeys.transports,
      userHandle: passkeys.userHandle,
    })
    .from(passkeys)
    .where(sql`${passkeys.userId} = ${owner}`)
    .orderBy(asc(passkeys.id))
}

/** The one account with exactly this name, or this address, or their folded forms; none if two match. */
export function accountNamed(
  column: 'username' | 'email' | 'username_folded' | 'email_folded',
  value: string,
): SQL {
  const named = sql`from ${users} where ${sql.raw(column)} = ${value} and ${value} <> ''`
  return sql`(select case when count(*) = 1 then min(id) end ${named})`
}

/** A passkey about to be kept. */
export type NewPasskeyRow = {
  readonly credentialId: string
  readonly publicKey: string
  readonly algorithm: number
  readonly signCount: number
  /** The handle of dj-rest-auth's passkeys, which new ones do not share. */
  readonly plainHandle: string
  /** For a first passkey; further ones carry the handle of those before. */
  readonly userHandle: string
  readonly transports: readonly string[]
  readonly isDiscoverable: boolean
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
  readonly isUserVerified: boolean
  readonly name: string
  readonly createdAt: Date
}

/**
 * Stores a passkey for the user that `owner` finds, unless someone has registered it: of two concurrent ones one wins.
 */
export function insertPasskey(db: Database, owner: SQL, row: NewPasskeyRow) {
  const handle = sql`coalesce((select kept.user_handle from ${passkeys} as kept
    where kept.user_id = ${users.id} and kept.user_handle <> ${row.plainHandle}
    order by kept.id limit 1), ${row.userHandle})`
  const values = { ...row, userId: sql`${users.id}`, userHandle: handle }
  return insertRow(db, passkeys, { values, from: sql`from ${users} where ${users.id} = ${owner}` })
    .onConflictDoNothing()
    .returning(ownColumns)
}

/** Whether someone has registered a credential. */
export function isRegistered(credentialId: string): SQL<number> {
  return sql`exists (select 1 from ${passkeys} where ${passkeys.credentialId} = ${credentialId})`
}

/** Renames an own passkey; the row comes back where there was one. */
export function renamePasskey(
  db: Database,
  owner: SQL,
  { passkeyId, name }: { readonly passkeyId: number; readonly name: string },
) {
  return db
    .update(passkeys)
    .set({ name })
    .where(and(eq(passkeys.id, passkeyId), sql`${passkeys.userId} = ${owner}`))
    .returning(ownColumns)
}

/**
 * The user that `owner` finds, where the passkey is theirs and they keep another way in without it: a password that can
 * be used, a social account, or another passkey.
 */
export function removableBy(owner: SQL, passkeyId: number): SQL {
  return sql`(select ${passkeys.userId} from ${passkeys}
    where ${passkeys.id} = ${passkeyId} and ${passkeys.userId} = ${owner} and (
      exists (select 1 from ${users} where ${users.id} = ${passkeys.userId}
        and ${users.password} not like '!%' and ${users.password} <> '')
      or exists (select 1 from ${socialAccounts}
        where ${socialAccounts.userId} = ${passkeys.userId})
      or exists (select 1 from ${passkeys} as other
        where other.user_id = ${passkeys.userId} and other.id <> ${passkeyId})))`
}

/** Deletes the passkey of the user that `owner` finds; returns the row where there was one. */
export function deletePasskey(db: Database, owner: SQL, passkeyId: number) {
  return db
    .delete(passkeys)
    .where(and(eq(passkeys.id, passkeyId), sql`${passkeys.userId} = ${owner}`))
    .returning({ id: passkeys.id })
}

/** Whether an own passkey exists. */
export function selectOwned(db: Database, userId: number, passkeyId: number) {
  return db
    .select(ownColumns)
    .from(passkeys)
    .where(and(eq(passkeys.id, passkeyId), eq(passkeys.userId, userId)))
}

/** A passkey with its owner, as a login reads them. */
export type PasskeyAccount = UserRow & {
  readonly passkeyId: number
  readonly credentialId: string
  readonly publicKey: string
  readonly signCount: number
  readonly isBackupEligible: boolean | null
  readonly userHandle: string
  readonly keyHash: string | null
  readonly sealedKey: string | null
  readonly deviceId: number | null
  readonly addresses: readonly LoginAddress[]
  /** What the request's session is bound to, where it is this account's. */
  readonly sessionAuthHash: string | null
}

/** Which passkey is looked for, whose challenge may have been used, and the request's session. */
type PasskeySearch = {
  readonly credentialIds: readonly string[]
  readonly spentId: string
  readonly session: StoredSession | undefined
}

/** Finds who a passkey belongs to, and whether the challenge has been used. One round trip. */
export async function findPasskeyAccount(
  db: Database,
  columns: SelectedUser,
  { credentialIds, spentId, session }: PasskeySearch,
): Promise<{ readonly isSpent: boolean; readonly accounts: readonly PasskeyAccount[] }> {
  const [spent, rows] = await db.batch([
    db.select({ isSpent: isSpent(spentId) }).from(sql`(select 1)`),
    db
      .select({
        ...columns,
        passkeyId: passkeys.id,
        credentialId: passkeys.credentialId,
        publicKey: passkeys.publicKey,
        signCount: passkeys.signCount,
        isBackupEligible: passkeys.isBackupEligible,
        userHandle: passkeys.userHandle,
        keyHash: authTokens.keyHash,
        sealedKey: authTokens.sealedKey,
        deviceId: totpDevices.id,
        addresses: addressesJson,
        sessionAuthHash: sessionAuthHashOf(session),
      })
      .from(passkeys)
      .innerJoin(users, eq(users.id, passkeys.userId))
      .leftJoin(authTokens, eq(authTokens.userId, users.id))
      .leftJoin(totpDevices, eq(totpDevices.userId, users.id))
      .where(
        sql`${passkeys.credentialId} in (select value from json_each(${JSON.stringify(credentialIds)}))`,
      ),
  ])
  const accounts = rows.map((row) => ({ ...row, addresses: parseAddresses(row.addresses) }))
  return { isSpent: spent[0]?.isSpent === 1, accounts }
}

/** Moves the counter on and records the use, where `condition` holds. */
export function usePasskey(
  db: Database,
  use: {
    readonly passkeyId: number
    readonly signCount: number
    readonly isBackupEligible: boolean
    readonly isBackedUp: boolean
    readonly now: Date
  },
  condition: SQL,
) {
  const { passkeyId, signCount, isBackupEligible, isBackedUp, now } = use
  return db
    .update(passkeys)
    .set({ signCount, isBackupEligible, isBackedUp, lastUsedAt: now })
    .where(and(eq(passkeys.id, passkeyId), condition))
}

/** Whether a passkey has seen no such counter yet: they only go up (§6.1.1), or do not count at all. */
export function isPasskeyUnused(passkeyId: number, signCount: number): SQL {
  const isUncounted = signCount === 0 ? sql`${passkeys.signCount} = 0` : sql`0`
  return sql`exists (select 1 from ${passkeys} where ${passkeys.id} = ${passkeyId}
    and (${passkeys.signCount} < ${signCount} or ${isUncounted}))`
}
