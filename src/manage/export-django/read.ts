/** Reads all tables page by page, so that memory does not grow with the number of users. */
import { and, asc, getTableColumns, gt, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { authTokens } from '../../db/schema/credentials.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { groups } from '../../db/schema/roles.ts'
import { socialAccounts } from '../../db/schema/social.ts'
import { spentRefreshTokens } from '../../db/schema/refresh.ts'
import { users } from '../../db/schema/users.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'

const ROWS_A_PAGE = 1000

/** A row of a user. `publicId`: null where it was not needed yet. */
type OfUser = { readonly userId: number | null; readonly publicId: string | null }

/** A user with everything that Django keeps. */
export type ExportedUser = Awaited<ReturnType<typeof userPage>>[number]
/** An address of allauth. */
export type ExportedAddress = typeof emailAddresses.$inferSelect & OfUser
/** A token of DRF, sealed. */
export type ExportedAuthToken = typeof authTokens.$inferSelect & OfUser
/** An account at a provider; `extraData` as JSON text. */
export type ExportedSocialAccount = Awaited<ReturnType<typeof socialAccountPage>>[number]
/** A refresh token that is refused until it expires. */
export type ExportedSpentToken = Awaited<ReturnType<typeof spentTokenPage>>[number]

/** What Django knows the user of a row by: the UUID that clients see, where there is one. */
function publicIdOf(userId: string) {
  return sql<string | null>`(select public_id from public_ids where user_id = ${sql.raw(userId)})`
}

/** Rows of a table in pages. */
type Pages<Row> = AsyncGenerator<readonly Row[]>

/**
 * Every row of a table, page by page, after the last key of the previous page (keyset pagination). The next page is
 * asked for while this one is used.
 */
async function* pagesOf<Row, Key>(
  readPage: (after: Key | undefined) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): Pages<Row> {
  let coming = readPage(undefined)
  for (;;) {
    const page = await coming
    const last = page.at(-1)
    const isLast = last === undefined || page.length < ROWS_A_PAGE
    if (!isLast) {
      coming = readPage(keyOf(last))
      // A fault is met when the page is awaited.
      coming.catch(() => undefined)
    }
    if (page.length > 0) yield page
    if (isLast) return
  }
}

/** The same, row by row. */
async function* rowsOf<Row, Key>(
  readPage: (after: Key | undefined) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): AsyncGenerator<Row> {
  for await (const page of pagesOf(readPage, keyOf)) yield* page
}

/** Every user by id, in pages. */
export function exportedUsers(db: Database): Pages<ExportedUser> {
  return pagesOf(
    (after: number | undefined) =>
      userPage(db, after === undefined ? undefined : gt(users.id, after)),
    (user) => user.id,
  )
}

function userPage(db: Database, where: SQL | undefined) {
  return db
    .select({
      ...getTableColumns(users),
      publicId: publicIdOf('"users"."id"'),
      // The user's id is spelled out: Drizzle leaves table names away where a query has one table.
      own: sql<string | null>`(select document from own_fields where user_id = "users"."id")`,
      groups: sql<string>`(select json_group_array(json_array(name)) from (select g.name
        from group_members m join groups g on g.id = m.group_id
        where m.user_id = "users"."id" order by g.name))`,
      permissions: sql<string>`(select json_group_array(json(${naturalKey})) from (
        select permission, model from user_permissions
        where user_id = "users"."id" and model <> '' order by permission, model))`,
    })
    .from(users)
    .where(where)
    .orderBy(asc(users.id))
    .limit(ROWS_A_PAGE)
}

/** Django's natural key of a permission: its code, its app, its model. */
const naturalKey = sql.raw(`json_array(substr(permission, instr(permission, '.') + 1),
  substr(permission, 1, instr(permission, '.') - 1), model)`)

/** A group; its permissions as a JSON list of natural keys. */
export type ExportedGroup = Awaited<ReturnType<typeof exportedGroups>>[number]

/** Every group: there are few. */
export async function exportedGroups(db: Database) {
  return db
    .select({
      id: groups.id,
      name: groups.name,
      permissions: sql<string>`(select json_group_array(json(${naturalKey})) from (
        select permission, model from group_permissions
        where group_id = "groups"."id" and model <> '' order by permission, model))`,
    })
    .from(groups)
    .orderBy(asc(groups.id))
}

/** Whether rights of single users are kept here, and how many of all have no place in Django's tables. */
export async function countRights(
  db: Database,
): Promise<{ readonly userPermissions: number; readonly nameless: number }> {
  const [row] = await db.all<{ userPermissions: number; nameless: number }>(
    sql`select (select count(*) from user_permissions) as "userPermissions",
      (select count(*) from user_permissions where model = '')
        + (select count(*) from group_permissions where model = '') as nameless`,
  )
  return row ?? { userPermissions: 0, nameless: 0 }
}

/** How many accounts have a second factor or passkeys, which stay here. */
export async function countFactorOwners(db: Database): Promise<number> {
  const [row] = await db.all<{ owners: number }>(
    sql`select count(*) as owners from (select user_id from ${totpDevices} union select user_id from ${passkeys})`,
  )
  return row?.owners ?? 0
}

/** An authenticator app with its unused recovery codes, sealed or null, as a JSON list in their order. */
export type ExportedDevice = Awaited<ReturnType<typeof devicePage>>[number]

/** Every authenticator app by id. */
export function exportedDevices(db: Database): AsyncGenerator<ExportedDevice> {
  return rowsOf(
    (after: number | undefined) =>
      devicePage(db, after === undefined ? undefined : gt(totpDevices.id, after)),
    (device) => device.id,
  )
}

function devicePage(db: Database, where: SQL | undefined) {
  return db
    .select({
      id: totpDevices.id,
      userId: totpDevices.userId,
      sealedSecret: totpDevices.sealedSecret,
      createdAt: totpDevices.createdAt,
      lastUsedAt: totpDevices.lastUsedAt,
      publicId: publicIdOf('"totp_devices"."user_id"'),
      unusedCodes: sql<string>`(select json_group_array(sealed_code) from (
        select sealed_code from recovery_codes
        where user_id = "totp_devices"."user_id" and used_at is null order by position))`,
    })
    .from(totpDevices)
    .where(where)
    .orderBy(asc(totpDevices.id))
    .limit(ROWS_A_PAGE)
}

/** A passkey. */
export type ExportedPasskey = typeof passkeys.$inferSelect & OfUser

/** Every passkey by id. */
export function exportedPasskeys(db: Database): AsyncGenerator<ExportedPasskey> {
  return rowsOf(
    (after: number | undefined) =>
      db
        .select({ ...getTableColumns(passkeys), publicId: publicIdOf('"passkeys"."user_id"') })
        .from(passkeys)
        .where(after === undefined ? undefined : gt(passkeys.id, after))
        .orderBy(asc(passkeys.id))
        .limit(ROWS_A_PAGE),
    (passkey) => passkey.id,
  )
}

/** Every e-mail address by id, in pages. */
export function exportedAddresses(db: Database): Pages<ExportedAddress> {
  const { id } = emailAddresses
  return pagesOf(
    (after: number | undefined) =>
      db
        .select({
          ...getTableColumns(emailAddresses),
          publicId: publicIdOf('"email_addresses"."user_id"'),
        })
        .from(emailAddresses)
        .where(after === undefined ? undefined : gt(id, after))
        .orderBy(asc(id))
        .limit(ROWS_A_PAGE),
    (address) => address.id,
  )
}

/** Every auth token by its user's id, in pages. */
export function exportedAuthTokens(db: Database): Pages<ExportedAuthToken> {
  const { userId } = authTokens
  return pagesOf(
    (after: number | undefined) =>
      db
        .select({ ...getTableColumns(authTokens), publicId: publicIdOf('"auth_tokens"."user_id"') })
        .from(authTokens)
        .where(after === undefined ? undefined : gt(userId, after))
        .orderBy(asc(userId))
        .limit(ROWS_A_PAGE),
    (token) => token.userId,
  )
}

/** Every social account by id, in pages. */
export function exportedSocialAccounts(db: Database): Pages<ExportedSocialAccount> {
  return pagesOf(
    (after: number | undefined) =>
      socialAccountPage(db, after === undefined ? undefined : gt(socialAccounts.id, after)),
    (account) => account.id,
  )
}

function socialAccountPage(db: Database, where: SQL | undefined) {
  return db
    .select({
      id: socialAccounts.id,
      userId: socialAccounts.userId,
      publicId: publicIdOf('"social_accounts"."user_id"'),
      provider: socialAccounts.provider,
      uid: socialAccounts.uid,
      extraData: sql<string>`cast(${socialAccounts.extraData} as text)`,
      lastLoginAt: socialAccounts.lastLoginAt,
      dateJoinedAt: socialAccounts.dateJoinedAt,
    })
    .from(socialAccounts)
    .where(where)
    .orderBy(asc(socialAccounts.id))
    .limit(ROWS_A_PAGE)
}

/** Every spent refresh token that has not expired, in pages. */
export function exportedSpentTokens(db: Database, now: Date): Pages<ExportedSpentToken> {
  return pagesOf(
    (after: string | undefined) => spentTokenPage(db, now, after),
    (token) => token.jti,
  )
}

function spentTokenPage(db: Database, now: Date, after: string | undefined) {
  return db
    .select({
      jti: spentRefreshTokens.jti,
      // The user may be gone by now; Django's foreign key would not have it.
      userId: sql<
        number | null
      >`(select ${users.id} from ${users} where ${users.id} = ${spentRefreshTokens.userId})`,
      publicId: publicIdOf('"spent_refresh_tokens"."user_id"'),
      spentAt: spentRefreshTokens.spentAt,
      expiresAt: spentRefreshTokens.expiresAt,
    })
    .from(spentRefreshTokens)
    .where(
      and(
        gt(spentRefreshTokens.expiresAt, now),
        after === undefined ? undefined : gt(spentRefreshTokens.jti, after),
      ),
    )
    .orderBy(asc(spentRefreshTokens.jti))
    .limit(ROWS_A_PAGE)
}
